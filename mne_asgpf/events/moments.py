"""Predictions for each moment, averaged over overlapping windows."""

from dataclasses import dataclass

import numpy as np

_DECIMALS = 4  # of a second, finer than the sampling interval


@dataclass(frozen=True, eq=False)
class Moments:
    """The intervals between the edges of windows, in order, and their predictions.

    Parameters
    ----------
    starts, stops : array of float, shape (n_moments,)
        Start and end in seconds. Time without windows is left out.
    probabilities : array, shape (n_moments, n_classes)
        Mean of the windows that cover it; NaN if it cannot be assessed.
    reasons : array of object, shape (n_moments,)
        Why not, the first reason among its windows; otherwise empty.
    """

    starts: np.ndarray
    stops: np.ndarray
    probabilities: np.ndarray
    reasons: np.ndarray


def find_moments(
    probabilities: np.ndarray,
    starts: np.ndarray,
    lengths: float | np.ndarray,
    *,
    reasons: np.ndarray | None = None,
    duration: float | None = None,
) -> Moments:
    """Average the windows that cover each moment.

    Parameters
    ----------
    probabilities : array, shape (n_windows, n_classes)
        Class probabilities of each window, NaN if it cannot be assessed.
    starts : array of float, shape (n_windows,)
        Start of each window in seconds, in any order.
    lengths : float | array of float, shape (n_windows,)
        Seconds of data in each window.
    reasons : array of object, shape (n_windows,) | None
        Why each window cannot be assessed; empty if it can.
    duration : float | None
        Length of the recording in seconds, where the last moment ends.

    Returns
    -------
    moments : Moments
        The moments. One can be assessed if more than half of its windows can.
    """
    probabilities = np.asarray(probabilities, float)
    starts = np.round(np.asarray(starts, float), _DECIMALS)
    stops = np.round(starts + lengths, _DECIMALS)
    if duration is not None:
        stops = stops.clip(max=duration)
        starts = np.minimum(starts, stops)
    if reasons is None:
        reasons = np.where(np.isnan(probabilities).any(axis=1), "not assessable", "")
    edges = np.unique(np.concatenate([starts, stops]))
    n = max(len(edges) - 1, 0)
    sums = np.zeros((n, probabilities.shape[1]))
    n_assessed, n_covering = np.zeros(n), np.zeros(n)
    why = np.full(n, "", object)
    order = np.argsort(starts, kind="stable")
    places = np.stack([np.searchsorted(edges, starts), np.searchsorted(edges, stops)], 1)
    for window, (first, stop) in zip(order.tolist(), places[order].tolist(), strict=True):
        covered = slice(first, stop)
        n_covering[covered] += 1
        if reasons[window]:
            why[covered][why[covered] == ""] = reasons[window]
        else:
            sums[covered] += probabilities[window]
            n_assessed[covered] += 1
    assessed = 2 * n_assessed > n_covering
    why[assessed] = ""
    sums[~assessed] = np.nan
    means = sums / np.maximum(n_assessed, 1)[:, None]
    kept = n_covering > 0
    return Moments(edges[:-1][kept], edges[1:][kept], means[kept], why[kept])
