"""Seizure events found in the class probabilities of a recording's windows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import InputError
from ..labels import BACKGROUND
from .decide import seizure_probability, spoken_for
from .typed_events import check_probabilities, make_typed_table, typed

# Windows whose gap is below the time between two samples touch.
_TOUCH = 1e-4


def find_seizures(
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float | ArrayLike,
    *,
    background: str = BACKGROUND,
    threshold: float = 0.5,
    min_duration: float = 0.0,
    recording_duration: float | None = None,
) -> pd.DataFrame:
    """Find typed seizure events in the class probabilities of windows.

    The rule is that of :mod:`mne_asgpf.events.decide`. As a detector this is
    experimental: a clip classifier that slides over hours of EEG gives many false alarms.

    Parameters
    ----------
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window; NaN in windows that cannot be assessed, of
        whose time nothing is said.
    classes : sequence of str
        The classes, the background among them.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds from the start of the recording.
    clip_len : float | array-like, shape (n_windows,)
        Length of the windows in seconds, or of the data in each.
    background : str
        The class that means no seizure.
    threshold : float
        The seizure probability from which on a window counts as seizure, 0 to 1.
    min_duration : float
        Events shorter than this many seconds are left out.
    recording_duration : float | None
        Length of the recording in seconds, at which events end at the latest. None:
        the end of the last window.

    Returns
    -------
    events : pandas.DataFrame
        An event table. The label is the seizure class with the highest mean
        probability given that there is a seizure, the confidence the mean of that
        class's probability as it stands. A column ``p_<class>`` for each seizure
        class holds the mean probability given that there is a seizure. Windows count
        by the seconds that they speak for.

    Raises
    ------
    InputError
        If there is no background class or the arrays do not fit each other.
    """
    classes = [str(name) for name in classes]
    if background not in classes:
        raise InputError(
            "classes",
            f"no background class {background!r} among {', '.join(classes)}, so nothing tells "
            "where a seizure is",
            "give the events of a reader or another detector to "
            "ASGPFClassifier.predict_annotations, or use a model that was trained with background",
        )
    starts = np.asarray(starts, float)
    probabilities = check_probabilities(probabilities, classes, len(starts), allow_nan=True)
    lengths = np.broadcast_to(np.asarray(clip_len, float), starts.shape)
    if not np.all(np.asarray(clip_len) > 0):
        raise InputError("clip_len", f"it is {clip_len!r}", "give seconds above 0")
    order = np.argsort(starts, kind="stable")
    probabilities = probabilities[order]
    starts, stops = spoken_for(starts[order], lengths[order])
    if recording_duration is not None:
        stops = stops.clip(max=recording_duration)

    seizure = seizure_probability(probabilities, classes, background) >= threshold
    windows = np.flatnonzero(seizure & (stops > starts))
    apart = starts[windows[1:]] > stops[windows[:-1]] + _TOUCH
    rows = []
    for joined in np.split(windows, np.flatnonzero(apart) + 1):
        if not len(joined):
            continue
        onset, stop = starts[joined[0]], stops[joined[-1]]
        if stop - onset >= min_duration:
            seconds = (stops - starts)[joined]
            rows.append(
                {"onset": onset, "duration": stop - onset}
                | typed(seconds, probabilities[joined], classes, background)
            )
    return make_typed_table(rows, classes, background)
