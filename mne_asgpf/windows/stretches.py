"""Where a recording holds data at all."""

import numpy as np

from ..signals import PreparedRaw

_BLOCK = 100_000  # samples looked at together


def data_stretches(raw):
    """Find the stretches between time without data, which is NaN in all channels.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording. One of another package that is not loaded is taken to hold data
        throughout.

    Returns
    -------
    stretches : list of tuple of int
        First sample of each stretch, and the one after its last.
    """
    stores_nan = isinstance(raw, PreparedRaw) and (
        len(raw.filenames) > 1 or raw.orig_format != "short"
    )
    if not (raw.preload or stores_nan):
        return [(0, raw.n_times)]  # files of whole numbers have no NaN: spare the reading
    held = np.zeros(raw.n_times + 2, bool)  # with an edge at both ends
    for start in range(0, raw.n_times, _BLOCK):
        block = raw[:, start : start + _BLOCK][0]
        held[1 + start : 1 + start + block.shape[1]] = ~np.isnan(block).all(axis=0)
    edges = np.flatnonzero(held[1:] != held[:-1])
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
