"""Preparing one recording: required channels, one sampling rate, missing data as NaN."""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import mne
import numpy as np
import pandas as pd
from mne.utils import _check_option, verbose, warn

from ..bids.read import bad_channels
from ..channels import ELECTRODES, canonical_name, match_channels
from ..corpora.edf_header import read_edf_header
from ..corpora.edf_signals import edf_extents, read_edf_signals
from ..corpora.files import refuse_special
from ..corpora.recording_check import check_header, refuse_rates
from ..defaults import MAX_MISSING, SFREQ
from ..errors import InputError
from ..event_table import from_start, to_annotations
from ..type_aliases import PathLike, Verbose
from .channel_picks import pick_channels
from .companions import named_in_header
from .plausible import check_recording_signals
from .prepared import PreparedRecording, assemble, canonical_channels
from .prepared_raw import PreparedRaw
from .resample import RESAMPLERS
from .source import named_patient
from .upsampling import warn_upsampled

# Label files round times up, so an event may end slightly after the last sample.
_ROUNDING = 1.0


@verbose
def read_recording(
    path: PathLike,
    *,
    events: pd.DataFrame | None = None,
    channels: Sequence[str] = ELECTRODES,
    sfreq: float = SFREQ,
    max_missing: int = MAX_MISSING,
    resampling: str = "exact",
    preload: bool = True,
    verbose: Verbose = None,
) -> mne.io.RawArray | PreparedRaw:
    """Read and prepare a recording for cutting windows.

    Parameters
    ----------
    path : path-like
        An EDF or BDF file, or any file that :func:`mne.io.read_raw` reads.
    events : pandas.DataFrame | None
        The event table of the recording. None keeps the annotations of the file.
    channels : sequence of str
        The required channels, in this order, in any known spelling.
    sfreq : float
        The required sampling frequency in Hz.
    max_missing : int
        Number of channels that may be missing or bad.
    resampling : "exact" | "released"
        How to resample, as in :func:`prepare_raw`.
    preload : bool
        Whether to load the signals. If False, signals of a recording of more than 128 MB,
        such as two and a half hours of 19 channels, are kept in a temporary file and read
        on demand.
    %(verbose)s

    Returns
    -------
    raw : mne.io.RawArray | PreparedRaw
        The recording, as from :func:`prepare_raw`. ``info["subject_info"]["his_id"]``
        is the patient in the file name (BIDS, TUSZ), else in the file header.

    Raises
    ------
    InputError
        If the file is damaged, has gaps or lacks more channels than allowed.
    """
    recording = read_prepared(
        path,
        events=events,
        channels=channels,
        sfreq=sfreq,
        max_missing=max_missing,
        resampling=resampling,
        preload=preload,
    )
    warn_upsampled(path, recording.source_sfreq, sfreq)
    return recording.to_raw(preload)


def read_prepared(
    path,
    *,
    events=None,
    channels=ELECTRODES,
    sfreq=SFREQ,
    max_missing=MAX_MISSING,
    resampling="exact",
    preload=True,
):
    """Read a recording as :func:`read_recording` does, but not into a Raw."""
    path = Path(path)
    if path.suffix.lower() in (".edf", ".bdf"):
        header = read_edf_header(path)
        check = check_header(header, channels=channels, max_missing=max_missing, sfreq=sfreq)
        if check.status == "refused":
            raise InputError(path, check.problem, check.remedy)
        extents, read = edf_extents(header), partial(read_edf_signals, header)
        # mne would resample all signals to the highest rate: it reads everything but the signals.
        found = match_channels(header.labels, channels).found
        raw = open_with_mne(path, include=list(found.values()))
    else:
        raw = open_with_mne(path)
        extents, read = _extents(raw), partial(_read_raw, raw)
    raw.info["bads"] = _bads(path, extents, raw.ch_names)
    recording = _prepare(
        raw,
        extents,
        read,
        channels=channels,
        sfreq=sfreq,
        max_missing=max_missing,
        resampling=resampling,
        preload=preload,
    )
    # mne names the data file of EEGLAB, BrainVision and Persyst, which does not open on its own.
    recording.path = path.absolute()
    if patient := named_patient(path):
        recording.subject_info = dict(recording.subject_info or {}, his_id=patient)
    if events is not None:
        annotations = to_annotations(from_start(events, recording.meas_date))
        annotations.ch_names = canonical_channels(annotations.ch_names)
        duration = recording.data.shape[1] / sfreq
        late = np.any(annotations.onset + annotations.duration > duration + _ROUNDING)
        recording.annotations = annotations.crop(0, duration, emit_warning=bool(late))
    return recording


@verbose
def prepare_raw(
    raw: mne.io.BaseRaw,
    *,
    channels: Sequence[str] = ELECTRODES,
    sfreq: float = SFREQ,
    max_missing: int = MAX_MISSING,
    resampling: str = "exact",
    verbose: Verbose = None,
) -> mne.io.BaseRaw:
    """Prepare a Raw for cutting windows.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        A recording with referential channels, in volts.
    channels : sequence of str
        The required channels, in this order, in any known spelling.
    sfreq : float
        The required sampling frequency in Hz.
    max_missing : int
        Number of channels that may be missing or marked as bad in ``raw``.
    resampling : "exact" | "released"
        How to resample, if ``raw`` has another rate: in exact time, or as the
        released scripts do, which stretches a recording that is not a whole number of
        seconds long (:mod:`mne_asgpf.signals.resample`).
    %(verbose)s

    Returns
    -------
    prepared : mne.io.BaseRaw
        The required channels under their canonical names, at ``sfreq``, sample k at
        k / ``sfreq`` seconds after the first sample of ``raw`` (unless
        ``resampling`` is ``"released"``). A channel that is
        missing or bad is all NaN and listed in ``info["bads"]``. Annotations,
        start, subject and file name are those of ``raw``. A Raw of the signal store, or of
        :func:`read_recording`, that is prepared and not loaded is returned unchanged.

    Raises
    ------
    InputError
        If more than ``max_missing`` channels are missing or bad, if they have
        different references, or if a channel to be resampled holds some NaN.
    """
    if isinstance(raw, PreparedRaw) and raw.is_prepared(channels, sfreq, max_missing):
        check_recording_signals(raw.filenames[0], raw.read_window, raw.n_times, sfreq, raw.ch_names)
        return raw
    recording = _prepare(
        raw,
        _extents(raw),
        partial(_read_raw, raw),
        channels=channels,
        sfreq=sfreq,
        max_missing=max_missing,
        resampling=resampling,
    )
    warn_upsampled(raw.filenames[0] or "raw", recording.source_sfreq, sfreq)
    return recording.to_raw()


def header_patient(subject_info):
    """Return the patient in ``raw.info["subject_info"]``; None if there is none."""
    patient = (subject_info or {}).get("his_id")
    return None if patient in ("", "X") else patient  # EDF+ writes X for a missing name


def _prepare(raw, extents, read, *, channels, sfreq, max_missing, resampling, preload=True):
    """Prepare a recording; ``extents`` describes its signals, ``read`` returns them by label."""
    _check_option("resampling", resampling, list(RESAMPLERS))
    where = raw.filenames[0] or "raw"
    picks = pick_channels(
        where, list(extents), raw.info["bads"], channels=channels, max_missing=max_missing
    )
    names = list(picks)
    found = {name: label for name, label in picks.items() if label is not None}
    sfreqs = [extents[label][0] for label in found.values()]
    refuse_rates(where, sfreqs, sfreq)
    start = raw.info["meas_date"]
    data = assemble(where, picks, extents, read, sfreq, resampling, preload=preload)
    check_recording_signals(
        where, lambda start, stop: data[:, start:stop], data.shape[1], sfreq, names
    )
    return PreparedRecording(
        data=data,
        ch_names=names,
        sfreq=sfreq,
        bads=[name for name in names if name not in found],
        annotations=mne.Annotations(
            raw.annotations.onset - raw.first_time,
            raw.annotations.duration,
            raw.annotations.description,
            ch_names=canonical_channels(raw.annotations.ch_names),
            extras=raw.annotations.extras,
        ),
        labels=found,
        source_sfreq=min(sfreqs),
        path=raw.filenames[0],
        subject_info=raw.info["subject_info"],
        meas_date=None if start is None else start + timedelta(seconds=raw.first_time),
    )


def _bads(path, labels, ch_names):
    """Return the channels that a channels.tsv marks as bad, in any spelling."""
    listed = {canonical_name(name): name for name in bad_channels(path)}
    unknown = listed.keys() - {canonical_name(label) for label in labels}
    # mne and channels.tsv number the names of channels with the same label.
    left = sorted(listed[name] for name in unknown if not re.search(r"-\d+$", listed[name]))
    if left:
        warn(
            f"{path}: its channels.tsv marks unknown channels as bad: {', '.join(left)}. "
            "Use the channel names of the recording."
        )
    return [name for name in ch_names if canonical_name(name) in listed]


def open_with_mne(path, **options):
    """Open a recording with :func:`mne.io.read_raw`, or refuse it."""
    refuse_special(path)
    named = named_in_header(path)
    if named and path.suffix != path.suffix.lower():
        raise InputError(
            path,
            "mne reads BrainVision headers only with a lower-case suffix",
            f"rename it to {path.stem}{path.suffix.lower()}",
        )
    for name, file in named.items():
        if file.suffix.lower() == ".eeg" and name.replace("$b", path.stem) != file.name:
            options["overrides"] = {"data_fname": file.name}
    try:
        return read_any_encoding(mne.io.read_raw, path, **options)
    except Exception as error:  # mne's readers raise errors of many classes on damaged files
        raise InputError(
            path, f"cannot be read ({error})", "give an EDF, or a file that mne.io.read_raw reads"
        ) from error


def read_any_encoding(read, path, **options):
    """Read a file with a function of mne; Latin-1 in an EDF or BDF is accepted, too."""
    try:
        return read(path, **options)
    except Exception as error:  # mne raises a bare one that names the encoding to try
        is_encoding = isinstance(error, UnicodeDecodeError) or "latin1" in str(error)
        if not is_encoding or path.suffix.lower() not in (".edf", ".bdf"):
            raise
        return read(path, encoding="latin1", **options)


def _read_raw(raw, labels):
    try:
        return raw.get_data(picks=labels)
    except Exception as error:  # as in open_with_mne: some formats read data only now
        raise InputError(
            raw.filenames[0] or "raw", f"its data cannot be read ({error})", "fetch the file again"
        ) from error


def _extents(raw):
    return dict.fromkeys(raw.ch_names, (raw.info["sfreq"], raw.n_times))
