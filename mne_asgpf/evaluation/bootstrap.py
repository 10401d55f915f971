"""The bootstrap over patients: how far a score would move with other patients."""

import warnings

import numpy as np
from sklearn.metrics import confusion_matrix
from sklearn.utils import check_random_state


def bootstrap_weighted_f1(y_true, predictions, classes, groups, n_bootstrap, random_state):
    """Draw patients with replacement, the same for every classifier.

    Parameters
    ----------
    y_true : array of str, shape (n_clips,)
        The true class of each clip.
    predictions : sequence of array of str, each of shape (n_clips,)
        The class that each classifier names.
    classes : sequence of str
        The classes.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip; None: each clip for itself.
    n_bootstrap : int
        How many times they are drawn.
    random_state : int | numpy.random.RandomState | None
        The seed.

    Returns
    -------
    weighted_f1 : array, shape (n_classifiers, n_bootstrap)
        The scores of every draw; NaN where there is a single patient.
    """
    groups = np.arange(len(y_true)) if groups is None else np.asarray(groups)
    drawn = draw_patients(len(np.unique(groups)), n_bootstrap, random_state)
    if drawn is None:
        return np.full((len(predictions), n_bootstrap), np.nan)
    return np.stack(
        [_weighted_f1(drawn, _confusions(y_true, y, classes, groups)) for y in predictions]
    )


def draw_patients(n_patients, n_bootstrap, random_state):
    """Say how often each patient is drawn, shape (n_bootstrap, n_patients); None for a single."""
    if n_patients < 2:
        return None
    chances = np.full(n_patients, 1 / n_patients)
    return check_random_state(random_state).multinomial(n_patients, chances, n_bootstrap)


def bootstrap_ratio(sums, counts, groups, n_bootstrap, random_state, measure=np.divide):
    """Give 95 % intervals of what is made of sums over clips and their counts.

    Parameters
    ----------
    sums, counts : array, shape (n_clips, ...)
        What is summed over the clips of the patients drawn.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip; None: each clip for itself.
    n_bootstrap : int
        How many times they are drawn.
    random_state : int | numpy.random.RandomState | None
        The seed.
    measure : callable
        Makes the measure of both sums, each of shape (n_bootstrap, ...).

    Returns
    -------
    low, high : array
        The ends of the interval; NaN where there is a single patient.
    """
    groups = np.arange(len(sums)) if groups is None else groups
    patients, numbers = np.unique(groups, return_inverse=True)
    drawn = draw_patients(len(patients), n_bootstrap, random_state)
    totals = []
    for part in (sums, counts):
        of_patients = np.zeros((len(patients), *part.shape[1:]))
        np.add.at(of_patients, numbers, part)
        totals.append(of_patients if drawn is None else np.tensordot(drawn, of_patients, 1))
    # Draws that hold nothing of a kind say nothing of it, and perhaps all are such.
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
        measured = measure(*totals)
        if drawn is None:
            return np.full((2, *measured.shape[1:]), np.nan)
        return np.nanpercentile(measured, [2.5, 97.5], axis=0)


def _confusions(y_true, y_pred, classes, groups):
    """Count for each patient; shape (n_patients, true, predicted)."""
    return np.stack(
        [
            confusion_matrix(y_true[groups == patient], y_pred[groups == patient], labels=classes)
            for patient in np.unique(groups)
        ]
    )


def _weighted_f1(drawn, confusions):
    """F1 needs no more than the confusion matrices of who was drawn."""
    totals = np.tensordot(drawn, confusions, axes=1)  # (n_bootstrap, true, predicted)
    support, predicted = totals.sum(axis=2), totals.sum(axis=1)
    hits = np.diagonal(totals, axis1=1, axis2=2)
    f1 = 2 * hits / np.maximum(support + predicted, 1)
    return (f1 * support).sum(axis=1) / support.sum(axis=1)
