"""Finding where a recording holds data."""

import numpy as np

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
