"""Scores of events, counted by SzCORE's scorer, with an interval by patient."""

from collections.abc import Sequence
from dataclasses import dataclass

import mne
import numpy as np
import pandas as pd
from mne.utils import verbose
from numpy.typing import ArrayLike
from timescoring.annotations import Annotation
from timescoring.scoring import EventScoring

from ..errors import InputError
from ..estimators.classifier import ASGPFClassifier
from ..event_table import from_annotations, make_event_table
from ..events import match_events, only_seizures
from ..labels import class_of
from ..type_aliases import RandomState, Verbose
from .bootstrap import draw_patients, patient_sums, percentiles, weighted_medians

SCORER = "timescoring's EventScoring with SzCORE's parameters"
_RATE = 10  # Hz, at which timescoring counts
_DAY = 24 * 3600  # s
#: Where seizures are parted by duration, in seconds.
DURATIONS = (0, 10, 30, 60, np.inf)


@dataclass(frozen=True, eq=False)
class EventScores:
    """How well events were found and typed.

    Parameters
    ----------
    table : pandas.DataFrame
        ``value``, ``low`` and ``high`` (the 95 % interval by bootstrap over patients) of
        ``sensitivity``, ``precision``, ``f1`` and ``false_alarms_per_day`` as the scorer has
        them; and, of seizures that a found event shares time with, of ``type_accuracy``
        and the medians of ``onset_latency`` (s, below 0 for too early) and ``onset_error``
        (s, its absolute value). NaN where there is none.
    by_type, by_duration : pandas.DataFrame
        ``n_seizures``, ``sensitivity`` with ``low`` and ``high``, and ``onset_latency`` by
        the true class and by how long seizures last. A seizure is found here if an event
        that is paired with no other one shares time with it.
    confusion : pandas.DataFrame
        Found seizures, true classes in rows and those that were named in columns.
    counts : pandas.DataFrame
        One row a recording: ``patient``, ``n_seizures``, ``n_found`` and ``n_false`` as the
        scorer counts, ``seconds``.
    seizures : pandas.DataFrame
        One row a true seizure: ``patient``, ``class``, ``duration``, ``found``, ``named``
        and ``latency`` (s).
    scorer : str
        What counted.
    """

    table: pd.DataFrame
    by_type: pd.DataFrame
    by_duration: pd.DataFrame
    confusion: pd.DataFrame
    counts: pd.DataFrame
    seizures: pd.DataFrame
    scorer: str = SCORER


@verbose
def score_events(
    truths: list[pd.DataFrame],
    found: list[pd.DataFrame],
    durations: Sequence[float],
    classes: Sequence[str],
    *,
    scheme: int = 4,
    groups: ArrayLike | None = None,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
    verbose: Verbose = None,
) -> EventScores:
    """Score the events that were found in whole recordings.

    Parameters
    ----------
    truths, found : list of pandas.DataFrame
        Two event tables of each recording, a reader's and the one to score. What is no
        seizure is left out.
    durations : sequence of float
        Length of each recording in seconds.
    classes : sequence of str
        The classes that seizures are named.
    scheme : 4 | 8
        The class scheme that true labels are brought to.
    groups : array-like, shape (n_recordings,) | None
        The patient of each recording; None: each recording for itself.
    n_bootstrap : int
        How many times the patients are drawn.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.
    %(verbose)s

    Returns
    -------
    scores : EventScores
        The scores.

    Raises
    ------
    InputError
        If there is no recording, or not one of each for every recording.
    """
    if not len(truths) == len(found) == len(durations) or not len(truths):
        raise InputError(
            "truths",
            f"there are {len(truths)}, for {len(found)} tables found and {len(durations)} lengths",
            "give one of each a recording, and at least one",
        )
    groups = np.arange(len(truths)) if groups is None else np.asarray(groups)
    truths, found = ([only_seizures(one) for one in tables] for tables in (truths, found))
    counts = pd.DataFrame(list(map(_count, truths, found, durations))).assign(patient=groups)
    seizures = _seizures(truths, found, groups, scheme)
    drawn = draw_patients(groups, n_bootstrap, random_state)
    low, high = percentiles(_figures(drawn, counts, seizures))
    classes = [name for name in classes if class_of(name, scheme)]
    hits = seizures[seizures["found"]]
    confusion = pd.crosstab(hits["class"], hits["named"])
    bins = pd.cut(seizures["duration"], DURATIONS, right=False).map(
        {
            one: f"{one.left:g}-{one.right:g} s"
            for one in pd.IntervalIndex.from_breaks(DURATIONS, closed="left")
        }
    )
    return EventScores(
        table=pd.DataFrame(
            {"value": _figures(None, counts, seizures).iloc[0], "low": low, "high": high}
        ),
        by_type=_by(seizures["class"], seizures, drawn, groups),
        by_duration=_by(bins, seizures, drawn, groups),
        confusion=confusion.reindex(index=classes, columns=classes, fill_value=0).rename_axis(
            index="true", columns="named"
        ),
        counts=counts,
        seizures=seizures,
    )


@verbose
def score_detection(
    classifier: ASGPFClassifier,
    raws: list[mne.io.BaseRaw],
    *,
    groups: ArrayLike | None = None,
    random_state: RandomState = 0,
    verbose: Verbose = None,
) -> dict[str, EventScores]:
    """Score the events that a classifier finds in whole recordings, with baselines.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier that knows background.
    raws : list of mne.io.BaseRaw
        Recordings of patients that it was not trained on, with their seizures as
        annotations.
    groups : array-like, shape (n_recordings,) | None
        The patient of each recording; None: each for itself.
    random_state : int | numpy.random.RandomState | None
        Where the bootstrap over patients starts from.
    %(verbose)s

    Returns
    -------
    scores : dict of str to EventScores
        ``"ASGPF"``, ``"nothing found"``, and ``"all one event"``: each recording as one
        seizure of the class that is most frequent.
    """
    truths, found, durations = [], [], []
    for raw in raws:
        typing = classifier.type_recording(raw)
        truths.append(only_seizures(from_annotations(raw.annotations, raw.first_time)))
        found.append(typing.find_seizures())
        durations.append(typing.duration)
    kinds = pd.concat(truths)["label"].map(lambda label: class_of(label, classifier.scheme))
    most = kinds.mode().iloc[0] if kinds.notna().any() else classifier.classes_[0]
    whole = [
        make_event_table([{"onset": 0.0, "duration": seconds, "label": most}])
        for seconds in durations
    ]
    systems = {
        "ASGPF": found,
        "nothing found": [make_event_table() for _ in raws],
        "all one event": whole,
    }
    return {
        name: score_events(
            truths,
            events,
            durations,
            classifier.classes_.tolist(),
            scheme=classifier.scheme,
            groups=groups,
            random_state=random_state,
        )
        for name, events in systems.items()
    }


def compare_events(
    scores: EventScores,
    other: EventScores,
    *,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """Compare two systems on the same recordings, patient by patient.

    Parameters
    ----------
    scores, other : EventScores
        The scores of either.
    n_bootstrap : int
        How many times the patients are drawn.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    table : pandas.DataFrame
        ``difference`` of each figure, ``scores`` less ``other``, with ``low`` and ``high``
        of its 95 % interval when the same patients are drawn for both.

    Raises
    ------
    InputError
        If they are not of the same recordings.
    """
    told = ["patient", "seconds"]
    if not scores.counts[told].equals(other.counts[told]):
        raise InputError("other", "it is of other recordings", "score both on the same recordings")
    drawn = draw_patients(scores.counts["patient"], n_bootstrap, random_state)
    low, high = percentiles(
        _figures(drawn, scores.counts, scores.seizures)
        - _figures(drawn, other.counts, other.seizures)
    )
    difference = scores.table["value"] - other.table["value"]
    return pd.DataFrame({"difference": difference, "low": low, "high": high})


def _count(truth, found, duration):
    """Let the scorer count in one recording."""
    n_samples = round(duration * _RATE)
    given, named = (
        Annotation(
            list(zip(table["onset"], table["onset"] + table["duration"], strict=True)),
            _RATE,
            n_samples,
        )
        for table in (truth, found)
    )
    scored = EventScoring(given, named)
    return {
        "n_seizures": scored.refTrue,
        "n_found": scored.tp,
        "n_false": scored.fp,
        "seconds": float(duration),
    }


def _seizures(truths, found, groups, scheme):
    """Say of each true seizure whether, as what and how late it was found."""
    tables = []
    for truth, events, patient in zip(truths, found, groups, strict=True):
        table = pd.DataFrame(
            {
                "patient": patient,
                "class": truth["label"].map(lambda one: class_of(one, scheme) or one),
                "duration": truth["duration"],
                "found": False,
                "named": pd.Series([None] * len(truth), dtype=object),
                "latency": np.nan,
            }
        )
        rows, columns = match_events(truth, events).T
        table.loc[rows, "found"] = True
        table.loc[rows, "named"] = events["label"].to_numpy()[columns]
        latency = events["onset"].to_numpy()[columns] - truth["onset"].to_numpy()[rows]
        table.loc[rows, "latency"] = latency
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _figures(drawn, counts, seizures):
    """Give the figures of each draw of patients, a row each; None: of all patients as they are."""
    patients = counts["patient"]
    if drawn is None:
        drawn = np.ones((1, patients.nunique()))
    names = ["n_seizures", "n_found", "n_false", "seconds"]
    n, hits, false, seconds = patient_sums(drawn, patients, counts[names], patients).T
    found = seizures[seizures["found"]]
    right = (found["class"] == found["named"]).to_frame()
    of_found = patient_sums(drawn, found["patient"], right.assign(all=1), patients).T
    medians = [
        weighted_medians(values.to_numpy(), drawn, found["patient"], patients)
        for values in (found["latency"], found["latency"].abs())
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {
                "sensitivity": hits / n,
                "precision": hits / (hits + false),
                "f1": 2 * hits / (hits + false + n),
                "false_alarms_per_day": false / seconds * _DAY,
                "type_accuracy": of_found[0] / of_found[1],
                "onset_latency": medians[0],
                "onset_error": medians[1],
            }
        )


def _by(kinds, seizures, drawn, groups):
    """Give sensitivity and latency of each kind of seizures."""
    rows = {}
    for kind, part in seizures.groupby(kinds, sort=True, observed=True):
        of_draws = patient_sums(drawn, part["patient"], part[["found"]].assign(all=1), groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = percentiles(of_draws[:, :1] / of_draws[:, 1:])
        rows[kind] = {
            "n_seizures": len(part),
            "sensitivity": part["found"].mean(),
            "low": low[0],
            "high": high[0],
            "onset_latency": part["latency"].median(),
        }
    columns = ["n_seizures", "sensitivity", "low", "high", "onset_latency"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
