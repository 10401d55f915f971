"""A recording in the form that windows are cut from, before it is a Raw or a file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import mne
import numpy as np

from ..channels import derivation, electrode
from ..errors import InputError
from .resample import RESAMPLERS


@dataclass
class PreparedRecording:
    """One recording: wanted channels under their canonical names, one sampling rate.

    Parameters
    ----------
    data : array of float, shape (n_channels, n_times)
        Volts; a channel that is missing or bad is all NaN.
    ch_names : list of str
        The channels, in canonical spelling.
    sfreq : float
        Sampling frequency in Hz.
    bads : list of str
        The channels that are missing or bad.
    annotations : mne.Annotations
        Annotations in seconds from the first sample, without a time of day.
    labels : dict of str to str
        Channel -> its label in the source.
    source_sfreq : float
        The sampling frequency in Hz that the source had (the highest of its channels).
    path : pathlib.Path | None
        The source.
    subject_info : dict | None
        The subject, as in ``raw.info``.
    meas_date : datetime.datetime | None
        When the first sample was taken.
    """

    data: np.ndarray
    ch_names: list
    sfreq: float
    bads: list
    annotations: mne.Annotations
    labels: dict
    source_sfreq: float
    path: Path | None
    subject_info: dict | None
    meas_date: datetime | None

    def to_raw(self):
        """Make a Raw of it.

        Returns
        -------
        raw : mne.io.RawArray
            The recording, its name that of the source.
        """
        info = mne.create_info(self.ch_names, self.sfreq, "eeg")
        info["bads"] = list(self.bads)
        info["subject_info"] = self.subject_info
        raw = mne.io.RawArray(self.data, info)
        raw.set_meas_date(self.meas_date)
        raw.filenames = (self.path,)
        return raw.set_annotations(self.annotations, emit_warning=False, on_missing="ignore")


def assemble(where, signals, sfreqs, names, sfreq, resampling):
    """Bring signals to one sampling rate and into the order wanted.

    Parameters
    ----------
    where : path-like | str
        The recording, for messages.
    signals : dict of str to array of float, shape (n_times,)
        Channel -> its signal in volts.
    sfreqs : list of float
        The sampling rate of each signal, in Hz.
    names : sequence of str
        The channels wanted, in order.
    sfreq : float
        The sampling frequency wanted, in Hz.
    resampling : "exact" | "released"
        How to resample those that have another.

    Returns
    -------
    data : array of float, shape (n_channels, n_times)
        The signals; NaN for a channel without one.

    Raises
    ------
    InputError
        If a channel that must be resampled holds NaN in places.
    """
    blocks = {}
    for rate in sorted(set(sfreqs)):
        same = [name for name, own in zip(signals, sfreqs, strict=True) if own == rate]
        block = np.stack([signals[name] for name in same])
        if rate != sfreq:
            block = RESAMPLERS[resampling](block, rate, sfreq)
            # What is not finite has spread over the whole signal.
            holed = [
                n for n, row in zip(same, block, strict=True) if not np.isfinite(row[:1]).all()
            ]
            if holed:
                raise InputError(
                    where,
                    f"{', '.join(holed)} hold values that are not finite and cannot be resampled",
                    "mark the channels as bad, or crop the recording",
                )
        blocks |= dict(zip(same, block, strict=True))
    if list(blocks) == list(names) and len(set(sfreqs)) == 1:
        return block
    n_times = min(map(len, blocks.values()))
    data = np.full((len(names), n_times), np.nan, block.dtype)
    for row, name in zip(data, names, strict=True):
        if name in blocks:
            row[:] = blocks[name][:n_times]
    return data


def canonical_channels(ch_names):
    """Spell the channels of annotations canonically; a derivation becomes its electrodes.

    Parameters
    ----------
    ch_names : sequence of sequence of str
        The channels of each annotation.

    Returns
    -------
    ch_names : list of list of str
        The same, in canonical spelling.
    """
    return [sorted({name for label in labels for name in _spellings(label)}) for labels in ch_names]


def _spellings(label):
    name = electrode(label)
    return (name,) if name else derivation(label) or (label,)
