"""Detection of seizure events in the class probabilities of a recording's windows."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import InputError
from ..event_rule import EventRule
from ..labels import BACKGROUND
from .decide import given_seizure, seizure_probability
from .moments import find_moments
from .typed_events import check_probabilities, make_typed_table, typed

# Moments separated by less than one sample are adjacent.
_TOUCH = 1e-4


def find_seizures(
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float | ArrayLike,
    rule: EventRule | None = None,
    *,
    background: str = BACKGROUND,
    recording_duration: float | None = None,
) -> pd.DataFrame:
    """Find typed seizure events in the class probabilities of windows.

    Applies the rule of :mod:`mne_asgpf.events.decide`. As a detector this is
    experimental: a clip classifier applied to hours of EEG yields many false alarms.

    Parameters
    ----------
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window; NaN for windows that cannot be assessed.
    classes : sequence of str
        The classes, including the background.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds from the start of the recording. Windows may
        overlap: more overlap gives more precise times.
    clip_len : float | array-like, shape (n_windows,)
        Length of the windows in seconds, or of the data in each.
    rule : EventRule | None
        Thresholds, minimal durations and gaps. None: the defaults. Its ``step`` is not
        used, as the windows are given.
    background : str
        The class without seizures.
    recording_duration : float | None
        Length of the recording in seconds; events end there at the latest. None:
        the end of the last window.

    Returns
    -------
    events : pandas.DataFrame
        An event table. The label is the seizure class with the highest mean
        probability given a seizure; the confidence is the mean of its unconditional
        probability. A column ``p_<class>`` for each seizure class holds the mean
        probability given a seizure. Means are weighted by duration.
        ``onset_error`` and ``end_error`` are the errors of the times in seconds: those of
        the rule, measured on validation patients; NaN if these were too few; or, without a
        measurement, half a window.

    Raises
    ------
    InputError
        If the classes do not include background, or the shapes do not match.
    """
    classes = [str(name) for name in classes]
    starts = np.asarray(starts, float)
    probabilities = check_probabilities(probabilities, classes, len(starts), allow_nan=True)
    lengths = np.asarray(clip_len, float)
    if not np.all(lengths > 0):
        raise InputError("clip_len", f"is {clip_len!r}", "give a number of seconds above 0")
    moments = find_moments(probabilities, starts, lengths, duration=recording_duration)
    half = float(np.max(lengths, initial=0)) / 2
    return find_events_of_moments(
        moments, classes, rule or EventRule(), half, background=background
    )


def find_events_of_moments(moments, classes, rule, half_window, *, background=BACKGROUND):
    """Find the events in moments; ``half_window`` is the error without any measurement."""
    events = make_typed_table(event_rows(moments, classes, rule, background), classes, background)
    unknown = np.nan if rule.n_seizures else half_window
    return events.assign(
        onset_error=unknown if rule.onset_error is None else rule.onset_error,
        end_error=unknown if rule.end_error is None else rule.end_error,
    )


def event_rows(moments, classes, rule, background):
    """Return the events in moments as dicts: a rule is chosen among many in less time."""
    if background not in classes:
        raise InputError(
            "classes",
            f"no background class {background!r} among {', '.join(classes)}, which is required "
            "to find seizures",
            "give the events of a reader or another detector to "
            "ASGPFClassifier.predict_annotations, or use a model that was trained with background",
        )
    pieces = []
    for part in _seizure_stretches(moments, classes, rule, background):
        pieces += _by_type(part, moments, classes, rule.min_part, background)
    runs = _assessed_runs(moments)
    rows: list[dict] = []
    parts = _without_gaps(pieces, runs, moments, classes, rule.max_gap, background)
    for part, following in zip_longest(parts, parts[1:]):
        run = runs == runs[part[0]]
        onset = max(moments.starts[part[0]] + rule.onset_shift, moments.starts[run].min())
        stop = min(moments.stops[part[-1]] + rule.end_shift, moments.stops[run].max())
        if following is not None:  # shifts take nothing of the next event,
            stop = min(stop, moments.starts[following[0]])
        if rows:  # nor of the previous one
            onset = max(onset, rows[-1]["onset"] + rows[-1]["duration"])
        if stop <= onset or stop - onset < rule.min_duration:
            continue
        rows.append(
            {"onset": onset, "duration": stop - onset} | _typed(part, moments, classes, background)
        )
    return rows


def _seizure_stretches(moments, classes, rule, background):
    """Return the moments of each run that stays above low and reaches the threshold."""
    seizure = seizure_probability(moments.probabilities, classes, background)
    low = rule.threshold if rule.low is None else rule.low
    held = np.flatnonzero(seizure >= low)
    apart = moments.starts[held[1:]] > moments.stops[held[:-1]] + _TOUCH
    for stretch in np.split(held, np.flatnonzero(apart) + 1):
        if len(stretch) and (seizure[stretch] >= rule.threshold).any():
            yield stretch


def _by_type(part, moments, classes, min_part, background):
    """Split a run where its type changes for long enough; join short parts to a neighbour."""
    of_types, _ = given_seizure(moments.probabilities[part], classes, background)
    kinds = of_types.argmax(axis=1)
    parts = np.split(part, np.flatnonzero(np.diff(kinds)) + 1)
    while len(parts) > 1:
        lengths = [_seconds(one, moments) for one in parts]
        shortest = int(np.argmin(lengths))
        if lengths[shortest] >= min_part:
            break
        adjacent = [i for i in (shortest - 1, shortest + 1) if 0 <= i < len(parts)]
        first, second = sorted([shortest, max(adjacent, key=lambda i: lengths[i])])
        parts[first : second + 1] = [np.concatenate(parts[first : second + 1])]
        parts = _joined(parts, moments, classes, background)
    return parts


def _joined(parts, moments, classes, background):
    """Join adjacent parts of one type."""
    joined = parts[:1]
    for part in parts[1:]:
        labels = {_typed(one, moments, classes, background)["label"] for one in (joined[-1], part)}
        if len(labels) == 1:
            joined[-1] = np.concatenate([joined[-1], part])
        else:
            joined.append(part)
    return joined


def _assessed_runs(moments):
    """Assign each moment to a run of adjacent, assessable moments."""
    assessed = moments.reasons == ""
    apart = moments.starts[1:] > moments.stops[:-1] + _TOUCH
    return np.concatenate([[0], np.cumsum(apart | (assessed[1:] != assessed[:-1]))])


def _without_gaps(parts, runs, moments, classes, max_gap, background):
    """Join events of one type across short gaps of background without missing data."""
    joined: list = []
    labels: list = []
    for part in parts:
        label = _typed(part, moments, classes, background)["label"]
        if labels and label == labels[-1] and runs[part[0]] == runs[joined[-1][-1]]:
            gap = moments.starts[part[0]] - moments.stops[joined[-1][-1]]
            if gap <= max_gap:
                joined[-1] = np.concatenate([joined[-1], part])
                continue
        joined.append(part)
        labels.append(label)
    return joined


def _seconds(part, moments):
    return (moments.stops - moments.starts)[part].sum()


def _typed(part, moments, classes, background):
    seconds = (moments.stops - moments.starts)[part]
    return typed(seconds, moments.probabilities[part], classes, background)
