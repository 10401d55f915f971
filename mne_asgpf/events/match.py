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
    starts = np.maximum.outer(truth["onset"].to_numpy(), found["onset"].to_numpy())
    stops = np.minimum.outer(
        (truth["onset"] + truth["duration"]).to_numpy(),
        (found["onset"] + found["duration"]).to_numpy(),
    )
    shared = (stops - starts).clip(min=0)
    # An additional pair outweighs any overlap.
    rows, columns = linear_sum_assignment(
        np.where(shared > 0, shared + shared.sum() + 1, 0), maximize=True
    )
    pairs = np.stack([rows, columns], axis=1)
    return pairs[shared[rows, columns] > 0]
