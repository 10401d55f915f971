"""Finding where a recording holds data, and the clips that do."""

import numpy as np
from mne.utils import logger

from ..signals import PreparedRaw

_BLOCK = 100_000  # samples to check together


def data_stretches(raw):
    """Return (first sample, the one after the last) of stretches that are not NaN everywhere."""
    # A Raw of another package that is not loaded is assumed to hold data everywhere.
    stores_nan = isinstance(raw, PreparedRaw) and (
        len(raw.filenames) > 1 or raw.orig_format != "short"
    )
    if not (raw.preload or stores_nan):
        return [(0, raw.n_times)]  # files of integers have no NaN: do not read them
    held = np.zeros(raw.n_times + 2, bool)  # with an edge at each end
    for start in range(0, raw.n_times, _BLOCK):
        block = raw[:, start : start + _BLOCK][0]
        held[1 + start : 1 + start + block.shape[1]] = ~np.isnan(block).all(axis=0)
    edges = np.flatnonzero(held[1:] != held[:-1])
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def with_data(raw, clips):
    """Keep clips with at least a second of data in a row, as far as is known without loading."""
    clips, held, step = list(clips), data_stretches(raw), int(raw.info["sfreq"])
    kept = [clip for clip in clips if has_data(held, clip.first, clip.n_steps, step)]
    if len(kept) < len(clips):
        logger.info("%d windows hold less than a second of data.", len(clips) - len(kept))
    return kept


def has_data(held, first, n_steps, step):
    """Return whether some seconds from a sample on hold a second of the stretches with data."""
    stop = first + n_steps * step
    return any(min(stop, end) - max(first, start) >= step for start, end in held)
