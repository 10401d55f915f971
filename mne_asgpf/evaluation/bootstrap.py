"""The bootstrap over patients: how much a score varies with the choice of patients."""

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix
from sklearn.utils import check_random_state

_ENDS = (2.5, 97.5)  # %
_BLOCK = 10_000_000  # numbers in memory at a time


def draw_patients(groups, n_bootstrap, random_state):
    """Draw how often each patient, sorted by name, is in each draw: (n_bootstrap, n_patients)."""
    # NaN for a single patient.
    n = len(np.unique(groups))
    if n < 2:
        return np.full((n_bootstrap, n), np.nan)
    return check_random_state(random_state).multinomial(n, np.full(n, 1 / n), n_bootstrap)


def apart_if_unknown(patients):
    """Return the patient of each recording; each recording of an unknown one has its own."""
    unknown = pd.isna(np.asarray(patients, object))
    if not unknown.any():
        return np.asarray(patients)
    # As in windows.recording_metadata. All are text, as numbers and text cannot be sorted.
    return np.array(
        [
            f"recording-{i}" if is_unknown else str(patient)
            for i, (patient, is_unknown) in enumerate(zip(patients, unknown, strict=True))
        ],
        object,
    )


def percentiles(draws):
    """Return the 95 % interval of each column, (2, n_figures), without undefined draws."""
    columns = np.asarray(draws, float).T
    defined = [column[np.isfinite(column)] for column in columns]
    return np.stack(
        [np.percentile(one, _ENDS) if len(one) else np.full(2, np.nan) for one in defined], axis=1
    )


def bootstrap_ratio(sums, counts, groups, n_bootstrap, random_state, measure=np.divide):
    """Return low and high of the 95 % interval of a measure of sums over clips and their counts."""
    # `measure` takes both sums, each of shape (n_bootstrap, ...). Without `groups`, each clip is
    # drawn separately. The ends are NaN for a single patient.
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
    """Sum the values of the drawn patients: (n_rows, n_values) -> (n_bootstrap, n_values)."""
    sums = values.groupby(np.asarray(of_rows)).sum().reindex(np.unique(groups), fill_value=0)
    return drawn @ sums.to_numpy(float)


def weighted_medians(values, drawn, of_rows, groups):
    """Return the median over drawn patients, (n_bootstrap,); NaN if they have no values."""
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
    """Return the confusion matrices of patients, by name: (n_patients, n_classes, n_classes)."""
    return np.stack(
        [
            confusion_matrix(y_true[groups == patient], y_pred[groups == patient], labels=classes)
            for patient in np.unique(groups)
        ]
    )


def figures_of_confusions(drawn, confusions):
    """Return F1 scores and balanced accuracy of each draw, over the classes that are present."""
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
    """Return the area under the ROC curve of one class for each draw; NaN if all or none are it."""
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
