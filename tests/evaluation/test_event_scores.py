"""Events are scored as SzCORE's scorer does, by patient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timescoring.annotations import Annotation
from timescoring.scoring import EventScoring

from mne_asgpf.evaluation import compare_events, score_events
from mne_asgpf.evaluation.event_scores import _count
from mne_asgpf.event_table import make_event_table
from mne_asgpf.events import match_events

CLASSES = ["CF", "GN", "bckg"]


def table(*rows):
    return make_event_table(
        {"onset": onset, "duration": duration, "label": label} for onset, duration, label in rows
    )


TRUTHS = [
    table((100, 20, "fnsz"), (500, 8, "gnsz")),
    table((50, 70, "cpsz"), (300, 5, "bckg")),
    table(),
]
FOUND = [
    table((103, 10, "CF"), (700, 20, "GN")),
    table((45, 60, "GN")),
    table((200, 30, "CF")),
]
LENGTHS = [1000.0, 600.5, 3600.0]


def test_figures_are_those_of_timescoring():
    scores = score_events(TRUTHS, FOUND, LENGTHS, CLASSES, groups=["a", "b", "c"], random_state=0)
    for truth, found, length, row in zip(
        TRUTHS, FOUND, LENGTHS, scores.counts.to_dict("records"), strict=True
    ):
        truth = truth[truth["label"] != "bckg"]
        annotations = [
            Annotation(
                list(zip(one["onset"], one["onset"] + one["duration"], strict=True)),
                10,
                round(length * 10),
            )
            for one in (truth, found)
        ]
        expected = EventScoring(*annotations)
        assert (row["n_seizures"], row["n_found"], row["n_false"]) == (
            expected.refTrue, expected.tp, expected.fp,
        )  # fmt: skip
    value = scores.table["value"]
    assert value["sensitivity"] == pytest.approx(2 / 3)
    assert value["precision"] == pytest.approx(2 / 4)
    assert value["f1"] == pytest.approx(4 / 7)
    assert value["false_alarms_per_day"] == pytest.approx(2 / sum(LENGTHS) * 86400)


def test_one_recording_has_the_scores_that_timescoring_gives_it():
    scores = score_events(TRUTHS[:1], FOUND[:1], LENGTHS[:1], CLASSES).table["value"]
    lists = [list(zip(one["onset"], one["onset"] + one["duration"], strict=True))
             for one in (TRUTHS[0], FOUND[0])]  # fmt: skip
    theirs = EventScoring(*(Annotation(one, 10, 10000) for one in lists))
    assert scores["sensitivity"] == theirs.sensitivity
    assert scores["precision"] == theirs.precision
    assert scores["f1"] == theirs.f1
    assert scores["false_alarms_per_day"] == pytest.approx(theirs.fpRate)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(100, 290)), min_size=1, max_size=2),
    st.lists(st.tuples(st.integers(0, 700), st.integers(1, 60)), min_size=1, max_size=4),
    st.floats(0, 0.9),
    st.floats(0.1, 1),
    st.booleans(),
)
def test_an_event_inside_another_changes_no_count(outer, others, start, length, in_truth):
    onset, duration = outer[0]
    inner = (onset + start * duration, length * (1 - start) * duration)
    tables = [table(*((*one, "fnsz") for one in rows)) for rows in (outer, others)]
    more = [table(*((*one, "fnsz") for one in [*outer, inner])), tables[1]]
    if not in_truth:
        tables, more = tables[::-1], more[::-1]
    assert _count(*more, 800.0) == _count(*tables, 800.0)


def test_the_latest_end_of_overlapping_events_counts():
    outer, found = table((100, 190, "fnsz")), table((240, 40, "CF"))
    nested = table((100, 190, "fnsz"), (110, 10, "fnsz"))
    for truth, other in [(nested, found), (found, nested)]:
        scores = score_events([truth], [other], [600.0], CLASSES).table["value"]
        expected = (outer, found) if truth is nested else (found, outer)
        alone = score_events(*([one] for one in expected), [600.0], CLASSES).table["value"]
        assert scores["f1"] == alone["f1"] == 1
        assert scores["sensitivity"] == alone["sensitivity"] == 1


def test_types_latencies_and_durations():
    scores = score_events(TRUTHS, FOUND, LENGTHS, CLASSES, random_state=0)
    assert scores.confusion.to_dict("index") == {
        "CF": {"CF": 1, "GN": 1}, "GN": {"CF": 0, "GN": 0},
    }  # fmt: skip
    assert scores.table.loc["type_accuracy", "value"] == 0.5
    assert scores.table.loc["onset_latency", "value"] == -1  # 3 s late, 5 s early
    assert scores.table.loc["onset_error", "value"] == 4
    assert scores.by_type["sensitivity"].to_dict() == {"CF": 1, "GN": 0}
    assert scores.by_duration["n_seizures"].to_dict() == {"0-10 s": 1, "10-30 s": 1, "60-inf s": 1}


def test_intervals_hold_the_score_and_need_two_patients():
    scores = score_events(TRUTHS, FOUND, LENGTHS, CLASSES, groups=[1, 2, 3], random_state=0)
    table_ = scores.table
    assert (table_["low"] <= table_["value"]).all() and (table_["value"] <= table_["high"]).all()
    assert scores.by_type.loc["CF", ["low", "high"]].tolist() == [1, 1]
    alone = score_events(TRUTHS, FOUND, LENGTHS, CLASSES, groups=[1, 1, 1]).table
    assert alone[["low", "high"]].isna().all(axis=None)
    assert alone["value"].equals(table_["value"])


@pytest.mark.parametrize("unknown", [None, np.nan])
def test_recordings_of_unknown_patients_are_drawn_separately(unknown):
    scored = [
        score_events(TRUTHS, FOUND, LENGTHS, CLASSES, groups=groups, random_state=0)
        for groups in ([unknown] * 3, ["p", unknown, unknown], ["p", "p", unknown], None)
    ]
    for scores in scored:
        assert scores.table["value"].equals(scored[-1].table["value"])
    assert [scores.counts["patient"].nunique() for scores in scored] == [3, 3, 2, 3]
    assert scored[0].table.equals(scored[-1].table)
    assert not compare_events(scored[1], scored[1], random_state=0).loc["f1"].any()


def test_latencies_by_type_have_intervals_by_patient():
    truths = [table((100, 20, "fnsz")) for _ in range(8)]
    found = [table((100 + late, 20, "CF")) for late in (0, 1, 2, 3, 10, 11, 12, 13)]
    groups = ["early"] * 4 + ["late"] * 4
    scores = score_events(truths, found, [1000.0] * 8, CLASSES, groups=groups, random_state=0)
    for part in (scores.by_type.loc["CF"], scores.by_duration.loc["10-30 s"]):
        assert part["onset_latency"] == 6.5
        assert (part["latency_low"], part["latency_high"]) == (1.5, 11.5)
    alone = score_events(truths, found, [1000.0] * 8, CLASSES, groups=["a"] * 8)
    assert alone.by_type[["latency_low", "latency_high"]].isna().all(axis=None)
    missed = score_events(truths, [table()] * 8, [1000.0] * 8, CLASSES, groups=groups).by_type
    assert missed.loc["CF", "sensitivity"] == 0 and missed.loc["CF", "latency_low":].isna().all()


def test_not_sure_is_found_but_not_typed():
    found = [FOUND[0], table((45, 60, "not sure")), FOUND[2]]
    scores = score_events(TRUTHS, found, LENGTHS, CLASSES, random_state=0)
    sure = score_events(TRUTHS, FOUND, LENGTHS, CLASSES, random_state=0)
    figures = ["sensitivity", "precision", "f1", "false_alarms_per_day", "onset_latency"]
    assert scores.table.loc[figures, "value"].equals(sure.table.loc[figures, "value"])
    assert scores.table.loc["type_accuracy", "value"] == 1
    assert scores.confusion["not sure"].to_dict() == {"CF": 1, "GN": 0}


def test_seizures_without_a_class_in_the_scheme_are_found_but_not_typed():
    truths = [table((100, 20, "fnsz"), (500, 8, "mysz")), table((50, 70, "seiz"))]
    found = [table((100, 20, "CF"), (500, 8, "GN")), table((50, 70, "CF"))]
    scores = score_events(truths, found, [1000.0] * 2, CLASSES, random_state=0)
    assert scores.table.loc["sensitivity", "value"] == 1
    assert scores.table.loc["type_accuracy", "value"] == 1
    assert scores.confusion.to_numpy().sum() == 1
    assert scores.seizures["in_scheme"].tolist() == [True, False, False]
    eight = ["fnsz", "mysz"]
    of_eight = [table((100, 20, "fnsz"), (500, 8, "fnsz")), found[1]]
    scores = score_events(truths, of_eight, [1000.0] * 2, eight, scheme=8)
    assert scores.table.loc["type_accuracy", "value"] == 0.5
    only = score_events(truths[1:], found[1:], [1000.0], CLASSES)
    assert only.table.loc["sensitivity", "value"] == 1
    assert np.isnan(only.table.loc["type_accuracy", "value"])
    assert not only.confusion.to_numpy().any()


def test_no_events_found_and_no_seizures():
    scores = score_events([table()], [table()], [100.0], CLASSES).table["value"]
    assert scores["false_alarms_per_day"] == 0
    assert scores.drop("false_alarms_per_day").isna().all()
    scores = score_events(TRUTHS, [table()] * 3, LENGTHS, CLASSES).table["value"]
    assert scores["sensitivity"] == 0 and scores["f1"] == 0


def test_two_systems_on_the_same_patients():
    ours = score_events(TRUTHS, TRUTHS, LENGTHS, CLASSES, scheme=4)
    theirs = score_events(TRUTHS, FOUND, LENGTHS, CLASSES)
    compared = compare_events(ours, theirs, random_state=0)
    assert compared.loc["f1", "difference"] == pytest.approx(3 / 7)
    assert 0 <= compared.loc["f1", "low"] <= compared.loc["f1", "high"] <= 1
    assert not compare_events(ours, ours).loc["f1"].any()
    with pytest.raises(ValueError, match="other recordings"):
        compare_events(ours, score_events(TRUTHS[:1], FOUND[:1], LENGTHS[:1], CLASSES))
    with pytest.raises(ValueError, match="one of each"):
        score_events(TRUTHS, FOUND[:1], LENGTHS, CLASSES)


def test_pairs_are_as_many_as_can_be():
    truth = table((0, 10, "CF"), (10, 10, "GN"))
    found = table((2, 10, "CF"), (0, 3, "CF"))
    assert match_events(truth, found).tolist() == [[0, 0], [1, 1]]
    assert match_events(truth, table((0, 20, "CF"))).shape == (1, 2)
    assert np.shape(match_events(table(), found)) == (0, 2)
