"""Selection of the rule for events on recordings with known seizures."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
from mne.utils import verbose

from ..errors import InputError
from ..event_rule import EventRule
from ..labels import BACKGROUND
from ..type_aliases import Verbose
from .find import find_events_of_moments
from .given import only_seizures
from .match import match_events
from .moments import Moments

_THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_LOW = (0.25, 0.5, 0.75, 1.0)  # fractions of the threshold
# Searched jointly; each group is chosen with the others fixed.
_GRIDS: tuple = (
    [
        {"threshold": high, "low": round(high * part, 4)}
        for high, part in product(_THRESHOLDS, _LOW)
    ],
    [
        {"min_duration": shortest, "max_gap": gap}
        for shortest, gap in product((0.0, 4.0, 8.0, 12.0), (0.0, 5.0, 15.0, 30.0))
    ],
    [{"min_part": seconds} for seconds in (10.0, 20.0, 40.0, 3600.0)],
)
_ROUNDS = 2
_AS_GOOD = 0.02  # of F1, below which a few dozen seizures cannot distinguish rules
_WITHIN = 0.9  # of the seizures have an error below the stated one


@verbose
def fit_events(
    moments: list[Moments],
    truths: list[pd.DataFrame],
    classes: Sequence[str],
    *,
    step: float | None = 1.0,
    background: str = BACKGROUND,
    verbose: Verbose = None,
) -> EventRule:
    """Choose the best rule for events on validation recordings.

    The score is the F1 of events: a found event is correct if it overlaps a seizure that is
    not paired with another one. Among rules with similar scores (within 0.02), the one with
    the least scatter of onsets is chosen. Then onsets and ends are shifted by their median
    error, and the 90th percentile of the remaining error is reported.

    Parameters
    ----------
    moments : list of Moments
        Predictions for each recording (``RecordingTyping.moments``).
    truths : list of pandas.DataFrame
        The event table of each recording. Events that are not seizures are left out.
    classes : sequence of str
        The classes, including the background.
    step : float | None
        The step between the windows of the moments.
    background : str
        The class without seizures.
    %(verbose)s

    Returns
    -------
    rule : EventRule
        The rule. Its errors are measured on the same recordings and thus somewhat too small.

    Raises
    ------
    InputError
        If the recordings do not contain a seizure, or no rule finds one.
    """
    truths = [only_seizures(truth) for truth in truths]
    if not sum(map(len, truths)):
        raise InputError("truths", "contain no seizure", "give recordings with seizures")
    rule = EventRule(step=step)
    for _ in range(_ROUNDS):
        for grid in _GRIDS:
            rules = [replace(rule, **values) for values in grid]
            scores, spreads = np.transpose(
                [_score(moments, truths, classes, one, background) for one in rules]
            )
            as_good = np.flatnonzero(scores >= scores.max() - _AS_GOOD)
            rule = rules[as_good[np.argmin(spreads[as_good])]]
    onsets, ends, _ = _errors(moments, truths, classes, rule, background)
    if not len(onsets):
        raise InputError(
            "moments", "no rule finds a seizure", "train longer, or on more recordings"
        )
    onset_shift, end_shift = -np.median(onsets), -np.median(ends)
    return replace(
        rule,
        onset_shift=float(onset_shift),
        end_shift=float(end_shift),
        onset_error=float(np.quantile(np.abs(onsets + onset_shift), _WITHIN)),
        end_error=float(np.quantile(np.abs(ends + end_shift), _WITHIN)),
        n_seizures=len(onsets),
    )


def _score(moments, truths, classes, rule, background):
    """Return the F1 of a rule, and the scatter of onsets around their median."""
    onsets, _, n_events = _errors(moments, truths, classes, rule, background)
    spread = np.abs(onsets - np.median(onsets)).mean() if len(onsets) else np.inf
    return 2 * len(onsets) / n_events, spread


def _errors(moments, truths, classes, rule, background):
    """Return the errors of onsets and ends of the pairs, and the number of events."""
    pairs, n_events = [np.empty((0, 4))], 0
    for said, truth in zip(moments, truths, strict=True):
        found = find_events_of_moments(said, classes, rule, 0.0, background=background)
        n_events += len(truth) + len(found)
        times = [
            table[["onset", "duration"]].to_numpy()[rows]
            for table, rows in zip((truth, found), match_events(truth, found).T, strict=True)
        ]
        pairs.append(np.concatenate(times, axis=1))
    onset, duration, found_onset, found_duration = np.concatenate(pairs).T
    ends = found_onset + found_duration - onset - duration
    return found_onset - onset, ends, n_events
