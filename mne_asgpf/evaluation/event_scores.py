"""Scores of events by SzCORE's scorer, with intervals over patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import mne
import numpy as np
import pandas as pd
from mne.utils import verbose
from numpy.typing import ArrayLike
from timescoring.annotations import Annotation
from timescoring.scoring import EventScoring

from ..corpora.seizure_types import join_in_time
from ..errors import InputError
from ..estimators.classifier import ASGPFClassifier
from ..event_table import from_annotations, make_event_table
from ..events import match_events, only_seizures
from ..labels import NOT_SURE, class_of
from ..type_aliases import RandomState, Verbose
from .bootstrap import (
    apart_if_unknown,
    draw_patients,
    patient_sums,
    percentiles,
    weighted_medians,
)

SCORER = "timescoring's EventScoring with SzCORE's parameters"
_RATE = 10  # Hz, the resolution of timescoring
_DAY = 24 * 3600  # s


class Detector(Protocol):
    """Anything that finds seizures in a recording."""

    def predict_annotations(self, raw: mne.io.BaseRaw) -> mne.Annotations:
        """Return the seizures, relative to the start of the recording."""


#: Limits of the duration groups of seizures, in seconds.
DURATIONS = (0, 10, 30, 60, np.inf)


@dataclass(frozen=True, eq=False)
class EventScores:
    """Scores of the detection and classification of events.

    Parameters
    ----------
    table : pandas.DataFrame
        ``value``, ``low`` and ``high`` (the 95 % interval by bootstrap over patients) of
        ``sensitivity``, ``precision``, ``f1`` and ``false_alarms_per_day`` of the scorer;
        and, for seizures that overlap a found event, ``type_accuracy`` of those that have a
        class in the scheme and are not 'not sure', and the medians of ``onset_latency`` (s,
        negative if too early) and ``onset_error`` (s, its absolute value). NaN if undefined.
    by_type, by_duration : pandas.DataFrame
        ``n_seizures``, ``sensitivity`` with ``low`` and ``high``, and the median
        ``onset_latency`` with ``latency_low`` and ``latency_high``, by true class and by
        duration of the seizures. Here, a seizure is found if it overlaps an event that is not
        paired with another seizure.
    confusion : pandas.DataFrame
        Found seizures that have a class in the scheme, true classes in rows and predicted ones
        in columns, with 'not sure' if any is.
    counts : pandas.DataFrame
        One row per recording: ``patient``, ``n_seizures``, ``n_found`` and ``n_false`` of the
        scorer, ``seconds``.
    seizures : pandas.DataFrame
        One row per true seizure: ``patient``, ``class`` (its label if the scheme has no class
        for it: ``in_scheme`` is False), ``duration``, ``found``, ``named`` (the predicted class)
        and ``latency`` (s).
    scorer : str
        The name of the scorer.
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
    """Score the events found in whole recordings.

    Parameters
    ----------
    truths, found : list of pandas.DataFrame
        Two event tables per recording, that of a reader and the one to score. Events that
        are not seizures are left out.
    durations : sequence of float
        Length of each recording in seconds.
    classes : sequence of str
        The classes of found seizures.
    scheme : 4 | 8
        The class scheme to which true labels are mapped.
    groups : array-like, shape (n_recordings,) | None
        The patient of each recording; an unknown one (None or NaN) counts as a patient
        of its own. None: each recording is drawn separately.
    n_bootstrap : int
        Number of bootstrap draws of patients.
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
        If there are no recordings, or the lengths differ.
    """
    if not len(truths) == len(found) == len(durations) or not len(truths):
        raise InputError(
            "truths",
            f"has length {len(truths)}, found has {len(found)} and durations {len(durations)}",
            "give one of each per recording, and at least one recording",
        )
    groups = np.arange(len(truths)) if groups is None else apart_if_unknown(groups)
    truths, found = ([only_seizures(one) for one in tables] for tables in (truths, found))
    counts = pd.DataFrame(list(map(_count, truths, found, durations))).assign(patient=groups)
    seizures = _seizures(truths, found, groups, scheme)
    drawn = draw_patients(groups, n_bootstrap, random_state)
    low, high = percentiles(_figures(drawn, counts, seizures))
    classes = [name for name in classes if class_of(name, scheme)]
    hits = seizures[seizures["found"]]
    confusion = pd.crosstab(hits["class"], hits["named"])
    columns = [*classes, NOT_SURE] if NOT_SURE in confusion else classes
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
        confusion=confusion.reindex(index=classes, columns=columns, fill_value=0).rename_axis(
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
    others: dict[str, Detector] | None = None,
    groups: ArrayLike | None = None,
    random_state: RandomState = 0,
    verbose: Verbose = None,
) -> dict[str, EventScores]:
    """Score the events that a classifier finds in whole recordings, with baselines.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier with a background class.
    raws : list of mne.io.BaseRaw
        Recordings of patients that it was not trained on, with their seizures as
        annotations.
    others : dict of str to object | None
        Other systems by name, such as a :class:`SpectrumDetector` or a second classifier:
        anything whose ``predict_annotations(raw)`` returns the seizures found, relative to the
        start of the recording.
    groups : array-like, shape (n_recordings,) | None
        The patient of each recording; an unknown one (None or NaN) counts as a patient
        of its own. None: each recording is drawn separately.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap over patients.
    %(verbose)s

    Returns
    -------
    scores : dict of str to EventScores
        ``"ASGPF"``, those of ``others``, ``"nothing found"``, and ``"all one event"``: each
        recording as one seizure of the most frequent class.
    """
    truths, found, durations = [], [], []
    of_others: dict[str, list[pd.DataFrame]] = {name: [] for name in others or {}}
    for raw in raws:
        typing = classifier.type_recording(raw)
        truths.append(only_seizures(from_annotations(raw.annotations, raw.first_time)))
        found.append(typing.find_seizures())
        durations.append(typing.duration)
        for name, system in (others or {}).items():
            of_others[name].append(from_annotations(system.predict_annotations(raw)))
    kinds = pd.concat(truths)["label"].map(lambda label: class_of(label, classifier.scheme))
    most = kinds.mode().iloc[0] if kinds.notna().any() else classifier.classes_[0]
    whole = [
        make_event_table([{"onset": 0.0, "duration": seconds, "label": most}])
        for seconds in durations
    ]
    systems = {
        "ASGPF": found,
        **of_others,
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
        The scores of the two systems.
    n_bootstrap : int
        Number of bootstrap draws of patients.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    table : pandas.DataFrame
        ``difference`` of each metric, ``scores`` minus ``other``, with ``low`` and ``high``
        of its 95 % interval if the same patients are drawn for both.

    Raises
    ------
    InputError
        If they are of different recordings.
    """
    columns = ["patient", "seconds"]
    if not scores.counts[columns].equals(other.counts[columns]):
        raise InputError("other", "has other recordings", "score both on the same recordings")
    drawn = draw_patients(scores.counts["patient"], n_bootstrap, random_state)
    low, high = percentiles(
        _figures(drawn, scores.counts, scores.seizures)
        - _figures(drawn, other.counts, other.seizures)
    )
    difference = scores.table["value"] - other.table["value"]
    return pd.DataFrame({"difference": difference, "low": low, "high": high})


def _count(truth, found, duration):
    """Count the events of one recording with the scorer."""
    n_samples = round(duration * _RATE)
    given, named = (
        Annotation(
            # The scorer takes the end of the last of overlapping events, not their latest one.
            [
                (row["onset"], row["onset"] + row["duration"])
                for row in join_in_time(table.to_dict("records"))
            ],
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
    """Return for each true seizure whether it was found, its predicted class and latency."""
    tables = []
    for truth, events, patient in zip(truths, found, groups, strict=True):
        classes = truth["label"].map(lambda one: class_of(one, scheme))
        table = pd.DataFrame(
            {
                "patient": patient,
                "class": classes.fillna(truth["label"]),
                "in_scheme": classes.notna(),
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
    """Compute the metrics of each draw of patients, one row each; None: of all patients."""
    patients = counts["patient"]
    if drawn is None:
        drawn = np.ones((1, patients.nunique()))
    names = ["n_seizures", "n_found", "n_false", "seconds"]
    n, hits, false, seconds = patient_sums(drawn, patients, counts[names], patients).T
    found = seizures[seizures["found"]]
    named = found[found["in_scheme"] & (found["named"] != NOT_SURE)]
    right = (named["class"] == named["named"]).to_frame()
    of_named = patient_sums(drawn, named["patient"], right.assign(all=1), patients).T
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
                "type_accuracy": of_named[0] / of_named[1],
                "onset_latency": medians[0],
                "onset_error": medians[1],
            }
        )


def _by(kinds, seizures, drawn, groups):
    """Compute sensitivity and latency of each kind of seizure."""
    rows = {}
    for kind, part in seizures.groupby(kinds, sort=True, observed=True):
        of_draws = patient_sums(drawn, part["patient"], part[["found"]].assign(all=1), groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = of_draws[:, 0] / of_draws[:, 1]
        found = part[part["found"]]
        latencies = weighted_medians(found["latency"].to_numpy(), drawn, found["patient"], groups)
        low, high = percentiles(np.stack([shares, latencies], axis=1))
        rows[kind] = {
            "n_seizures": len(part),
            "sensitivity": part["found"].mean(),
            "low": low[0],
            "high": high[0],
            "onset_latency": part["latency"].median(),
            "latency_low": low[1],
            "latency_high": high[1],
        }
    columns = ["n_seizures", "sensitivity", "low", "high", "onset_latency"]
    columns += ["latency_low", "latency_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
