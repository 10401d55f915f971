"""Differences of learned graphs between seizure types and background."""

from dataclasses import dataclass

import numpy as np
from mne.stats import permutation_t_test
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from ..errors import InputError
from ..labels import BACKGROUND
from ..type_aliases import RandomState


@dataclass(frozen=True, eq=False)
class GraphComparison:
    """The difference between the learned graphs of a seizure type and of background.

    Parameters
    ----------
    difference : array, shape (n_channels, n_channels)
        Mean over patients of the weights in seizures minus those in background; row i holds
        the weights of the inputs of electrode i. NaN if observed in fewer than two patients.
    p_values : array, shape (n_channels, n_channels)
        Two-sided, corrected for all edges (by the largest t of each permutation).
    n_patients : int
        Number of patients with both.
    """

    difference: np.ndarray
    p_values: np.ndarray
    n_patients: int


def compare_graphs(
    graphs: np.ndarray,
    labels: ArrayLike,
    patients: ArrayLike,
    *,
    n_permutations: int = 10_000,
    random_state: RandomState = None,
) -> dict[str, GraphComparison]:
    """Compare the learned graphs of each seizure type with those of background.

    The windows of a patient are averaged first, so that patients are the units of the test:
    each permutation swaps seizures and background of some patients
    (:func:`mne.stats.permutation_t_test`).

    Parameters
    ----------
    graphs : array, shape (n_windows, n_channels, n_channels)
        One graph per window, such as the mean over seconds of
        :attr:`mne_asgpf.estimators.RecordingTyping.graphs`; NaN for missing data.
    labels : array-like of str, shape (n_windows,)
        The class of each window, ``"bckg"`` for background.
    patients : array-like, shape (n_windows,)
        The patient of each window.
    n_permutations : int
        Number of permutations; all possible ones if there are fewer.
    random_state : int | numpy.random.RandomState | None
        The seed of the permutations.

    Returns
    -------
    comparisons : dict of str to GraphComparison
        One for each type with background in at least two patients.

    Raises
    ------
    InputError
        If the lengths differ, or no type can be compared.
    """
    graphs, labels, patients = np.asarray(graphs, float), np.asarray(labels), np.asarray(patients)
    if graphs.ndim != 3 or not len(graphs) == len(labels) == len(patients):
        raise InputError(
            "graphs",
            f"have shape {graphs.shape} for {len(labels)} labels and {len(patients)} patients",
            "give one graph, label and patient per window",
        )
    # Each type uses the same seed, independently of other types.
    seed = check_random_state(random_state).randint(2**31 - 1)
    comparisons = {}
    for label in sorted(set(labels.tolist()) - {BACKGROUND}):
        differences = _of_patients(graphs, labels, patients, label)
        if len(differences) > 1:
            comparisons[label] = _compare(differences, n_permutations, seed)
    if not comparisons:
        raise InputError(
            "labels",
            "fewer than two patients have both a seizure type and background",
            f"give windows of {BACKGROUND} of the same patients",
        )
    return comparisons


def _of_patients(graphs, labels, patients, label):
    """Return the difference of each patient with both."""
    differences = []
    for patient in np.unique(patients):
        means = [
            _mean(graphs[(patients == patient) & (labels == name)]) for name in (label, BACKGROUND)
        ]
        if all(mean is not None for mean in means):
            differences.append(means[0] - means[1])
    return np.array(differences)


def _mean(graphs):
    """Average over observed values; None without windows."""
    if not len(graphs):
        return None
    n = np.isfinite(graphs).sum(0)
    return np.divide(np.nansum(graphs, 0), n, out=np.full(n.shape, np.nan), where=n > 0)


def _compare(differences, n_permutations, seed):
    # The test does not allow NaN: a missing electrode counts as no difference.
    enough = np.isfinite(differences).sum(0) > 1
    filled = np.nan_to_num(differences)
    varies = enough & (filled.std(0) > 0)
    p_values = np.where(enough, 1.0, np.nan)
    if varies.any():
        p_values[varies] = permutation_t_test(
            filled[:, varies], n_permutations, seed=seed, verbose="error"
        )[1]
    difference = np.where(enough, _mean(differences), np.nan)
    return GraphComparison(difference, p_values, len(differences))
