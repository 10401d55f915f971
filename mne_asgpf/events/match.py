"""Matching of found events with given ones."""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment


def match_events(truth: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """Pair given and found events that overlap, each with at most one other.

    Parameters
    ----------
    truth, found : pandas.DataFrame
        Event tables of one recording.

    Returns
    -------
    pairs : array of int, shape (n_pairs, 2)
        Row in ``truth`` and row in ``found``: the largest number of pairs, and among those
        with the largest total overlap.
    """
    return match_times(
        *(
            np.stack([table["onset"], table["onset"] + table["duration"]], axis=1)
            for table in (truth, found)
        )
    )


def match_times(truth, found):
    """Pair events as :func:`match_events` does, given their starts and stops in two columns."""
    starts = np.maximum.outer(truth[:, 0], found[:, 0])
    stops = np.minimum.outer(truth[:, 1], found[:, 1])
    shared = (stops - starts).clip(min=0)
    # An additional pair outweighs any overlap.
    rows, columns = linear_sum_assignment(
        np.where(shared > 0, shared + shared.sum() + 1, 0), maximize=True
    )
    pairs = np.stack([rows, columns], axis=1)
    return pairs[shared[rows, columns] > 0]
