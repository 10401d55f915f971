"""Splits in which no patient is on both sides."""

import warnings
from fractions import Fraction

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from ..errors import InputError

_MOST_FOLDS = 10


def split_by_patient(patients, labels, *, test_size=0.2, random_state=None):
    """Split windows into a training and a test set by patient.

    The shares of the labels are kept as far as whole patients allow.

    Parameters
    ----------
    patients : array-like, shape (n_windows,)
        The patient of each window.
    labels : array-like, shape (n_windows,)
        The type or class of each window.
    test_size : float
        The share of windows wanted in the test set, between 0 and 1. It is rounded
        to tenths, or to what the number of patients allows.
    random_state : int | numpy.random.RandomState | None
        Where the draw starts from.

    Returns
    -------
    train : array of int
        Indices of the training set, in ascending order.
    test : array of int
        Indices of the test set, in ascending order. No patient is in both.

    Raises
    ------
    InputError
        If there are fewer than two patients or ``test_size`` is not between 0 and 1.
    """
    patients, labels = np.asarray(patients), np.asarray(labels)
    n_patients = len(np.unique(patients))
    if not 0 < test_size < 1:
        raise InputError("test_size", f"{test_size} is not between 0 and 1", "give a share")
    if n_patients < 2:
        raise InputError("patients", f"there is {n_patients}", "give windows of two or more")

    n_most = min(n_patients, _MOST_FOLDS)
    share = Fraction(test_size).limit_denominator(n_most)
    share = min(max(share, Fraction(1, n_most)), Fraction(n_most - 1, n_most))
    if np.unique(labels, return_counts=True)[1].max() < share.denominator:
        labels = np.zeros(len(labels), int)  # too few windows of any label to keep shares
    folds = StratifiedGroupKFold(share.denominator, shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        # A label with fewer windows than folds is met in some folds only: documented.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        tests = [test for _, test in folds.split(patients, labels, patients)]
    test = np.sort(np.concatenate(tests[: share.numerator]))
    return np.setdiff1d(np.arange(len(patients)), test), test
