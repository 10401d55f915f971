"""The type of an event: the most probable one in its windows, given a seizure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import InputError
from ..event_table import make_event_table
from ..labels import BACKGROUND
from .decide import given_seizure


def type_events(
    events: pd.DataFrame,
    probabilities: ArrayLike,
    classes: Sequence[str],
    *,
    background: str = BACKGROUND,
) -> pd.DataFrame:
    """Classify the type of given events, each by one window.

    :meth:`mne_asgpf.ASGPFClassifier.type_events` cuts the windows by the published rule
    and leaves out events that are not seizures.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table, for example of another detector or of a reader. Its labels
        and confidences are not used.
    probabilities : array-like, shape (n_events, n_classes)
        Class probabilities of the window at the onset of each event.
    classes : sequence of str
        The classes, with or without the background.
    background : str
        The class without seizures, if it is among the classes.

    Returns
    -------
    events : pandas.DataFrame
        The events with the columns of :func:`find_seizures`.

    Raises
    ------
    InputError
        If the shapes do not match.
    """
    classes = [str(name) for name in classes]
    probabilities = check_probabilities(probabilities, classes, len(events))
    rows = [
        event | typed(np.ones(1), row[None], classes, background)
        for event, row in zip(events.to_dict("records"), probabilities, strict=True)
    ]
    return make_typed_table(rows, classes, background)


def typed(weights, probabilities, classes, background):
    """Return the ``label``, ``confidence`` and ``p_<class>`` of one event from weighted windows."""
    # The label is the seizure class with the highest mean probability given a seizure, `p_<class>`.
    # The confidence is the mean of its unconditional probability, which is lower if the seizure
    # itself is uncertain.
    of_types, types = given_seizure(probabilities, classes, background)
    weights = weights / weights.sum()
    conditional = weights @ of_types
    label = types[int(conditional.argmax())]
    return {
        "label": label,
        "confidence": float(weights @ probabilities[:, classes.index(label)]),
    } | {f"p_{kind}": float(p) for kind, p in zip(types, conditional, strict=True)}


def make_typed_table(rows, classes, background):
    """Make an event table with columns for the classes' probabilities, even if it is empty."""
    events = make_event_table(rows)
    for name in classes:
        if name != background and f"p_{name}" not in events:
            events[f"p_{name}"] = np.empty(0)
    return events


def check_probabilities(probabilities, classes, n_rows, *, allow_nan=False) -> np.ndarray:
    """Return probabilities as an array, (n_rows, n_classes), whose rows are distributions."""
    # `allow_nan` is for windows that cannot be assessed.
    probabilities = np.asarray(probabilities, float)
    if probabilities.shape != (n_rows, len(classes)):
        raise InputError(
            "probabilities",
            f"have shape {probabilities.shape}, expected ({n_rows}, {len(classes)})",
            "give one row per window and one column per class",
        )
    assessed = probabilities
    if allow_nan:
        assessed = probabilities[~np.isnan(probabilities).all(axis=1)]
    if not np.allclose(assessed.sum(axis=1), 1, atol=1e-3) or (assessed < 0).any():
        raise InputError(
            "probabilities",
            "a row has negative values or does not sum to 1",
            "give probabilities, as from predict_proba, not logits",
        )
    return probabilities
