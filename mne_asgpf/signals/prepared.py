"""A prepared recording, before it becomes a Raw or a file."""

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

# Samples of all channels to read and resample together: one channel of a recording of 24 h.
_TOGETHER = 2**24
# Bytes above which a recording may be kept on disk: two and a half hours.
_MOST_IN_MEMORY = 2**27


@dataclass
class PreparedRecording:
    """A recording with the required channels, canonical names and one sampling rate."""

    data: np.ndarray  # Volts; a channel that is missing or bad is all NaN.
    ch_names: list[str]  # In canonical spelling.
    sfreq: float
    bads: list[str]  # Channels that are missing or bad.
    annotations: mne.Annotations  # In seconds from the first sample, without a time of day.
    labels: dict[str, str]  # Channel -> its label in the source.
    source_sfreq: float  # In Hz, the lowest of the source's channels.
    path: Path | None
    subject_info: dict | None
    meas_date: datetime | None  # Of the first sample.

    def to_raw(self, preload=True):
        """Convert the recording to a Raw."""
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
    """Read signals, resample them to one rate and put them in order; None becomes NaN."""
    # `read` takes labels and returns their signals in volts. Channels are read in batches, so that
    # a long recording is never completely in memory.
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
            # Values that are not finite have spread over the whole signal.
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
    """Group the channels with signals by sampling rate, in smaller batches if they are long."""
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
    """Convert the channels of each annotation to canonical electrodes, also of derivations."""
    return [sorted({name for label in labels for name in _spellings(label)}) for labels in ch_names]


def _spellings(label):
    name = electrode(label)
    return (name,) if name else derivation(label) or (label,)
