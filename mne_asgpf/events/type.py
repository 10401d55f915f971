"""The type of an event: what the windows over it say, given that it is a seizure."""

import numpy as np

from ..errors import InputError
from ..event_table import make_event_table
from ..labels import BACKGROUND


def type_events(events, probabilities, classes, starts, window_length, *, background=BACKGROUND):
    """Type given events by the windows that overlap them.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table, for example of another detector or of a reader. Its labels
        and confidences are not looked at.
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence of str
        The classes, with or without the background.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds from the start of the recording.
    window_length : float
        Length of the windows in seconds.
    background : str
        The class that means no seizure, if it is among the classes.

    Returns
    -------
    events : pandas.DataFrame
        The events with the columns of :func:`find_events`. Windows count by the
        seconds that they share with the event.

    Raises
    ------
    InputError
        If the arrays do not fit each other or no window overlaps an event.
    """
    probabilities, starts = check_windows(probabilities, classes, starts, window_length)
    rows = []
    for event in events.to_dict("records"):
        # An event without extent is still inside some window.
        onset, stop = event["onset"], event["onset"] + max(event["duration"], 1e-6)
        shared = np.minimum(stop, starts + window_length) - np.maximum(onset, starts)
        weights = shared.clip(min=0)
        if not weights.any():
            raise InputError(
                "events",
                f"no window overlaps the event at {onset:g} s",
                "give windows that cover the recording",
            )
        rows.append(event | typed(weights, probabilities, classes, background))
    return make_event_table(rows)


def typed(weights, probabilities, classes, background):
    """Type one event.

    Parameters
    ----------
    weights : array, shape (n_windows,)
        How much each window counts.
    probabilities : array, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence of str
        The classes.
    background : str
        The class that means no seizure, if it is among the classes.

    Returns
    -------
    fields : dict
        ``label``, the seizure class with the highest mean probability given that
        there is a seizure; ``confidence``, the mean of that class's probability as
        it stands, so that doubt about there being a seizure lowers it; ``p_<class>``,
        the mean probability of each seizure class given that there is a seizure.
    """
    seizure = [i for i, name in enumerate(classes) if name != background]
    weights = weights / weights.sum()
    plain = probabilities[:, seizure]
    total = plain.sum(axis=1, keepdims=True)
    # A window that excludes a seizure says nothing about its type.
    uniform = np.full_like(plain, 1 / len(seizure))
    conditional = weights @ np.divide(plain, total, out=uniform, where=total > 0)
    best = int(conditional.argmax())
    return {
        "label": str(classes[seizure[best]]),
        "confidence": float(weights @ plain[:, best]),
    } | {f"p_{classes[i]}": float(p) for i, p in zip(seizure, conditional, strict=True)}


def check_windows(probabilities, classes, starts, window_length):
    """Check that probabilities, classes and windows fit each other.

    Parameters
    ----------
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence of str
        The classes.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds.
    window_length : float
        Length of the windows in seconds.

    Returns
    -------
    probabilities : array of float, shape (n_windows, n_classes)
        The probabilities in the order of their windows.
    starts : array of float, shape (n_windows,)
        The starts in ascending order.

    Raises
    ------
    InputError
        If a shape does not fit, or a row is no probability distribution.
    """
    probabilities, starts = np.asarray(probabilities, float), np.asarray(starts, float)
    if probabilities.shape != (len(starts), len(classes)):
        raise InputError(
            "probabilities",
            f"the shape is {probabilities.shape}, for {len(starts)} windows and "
            f"{len(classes)} classes",
            "give one row a window and one column a class",
        )
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3) or (probabilities < 0).any():
        raise InputError(
            "probabilities",
            "a row is negative somewhere or does not add up to 1",
            "give probabilities, as predict_proba does, and no logits",
        )
    if not window_length > 0:
        raise InputError("window_length", f"it is {window_length}", "give seconds above 0")
    order = np.argsort(starts, kind="stable")
    return probabilities[order], starts[order]
