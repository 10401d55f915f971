"""Windows that a fitted estimator cannot assess: too little data, flat, out of range, bad."""

from collections import Counter

import numpy as np
from torch.utils.data import ConcatDataset, Subset

from ..models.assessable import REASONS, why_not_assessable


def why_not(estimator, x):
    """Tell which windows of a batch cannot be assessed, and why.

    Parameters
    ----------
    estimator : Stage
        The fitted estimator.
    x : torch.Tensor, shape (batch, n_channels, n_times)
        Signals in volts.

    Returns
    -------
    reasons : list of str
        Why each window cannot be assessed; empty where it can. A window needs half of its
        channels, or fewer where ``max_missing`` allows more to be missing.
    """
    n_channels = x.shape[1]
    n_needed = max(min(n_channels // 2, n_channels - estimator.max_missing), 1)
    codes = why_not_assessable(estimator.module_.signals_to_graphs, x, n_needed)
    return [REASONS[code] for code in codes.tolist()]


def why_not_windows(estimator, windows):
    """Tell which windows cannot be assessed, and why.

    Parameters
    ----------
    estimator : Stage
        The fitted estimator.
    windows : WindowSet
        The windows.

    Returns
    -------
    reasons : array of object, shape (n_windows,)
        A text a window, as :func:`why_not` gives it, or the annotation that calls time of
        the window bad.
    """
    reasons = []
    for x, _ in estimator.get_iterator(windows):
        reasons += why_not(estimator, x.to(estimator.device))
    return with_bad(reasons, windows.windows)


def with_bad(reasons, windows):
    """Add what annotations call bad to the reasons.

    Parameters
    ----------
    reasons : list of str
        Why each window cannot be assessed; empty where it can.
    windows : torch.utils.data.Dataset | array
        The windows; those that were cut from Raws know what annotations say.

    Returns
    -------
    reasons : array of object, shape (n_windows,)
        The same, with the annotation where there is no other reason.
    """
    told = zip(reasons, _bad(windows), strict=True)
    return np.array([reason or bad or "" for reason, bad in told], object)


def count_reasons(reasons):
    """Say how many windows cannot be assessed, by reason.

    Parameters
    ----------
    reasons : array of object, shape (n_windows,)
        Why each window cannot be assessed; empty where it can.

    Returns
    -------
    text : str
        Such as ``"3 of 20 windows (flat: 2, BAD_jump: 1)"``; empty where there is none.
    """
    counts = Counter(filter(None, reasons))
    if not counts:
        return ""
    named = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items()))
    return f"{counts.total()} of {len(reasons)} windows ({named})"


def _bad(windows):
    """Give the annotation that calls each window bad, where there is one."""
    if isinstance(windows, Subset):
        told = _bad(windows.dataset)
        return [told[index] for index in windows.indices]
    if isinstance(windows, ConcatDataset):
        return [bad for part in windows.datasets for bad in _bad(part)]
    metadata = getattr(windows, "metadata", None)
    if metadata is None or "bad" not in metadata:
        return [None] * len(windows)
    return [bad if isinstance(bad, str) else None for bad in metadata["bad"]]
