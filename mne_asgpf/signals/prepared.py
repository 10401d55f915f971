"""A recording in the form that windows are cut from, before it is a Raw or a file."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import mne
import numpy as np
from mne.utils import ProgressBar

from ..channels import derivation, electrode
from ..errors import InputError
from .plausible import refuse_infinity
from .prepared_raw import PreparedRaw
from .resample import RESAMPLERS
from .signals_on_disk import SignalsOnDisk

# Samples of all channels that are read and resampled together: of a recording of 24 h, one channel.
_TOGETHER = 2**24
# Bytes of a recording from which on it goes to the disk, if it may: two hours and a half.
_MOST_IN_MEMORY = 2**27


@dataclass
class PreparedRecording:
    """One recording: wanted channels under their canonical names, one sampling rate.

    Parameters
    ----------
    data : array of float | SignalsOnDisk, shape (n_channels, n_times)
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
        The sampling frequency in Hz that the source had (the lowest of its channels).
    path : pathlib.Path | None
        The source.
    subject_info : dict | None
        The subject, as in ``raw.info``.
    meas_date : datetime.datetime | None
        When the first sample was taken.
    """

    data: np.ndarray
    ch_names: list[str]
    sfreq: float
    bads: list[str]
    annotations: mne.Annotations
    labels: dict[str, str]
    source_sfreq: float
    path: Path | None
    subject_info: dict | None
    meas_date: datetime | None

    def to_raw(self, preload=True):
        """Make a Raw of it.

        Parameters
        ----------
        preload : bool
            Whether it has to be an array in memory; a short recording is one anyway.

        Returns
        -------
        raw : mne.io.RawArray | PreparedRaw
            The recording, its name that of the source.
        """
        info = mne.create_info(self.ch_names, self.sfreq, "eeg")
        info["bads"] = list(self.bads)
        info["subject_info"] = self.subject_info
        if preload or isinstance(self.data, np.ndarray):
            raw = mne.io.RawArray(self.data, info)
        else:
            raw = PreparedRaw(info, partial(_read, self.data), self.data.shape[1])
        raw.set_meas_date(self.meas_date)
        raw.filenames = (self.path,)
        return raw.set_annotations(self.annotations, emit_warning=False, on_missing="ignore")


def assemble(where, labels, extents, read, sfreq, resampling, *, preload=True):
    """Read signals, bring them to one sampling rate and into the order wanted.

    Some channels are read at a time, so that a long recording is never in memory as a whole.

    Parameters
    ----------
    where : path-like | str
        The recording, for messages.
    labels : dict of str to str | None
        Channel wanted -> its label, in order; None for those without a signal.
    extents : dict of str to tuple
        Label -> sampling rate in Hz and number of samples.
    read : callable
        Gives the signals in volts of some labels, an array each.
    sfreq : float
        The sampling frequency wanted, in Hz.
    resampling : "exact" | "released"
        How to resample those that have another.
    preload : bool
        Whether the data have to be in memory.

    Returns
    -------
    data : array of float | SignalsOnDisk, shape (n_channels, n_times)
        The signals; NaN for a channel without one.

    Raises
    ------
    InputError
        If a channel that must be resampled holds NaN in places, or infinity.
    """
    resample, length = RESAMPLERS[resampling]
    lengths = [
        n_times if rate == sfreq else length(n_times, rate, sfreq)
        for rate, n_times in (extents[label] for label in labels.values() if label is not None)
    ]
    places = {name: place for place, name in enumerate(labels)}
    shape = (len(labels), min(lengths))
    data: Any = None
    batches = list(_batches(labels, extents))
    if len(batches) > 1:
        batches = ProgressBar(batches, mesg="Reading channels", leave=False)
    for names in batches:
        rate = extents[labels[names[0]]][0]
        wanted = [labels[name] for name in names]
        if rate == sfreq:
            block = np.stack(read(wanted))
        else:
            block = resample(np.stack(read(wanted)), rate, sfreq)
            # What is not finite has spread over the whole signal.
            holed = [
                n for n, row in zip(names, block, strict=True) if not np.isfinite(row[:1]).all()
            ]
            if holed:
                raise InputError(
                    where,
                    f"{', '.join(holed)} hold values that are not finite and cannot be resampled",
                    "mark the channels as bad, or crop the recording",
                )
        refuse_infinity(where, block)
        if data is None:
            data = _room(shape, block.dtype, preload)
        for name, row in zip(names, block, strict=True):
            data[places[name]] = row[: shape[1]]
    for name, label in labels.items():
        if label is None:
            data[places[name]] = np.full(shape[1], np.nan, data.dtype)
    return data


def _read(data, start, stop, dtype):
    return data[:, start:stop].astype(dtype)


def _batches(labels, extents):
    """Group the channels that have signals by sampling rate, few at a time where they are long."""
    by_extent: dict = {}
    for name, label in labels.items():
        if label is not None:
            by_extent.setdefault(extents[label], []).append(name)
    for (_, n_times), names in sorted(by_extent.items()):
        n_together = max(_TOGETHER // max(n_times, 1), 1)
        for first in range(0, len(names), n_together):
            yield names[first : first + n_together]


def _room(shape, dtype, preload):
    on_disk = not preload and np.prod(shape) * dtype.itemsize > _MOST_IN_MEMORY
    return SignalsOnDisk(shape, dtype) if on_disk else np.empty(shape, dtype)


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
