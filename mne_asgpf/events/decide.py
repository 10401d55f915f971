"""The decision rule: what class probabilities say of a window, stated here and nowhere else.

1. *Whether.* The probability of a seizure of any type is 1 - p(background); a window is a
   seizure where it reaches the threshold, .5 unless said otherwise. So a window may be a
   seizure though background is the most probable single class. Where the classes have no
   background, every window is a seizure.
2. *Which.* The type is the most probable of the seizure classes. A window that excludes a
   seizure says nothing about its type: all are as probable, given that there is one.
3. *When.* Of each moment the windows that cover it speak together: its probabilities are
   their mean. An event begins and ends where the probability of a seizure crosses
   ``low``, and reaches ``threshold`` in between (:class:`~mne_asgpf.events.EventRule`). Where
   the most probable type changes for at least ``min_part`` seconds, one event ends and the
   next begins; events of one type at most ``max_gap`` apart are one. An event's type is that
   of the mean, by seconds, of the probabilities given that there is a seizure.
4. *Not at all.* A window without enough data, flat, far weaker or stronger than any EEG seen
   in training, or touched by an annotation that calls it bad, is not assessable. Time of
   which half of its windows or more are not is in no event, and events that it parts are two.

:meth:`~mne_asgpf.ASGPFClassifier.predict` and the training's validation score follow 1 and 2
for every row of :meth:`~mne_asgpf.ASGPFClassifier.predict_proba`, and
:func:`~mne_asgpf.find_seizures`, from which
:meth:`~mne_asgpf.ASGPFClassifier.predict_annotations` and ``mne_asgpf predict`` have their
events, follows all. Of events that are given, only the type is decided, by 2.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..labels import BACKGROUND


def seizure_probability(probabilities, classes, background=BACKGROUND):
    """Give the probability of a seizure of any type.

    Parameters
    ----------
    probabilities : array, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence
        The classes.
    background : str
        The class that means no seizure; without it, all windows are seizures.

    Returns
    -------
    probability : array, shape (n_windows,)
        The probability.
    """
    classes = list(classes)
    if background not in classes:
        return np.ones(len(probabilities))
    return 1 - probabilities[:, classes.index(background)]


def decide(
    probabilities: np.ndarray,
    classes: Sequence,
    *,
    threshold: float = 0.5,
    background: str = BACKGROUND,
) -> np.ndarray:
    """Name the class of each window, by the rule above.

    Parameters
    ----------
    probabilities : array, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence
        The classes, with or without the background.
    threshold : float
        The seizure probability from which on a window counts as seizure.
    background : str
        The class that means no seizure.

    Returns
    -------
    codes : array of int, shape (n_windows,)
        The index of each window's class.
    """
    classes = list(classes)
    if background not in classes:
        return probabilities.argmax(axis=1)
    code = classes.index(background)
    types = probabilities.copy()
    types[:, code] = -np.inf
    seizure = seizure_probability(probabilities, classes, background) >= threshold
    return np.where(seizure, types.argmax(axis=1), code)


def named_confidence(probabilities, classes):
    """Give the number of the class that each window is said to be of, and its probability."""
    codes = decide(probabilities, classes)
    return codes, probabilities[np.arange(len(codes)), codes]


def given_seizure(
    probabilities: ArrayLike, classes: Sequence, background: str = BACKGROUND
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Give the probability of each type, given that there is a seizure.

    Parameters
    ----------
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence
        The classes, with or without the background.
    background : str
        The class that means no seizure.

    Returns
    -------
    probabilities : array, shape (n_windows, n_types)
        Without the background, each row summing to 1; where no seizure is possible, all
        types have the same.
    types : tuple of str
        The classes that are left.
    """
    kept = [i for i, name in enumerate(classes) if name != background]
    of_types = np.asarray(probabilities, float)[:, kept]
    total = of_types.sum(axis=1, keepdims=True)
    uniform = np.full_like(of_types, 1 / len(kept)) if kept else of_types
    of_types = np.divide(of_types, total, out=uniform, where=total > 0)
    return of_types, tuple(str(classes[i]) for i in kept)


def spoken_for(starts, lengths) -> tuple[np.ndarray, np.ndarray]:
    """Give the time that each window speaks for: what no earlier one covers.

    Parameters
    ----------
    starts : array of float, shape (n_windows,)
        Start of each window in seconds, ascending.
    lengths : float | array of float, shape (n_windows,)
        Length of the windows in seconds.

    Returns
    -------
    starts, stops : array of float, shape (n_windows,)
        The time; empty where earlier windows cover all of it.
    """
    starts = np.asarray(starts, float)
    stops = np.maximum.accumulate(starts + lengths)
    covered = np.concatenate([[-np.inf], stops[:-1]])[: len(starts)]
    return np.maximum(starts, covered), stops
