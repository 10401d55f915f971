"""The decision rule: how class probabilities become classes and events, defined only here.

1. *Whether.* The probability of a seizure of any type is 1 - p(background); a window is a
   seizure if it reaches the threshold, .5 by default. So a window may be a seizure even if
   background is the most probable single class. If the classes do not include background,
   every window is a seizure.
2. *Which.* The type is the most probable of the seizure classes. If the probability of a
   seizure is 0, all types are equally probable, given a seizure.
3. *When.* The probabilities at each moment are the mean over the windows that cover it. An
   event starts and ends where the probability of a seizure crosses ``low``, and reaches
   ``threshold`` in between (:class:`~mne_asgpf.events.EventRule`). Where
   the most probable type changes for at least ``min_part`` seconds, one event ends and the
   next begins; events of one type at most ``max_gap`` apart are joined. The type of an event
   is that of the time-weighted mean of the probabilities given a seizure.
4. *Not assessable.* A window cannot be assessed if it lacks data, is flat, is far weaker or
   stronger than the training data, or overlaps an annotation of bad data. Time of which at
   least half of the windows cannot be assessed is excluded from events, and splits them.

:meth:`~mne_asgpf.ASGPFClassifier.predict` and the validation score of training follow 1 and 2
for every row of :meth:`~mne_asgpf.ASGPFClassifier.predict_proba`;
:func:`~mne_asgpf.find_seizures`, which
:meth:`~mne_asgpf.ASGPFClassifier.predict_annotations` and ``mne_asgpf predict`` use, follows
all. For given events, only the type is determined, by 2.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..labels import BACKGROUND


def seizure_probability(probabilities, classes, background=BACKGROUND):
    """Return the probability of a seizure of any type, (n_windows,); 1 without ``background``."""
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
    """Return the class of each window, by the rule above.

    Parameters
    ----------
    probabilities : array, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence
        The classes, with or without the background.
    threshold : float
        The seizure probability at or above which a window is a seizure.
    background : str
        The class without seizures.

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
    """Return the index of each window's class, and its probability."""
    codes = decide(probabilities, classes)
    return codes, probabilities[np.arange(len(codes)), codes]


def given_seizure(
    probabilities: ArrayLike, classes: Sequence, background: str = BACKGROUND
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the probability of each type, given a seizure.

    Parameters
    ----------
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence
        The classes, with or without the background.
    background : str
        The class without seizures.

    Returns
    -------
    probabilities : array, shape (n_windows, n_types)
        Without the background, each row summing to 1; equal for all types if the
        probability of a seizure is 0.
    types : tuple of str
        The remaining classes.
    """
    kept = [i for i, name in enumerate(classes) if name != background]
    of_types = np.asarray(probabilities, float)[:, kept]
    total = of_types.sum(axis=1, keepdims=True)
    uniform = np.full_like(of_types, 1 / len(kept)) if kept else of_types
    of_types = np.divide(of_types, total, out=uniform, where=total > 0)
    return of_types, tuple(str(classes[i]) for i in kept)


def spoken_for(starts, lengths) -> tuple[np.ndarray, np.ndarray]:
    """Return start and stop of the time of each window that earlier ones do not cover."""
    # Windows ascend; the time is empty if earlier windows cover all of it.
    starts = np.asarray(starts, float)
    stops = np.maximum.accumulate(starts + lengths)
    covered = np.concatenate([[-np.inf], stops[:-1]])[: len(starts)]
    return np.maximum(starts, covered), stops
