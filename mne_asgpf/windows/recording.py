"""One recording, ready for windows: wanted channels, one sampling rate, gaps as NaN."""

import re
from datetime import timedelta
from pathlib import Path

import mne
import numpy as np
from mne.utils import _check_option, verbose

from ..channels import ELECTRODES, derivation, electrode, match_channels
from ..corpora.edf_header import read_edf_header
from ..corpora.recording_check import MAX_MISSING, SFREQ, check_recording
from ..errors import InputError
from ..event_table import to_annotations
from .channel_picks import check_channels, pick_channels
from .resample import RESAMPLERS

# Label files round their times up, so an event may end a little after the last sample.
_ROUNDING = 1.0
# The patient in a file name of BIDS or TUSZ.
_PATIENT = re.compile(r"sub-([A-Za-z0-9]+)_|([a-z]{8}|\d{8})_s\d{3}_t\d{3}")


@verbose
def read_recording(
    path,
    *,
    events=None,
    channels=ELECTRODES,
    sfreq=SFREQ,
    max_missing=MAX_MISSING,
    resampling="exact",
    verbose=None,
):
    """Read a recording in the form that windows are cut from.

    Parameters
    ----------
    path : path-like
        An EDF or BDF file, or any file that :func:`mne.io.read_raw` reads.
    events : pandas.DataFrame | None
        The event table of the recording. None keeps the annotations of the file.
    channels : sequence of str
        The channels wanted, in this order, in any known spelling.
    sfreq : float
        The sampling frequency wanted, in Hz.
    max_missing : int
        How many of the channels may be missing or bad.
    resampling : "exact" | "released"
        How to resample, as in :func:`prepare_raw`.
    %(verbose)s

    Returns
    -------
    raw : mne.io.RawArray
        The recording as :func:`prepare_raw` gives it. ``info["subject_info"]["his_id"]``
        is the patient that the file's name states (BIDS, TUSZ), else the file's header.

    Raises
    ------
    InputError
        If the file is damaged, has gaps or lacks more channels than allowed.
    """
    path = Path(path)
    if path.suffix.lower() in (".edf", ".bdf"):
        raw = _read_edf(path, channels, max_missing)
    else:
        raw = _read(path)
    if named := _PATIENT.match(path.name):
        subject = dict(raw.info["subject_info"] or {}, his_id=named.group(1) or named.group(2))
        raw.info["subject_info"] = subject
    prepared = prepare_raw(
        raw, channels=channels, sfreq=sfreq, max_missing=max_missing, resampling=resampling
    )
    if events is not None:
        annotations = to_annotations(events)
        annotations.ch_names = _electrodes(annotations.ch_names)
        late = np.any(annotations.onset + annotations.duration > prepared.duration + _ROUNDING)
        prepared.set_annotations(annotations, emit_warning=bool(late), on_missing="ignore")
    return prepared


@verbose
def prepare_raw(
    raw,
    *,
    channels=ELECTRODES,
    sfreq=SFREQ,
    max_missing=MAX_MISSING,
    resampling="exact",
    verbose=None,
):
    """Bring a Raw into the form that windows are cut from.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        A recording with referential channels, in volts.
    channels : sequence of str
        The channels wanted, in this order, in any known spelling.
    sfreq : float
        The sampling frequency wanted, in Hz.
    max_missing : int
        How many of the channels may be missing or marked as bad in ``raw``.
    resampling : "exact" | "released"
        How to resample, if ``raw`` has another rate: in exact time, or as the
        released scripts do, which stretches a recording that is no whole number of
        seconds long (:mod:`mne_asgpf.windows.resample`).
    %(verbose)s

    Returns
    -------
    prepared : mne.io.RawArray
        The wanted channels under their canonical names, at ``sfreq``, sample k at
        k / ``sfreq`` seconds after the first sample of ``raw`` (unless
        ``resampling`` is ``"released"``). A channel that is
        missing or bad is all NaN and listed in ``info["bads"]``. Annotations,
        start, subject and file name are those of ``raw``.

    Raises
    ------
    InputError
        If more than ``max_missing`` channels are missing or bad, or if a channel
        that must be resampled holds NaN in places.
    """
    _check_option("resampling", resampling, list(RESAMPLERS))
    where = raw.filenames[0] or "raw"
    picks = pick_channels(
        where, raw.ch_names, raw.info["bads"], channels=channels, max_missing=max_missing
    )
    names = list(picks)
    found = {name: label for name, label in picks.items() if label is not None}

    signals = raw.get_data(picks=list(found.values()))
    if raw.info["sfreq"] != sfreq:
        _check_finite(where, found, signals)
        signals = RESAMPLERS[resampling](signals, raw.info["sfreq"], sfreq)
    data = np.full((len(names), signals.shape[1]), np.nan)
    data[[names.index(name) for name in found]] = signals

    info = mne.create_info(names, sfreq, "eeg")
    info["bads"] = [name for name in names if name not in found]
    info["subject_info"] = raw.info["subject_info"]
    prepared = mne.io.RawArray(data, info)
    if raw.info["meas_date"] is not None:
        prepared.set_meas_date(raw.info["meas_date"] + timedelta(seconds=raw.first_time))
    prepared.filenames = raw.filenames[:1]
    return prepared.set_annotations(
        mne.Annotations(
            raw.annotations.onset - raw.first_time,
            raw.annotations.duration,
            raw.annotations.description,
            ch_names=_electrodes(raw.annotations.ch_names),
            extras=raw.annotations.extras,
        ),
        emit_warning=False,
        on_missing="ignore",
    )


def _read_edf(path, channels, max_missing):
    labels = read_edf_header(path).labels
    match = match_channels(labels, channels)
    check_channels(path, match, max_missing=max_missing)
    check = check_recording(path)
    if check.status == "refused" and len(match_channels(labels).missing) <= MAX_MISSING:
        raise InputError(path, check.problem, check.remedy)
    # Only what is wanted is read: mne brings all channels read to the highest rate
    # among them. It numbers labels that occur twice.
    wanted = list(match.found.values())
    raw = _read(path, include=wanted)
    numbered = {f"{label}-0": label for label in wanted if labels.count(label) > 1}
    raw.drop_channels([name for name in raw.ch_names if name not in {*wanted, *numbered}])
    return raw.rename_channels(numbered)


def _read(path, **options):
    try:
        return mne.io.read_raw(path, preload=True, **options)
    except Exception as error:  # what mne's readers raise on damaged files has no common class
        raise InputError(
            path, f"cannot be read ({error})", "give an EDF, or a file that mne.io.read_raw reads"
        ) from error


def _check_finite(where, found, signals):
    """Raise if a signal holds NaN or infinity: resampling would spread it."""
    holed = [name for name, row in zip(found, signals, strict=True) if not np.isfinite(row).all()]
    if holed:
        raise InputError(
            where,
            f"{', '.join(holed)} hold values that are not finite and cannot be resampled",
            "mark the channels as bad, or crop the recording",
        )


def _electrodes(ch_names):
    """Spell the channels of annotations canonically; a derivation becomes its electrodes."""
    return [sorted({name for label in labels for name in _spellings(label)}) for labels in ch_names]


def _spellings(label):
    name = electrode(label)
    return (name,) if name else derivation(label) or (label,)
