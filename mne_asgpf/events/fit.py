"""Selection of the rule for events on recordings with known seizures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
from mne.utils import verbose
from numpy.typing import ArrayLike

from ..errors import InputError
from ..event_rule import EventRule
from ..labels import BACKGROUND
from ..type_aliases import Verbose
from .conformal import conformal_quantile
from .find import event_rows
from .given import only_seizures
from .match import match_times
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
_WITHIN = 0.9  # of a new patient's seizures have an error below the stated one
_FOLDS = 5


@verbose
def fit_events(
    moments: list[Moments],
    truths: list[pd.DataFrame],
    classes: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    step: float | None = 1.0,
    background: str = BACKGROUND,
    verbose: Verbose = None,
) -> EventRule:
    """Choose the best rule for events on validation recordings.

    The score is the F1 of events: a found event is correct if it overlaps a seizure that is
    not paired with another one. Among rules with similar scores (within 0.02), the one with
    the least scatter of onsets is chosen. Then onsets and ends are shifted by their median
    error.

    Parameters
    ----------
    moments : list of Moments
        Predictions for each recording (``RecordingTyping.moments``).
    truths : list of pandas.DataFrame
        The event table of each recording. Events that are not seizures are left out.
    classes : sequence of str
        The classes, including the background.
    groups : array-like, shape (n_recordings,) | None
        The patient of each recording; None: each recording is of another patient.
    step : float | None
        The step between the windows of the moments.
    background : str
        The class without seizures.
    %(verbose)s

    Returns
    -------
    rule : EventRule
        The rule.

    Raises
    ------
    InputError
        If the recordings do not contain a seizure, or no rule finds one.

    Notes
    -----
    The stated errors are those of seizures of patients that the rule was not chosen on: it is
    chosen again without each fifth of the patients, and the errors at their seizures are kept.
    Of these, the conformal quantile is stated, in which each patient counts once and a
    new patient as one more. It takes nine patients whose seizures are found; with fewer, the
    errors are None.
    """
    truths = [only_seizures(truth) for truth in truths]
    if not sum(map(len, truths)):
        raise InputError("truths", "contain no seizure", "give recordings with seizures")
    groups = np.arange(len(truths)) if groups is None else np.asarray(groups)

    times = [
        np.stack([truth["onset"], truth["onset"] + truth["duration"]], axis=1) for truth in truths
    ]

    @cache
    def errors(rule, number):
        return _errors(moments[number], times[number], classes, rule, background)

    rule = _choose(errors, range(len(truths)), step)
    if rule is None:
        raise InputError(
            "moments", "no rule finds a seizure", "train longer, or on more recordings"
        )
    held_out, patients = _held_out(errors, truths, groups, step)
    limits = [conformal_quantile(of_one, patients, _WITHIN) for of_one in held_out.T]
    onset_error, end_error = (limit if np.isfinite(limit) else None for limit in limits)
    return replace(
        rule,
        onset_error=onset_error,
        end_error=end_error,
        n_seizures=len(patients),
        n_patients=len(np.unique(patients)),
    )


def _held_out(errors, truths, groups, step):
    """Return onset and end errors, (n_found, 2), of patients the rule is not chosen on."""
    n_seizures = pd.Series([len(truth) for truth in truths]).groupby(groups).sum()
    # Those with most seizures are spread over the folds.
    ordered = n_seizures.sort_values(ascending=False, kind="stable").index
    fold_of = dict(zip(ordered, np.arange(len(ordered)) % _FOLDS, strict=True))
    folds = np.array([fold_of[group] for group in groups])
    held_out, patients = [np.empty((0, 2))], [groups[:0]]
    for fold in range(_FOLDS):
        rule = _choose(errors, np.flatnonzero(folds != fold), step)
        if rule is None:
            continue
        shift = [rule.onset_shift, rule.end_shift]
        for number in np.flatnonzero(folds == fold):
            found = errors(replace(rule, onset_shift=0.0, end_shift=0.0), number)[0]
            held_out.append(np.abs(found + shift))
            patients.append(groups[[number] * len(found)])
    return np.concatenate(held_out), np.concatenate(patients)


def _choose(errors, numbers, step):
    """Choose the rule and its shifts on some recordings; None if none finds a seizure."""
    rule = EventRule(step=step)

    def of_all(one):
        found = [errors(one, number) for number in numbers]
        return np.concatenate([np.empty((0, 2)), *(one for one, _ in found)]), sum(
            n_events for _, n_events in found
        )

    for _ in range(_ROUNDS):
        for grid in _GRIDS:
            rules = [replace(rule, **values) for values in grid]
            scores, spreads = np.transpose([_score(*of_all(one)) for one in rules])
            as_good = np.flatnonzero(scores >= scores.max() - _AS_GOOD)
            rule = rules[as_good[np.argmin(spreads[as_good])]]
    found, _ = of_all(rule)
    if not len(found):
        return None
    onset_shift, end_shift = -np.median(found, axis=0)
    return replace(rule, onset_shift=float(onset_shift), end_shift=float(end_shift))


def _score(found, n_events):
    """Return the F1 of a rule, and the scatter of onsets around their median."""
    onsets = found[:, 0]
    spread = np.abs(onsets - np.median(onsets)).mean() if len(onsets) else np.inf
    return 2 * len(onsets) / max(n_events, 1), spread


def _errors(moments, truth, classes, rule, background):
    """Return the errors of starts and stops of the pairs in a recording, and its events."""
    rows = event_rows(moments, classes, rule, background)
    found = np.array([[row["onset"], row["onset"] + row["duration"]] for row in rows])
    found = found.reshape(-1, 2)
    given, named = match_times(truth, found).T
    return found[named] - truth[given], len(truth) + len(found)
