"""The bootstrap over patients: how much a score varies with the choice of patients."""

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix
from sklearn.utils import check_random_state

_ENDS = (2.5, 97.5)  # %
_BLOCK = 10_000_000  # numbers in memory at a time


def draw_patients(groups, n_bootstrap, random_state):
    """Draw patients with replacement.

    Parameters
    ----------
    groups : array-like, shape (n,)
        The patient of each clip or recording.
    n_bootstrap : int
        Number of draws.
    random_state : int | numpy.random.RandomState | None
        The seed.

    Returns
    -------
    drawn : array, shape (n_bootstrap, n_patients)
        How often each was drawn, sorted by name; NaN for a single patient.
    """
    n = len(np.unique(groups))
    if n < 2:
        return np.full((n_bootstrap, n), np.nan)
    return check_random_state(random_state).multinomial(n, np.full(n, 1 / n), n_bootstrap)


def percentiles(draws):
    """Return the ends of the 95 % interval of each column; undefined draws are left out.

    Parameters
    ----------
    draws : array-like, shape (n_bootstrap, n_figures)
        The metrics of each draw.

    Returns
    -------
    ends : array, shape (2, n_figures)
        Low and high; NaN if no draw is defined.
    """
    columns = np.asarray(draws, float).T
    defined = [column[np.isfinite(column)] for column in columns]
    return np.stack(
        [np.percentile(one, _ENDS) if len(one) else np.full(2, np.nan) for one in defined], axis=1
    )


def bootstrap_ratio(sums, counts, groups, n_bootstrap, random_state, measure=np.divide):
    """Compute 95 % intervals of a measure of sums over clips and their counts.

    Parameters
    ----------
    sums, counts : array, shape (n_clips, ...)
        The terms to sum over the clips of the drawn patients.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip; None: each clip is drawn separately.
    n_bootstrap : int
        Number of draws.
    random_state : int | numpy.random.RandomState | None
        The seed.
    measure : callable
        Computes the measure from both sums, each of shape (n_bootstrap, ...).

    Returns
    -------
    low, high : array
        The ends of the interval; NaN for a single patient.
    """
    groups = np.arange(len(sums)) if groups is None else groups
    patients, numbers = np.unique(groups, return_inverse=True)
    drawn = draw_patients(groups, n_bootstrap, random_state)
    totals = []
    for part in (sums, counts):
        of_patients = np.zeros((len(patients), *part.shape[1:]))
        np.add.at(of_patients, numbers, part)
        totals.append(np.tensordot(drawn, of_patients, 1))
    with np.errstate(invalid="ignore", divide="ignore"):  # draws without any clips of a kind
        measured = measure(*totals)
    return percentiles(measured.reshape(len(measured), -1)).reshape(2, *measured.shape[1:])


def patient_sums(drawn, of_rows, values, groups):
    """Sum the values of the drawn patients.

    Parameters
    ----------
    drawn : array, shape (n_bootstrap, n_patients)
        As returned by :func:`draw_patients` for ``groups``.
    of_rows : array-like, shape (n_rows,)
        The patient of each row.
    values : pandas.DataFrame, shape (n_rows, n_values)
        The values.
    groups : array-like
        All patients.

    Returns
    -------
    sums : array, shape (n_bootstrap, n_values)
        The sums of each draw.
    """
    sums = values.groupby(np.asarray(of_rows)).sum().reindex(np.unique(groups), fill_value=0)
    return drawn @ sums.to_numpy(float)


def weighted_medians(values, drawn, of_rows, groups):
    """Compute the median of the values of the drawn patients.

    Parameters
    ----------
    values : array, shape (n_rows,)
        The values.
    drawn, of_rows, groups : array
        As in :func:`patient_sums`.

    Returns
    -------
    medians : array, shape (n_bootstrap,)
        The medians; NaN if the drawn patients have no values.
    """
    if not len(values) or np.isnan(drawn).any():
        return np.full(len(drawn), np.nan)
    order = np.argsort(values)
    places = np.searchsorted(np.unique(groups), np.asarray(of_rows)[order])
    upto = np.cumsum(drawn[:, places], axis=1)
    total = upto[:, -1:]
    # The mean of the two middle values, which are the same if the number is odd.
    middle = [(2 * upto >= total + more).argmax(axis=1) for more in (0, 1)]
    medians = np.mean([values[order][place] for place in middle], axis=0)
    return np.where(total[:, 0] > 0, medians, np.nan)


def patient_confusions(y_true, y_pred, classes, groups):
    """Compute the confusion matrix of each patient, sorted by name.

    Parameters
    ----------
    y_true, y_pred : array of str, shape (n_clips,)
        True and predicted classes.
    classes : sequence of str
        The classes.
    groups : array, shape (n_clips,)
        The patient of each clip.

    Returns
    -------
    confusions : array, shape (n_patients, n_classes, n_classes)
        Counts, true classes first.
    """
    return np.stack(
        [
            confusion_matrix(y_true[groups == patient], y_pred[groups == patient], labels=classes)
            for patient in np.unique(groups)
        ]
    )


def figures_of_confusions(drawn, confusions):
    """Compute metrics that depend only on the confusion matrices of the drawn patients.

    Parameters
    ----------
    drawn : array, shape (n_bootstrap, n_patients)
        As returned by :func:`draw_patients`.
    confusions : array, shape (n_patients, n_classes, n_classes)
        Counts, true classes first.

    Returns
    -------
    figures : pandas.DataFrame, shape (n_bootstrap, 3)
        ``weighted_f1``, ``macro_f1`` and ``balanced_accuracy``; means over the classes that
        are present.
    """
    totals = np.tensordot(drawn, confusions, axes=1)  # (n_bootstrap, true, predicted)
    support, predicted = totals.sum(axis=2), totals.sum(axis=1)
    hits = np.diagonal(totals, axis1=1, axis2=2)
    f1 = 2 * hits / np.maximum(support + predicted, 1)
    recall = hits / np.maximum(support, 1)
    present = support > 0
    n_present = present.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(
            {
                "weighted_f1": (f1 * support).sum(axis=1) / support.sum(axis=1),
                "macro_f1": (f1 * present).sum(axis=1) / n_present,
                "balanced_accuracy": recall.sum(axis=1) / n_present,
            }
        )


def drawn_auroc(drawn, is_class, scores, groups):
    """Compute the area under the ROC curve of one class for each draw.

    Parameters
    ----------
    drawn : array, shape (n_bootstrap, n_patients)
        As returned by :func:`draw_patients`.
    is_class : array of bool, shape (n_clips,)
        Whether each clip is of the class.
    scores : array, shape (n_clips,)
        Their scores.
    groups : array, shape (n_clips,)
        The patient of each clip.

    Returns
    -------
    auroc : array, shape (n_bootstrap,)
        The area; NaN if all or no clips are of the class.
    """
    levels, places = np.unique(scores, return_inverse=True)
    patients = np.searchsorted(np.unique(groups), groups)
    counts = np.zeros((2, drawn.shape[1], len(levels)))
    np.add.at(counts, (is_class.astype(int), patients, places), 1)
    areas = []
    for block in np.array_split(drawn, max(1, drawn.shape[0] * len(levels) // _BLOCK)):
        others, own = (block @ of_side for of_side in counts)
        below = np.cumsum(others, axis=1) - others / 2
        with np.errstate(invalid="ignore"):
            areas.append((own * below).sum(1) / (own.sum(1) * others.sum(1)))
    return np.concatenate(areas)
