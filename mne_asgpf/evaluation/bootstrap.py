"""The bootstrap over patients: how far a score would move with other patients."""

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
    patients = np.unique(groups)
    n = len(patients)
    if n < 2:
        return np.full((len(predictions), n_bootstrap), np.nan)
    drawn = check_random_state(random_state).multinomial(n, np.full(n, 1 / n), n_bootstrap)
    return np.stack(
        [_weighted_f1(drawn, _confusions(y_true, y, classes, groups)) for y in predictions]
    )


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
