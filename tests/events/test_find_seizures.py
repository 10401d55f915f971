"""Events found in, and typed by, window probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mne_asgpf.event_table import make_event_table
from mne_asgpf.events import EventRule, decide, find_seizures, type_events

CLASSES = ["CF", "GN", "bckg"]


def test_neighbouring_windows_are_one_event_and_a_gap_parts_two():
    probabilities = [[0, 0, 1], [0.6, 0.2, 0.2], [0.3, 0.6, 0.1], [0.1, 0.1, 0.8], [0, 1, 0]]
    events = find_seizures(probabilities, CLASSES, np.arange(5) * 12.0, 12, recording_duration=55)
    assert events["onset"].tolist() == [12, 48]
    assert events["duration"].tolist() == [24, 7]  # the second ends with the recording
    assert events["label"].tolist() == ["CF", "GN"]
    # Given a seizure: CF .75 then 1/3, GN .25 then 2/3.
    assert events.loc[0, "p_CF"] == pytest.approx((0.75 + 1 / 3) / 2)
    assert events["p_GN"].iloc[0] == pytest.approx((0.25 + 2 / 3) / 2)


def test_confidence_keeps_the_doubt_about_a_seizure():
    events = find_seizures([[0.5, 0.1, 0.4]], CLASSES, [0.0], 12)
    assert events.loc[0, "confidence"] == pytest.approx(0.5)
    assert events.loc[0, "p_CF"] == pytest.approx(0.5 / 0.6)


def test_threshold_and_shortest_duration():
    probabilities = [[0.4, 0, 0.6], [0, 0, 1], [0.9, 0, 0.1], [0.9, 0, 0.1]]
    starts = np.arange(4) * 12.0
    assert len(find_seizures(probabilities, CLASSES, starts, 12, EventRule(0.4))) == 2
    long = find_seizures(probabilities, CLASSES, starts, 12, EventRule(min_duration=13))
    assert long["onset"].tolist() == [24]


def test_nothing_found_is_an_empty_table_with_all_columns():
    events = find_seizures([[0, 0, 1.0]], CLASSES, [0.0], 12)
    assert len(events) == 0
    assert {"onset", "label", "p_CF", "p_GN"} <= set(events.columns)


def test_without_background_the_error_points_to_given_events():
    with pytest.raises(ValueError, match="predict_annotations"):
        find_seizures([[0.5, 0.5]], ["CF", "GN"], [0.0], 12)


@pytest.mark.parametrize(
    ("probabilities", "problem"),
    [([[0.5, 0.5]], "shape"), ([[2.0, -1, 0]], "sum to 1"), ([[np.nan, 0.5, 0.5]], "sum to 1")],
)
def test_arrays_that_do_not_fit_are_refused(probabilities, problem):
    with pytest.raises(ValueError, match=problem):
        find_seizures(probabilities, CLASSES, [0.0], 12)


def test_windows_that_cannot_be_assessed_are_in_no_event():
    nan, seizure = [np.nan] * 3, [0.8, 0.1, 0.1]
    events = find_seizures([nan, seizure, nan, seizure], CLASSES, [0.0, 12, 24, 36], 12)
    assert events["onset"].tolist() == [12, 36] and events["duration"].tolist() == [12, 12]
    with pytest.raises(ValueError, match="sum to 1"):
        type_events(make_event_table([{"onset": 1, "duration": 2, "label": "x"}]), [nan], CLASSES)


def test_given_events_are_typed_by_a_window_each():
    given_events = make_event_table(
        [
            {"onset": 10, "duration": 4, "label": "seiz", "channels": ("F7",)},
            {"onset": 30, "duration": 0, "label": "seiz"},
        ]
    )
    events = type_events(given_events, [[0.5, 0.1, 0.4], [0.1, 0.2, 0.7]], CLASSES)
    assert events["label"].tolist() == ["CF", "GN"]
    assert events["confidence"].tolist() == [0.5, 0.2]
    assert events["p_CF"].tolist() == pytest.approx([0.5 / 0.6, 0.1 / 0.3])
    assert events[["onset", "duration"]].equals(given_events[["onset", "duration"]])
    assert events.loc[0, "channels"] == ("F7",)
    assert list(type_events(given_events[:0], np.empty((0, 3)), CLASSES)) == list(events)
    with pytest.raises(ValueError, match=r"expected \(2, 3\)"):
        type_events(given_events, [[1, 0, 0]], CLASSES)


def test_overlapping_windows_are_averaged():
    # The last of three ends with the recording of 26 s and shares 10 s with the one before.
    probabilities = [[0, 0, 1], [0.9, 0.1, 0], [0.1, 0.9, 0]]
    events = find_seizures(probabilities, CLASSES, [0, 12, 14], 12)
    assert events[["onset", "duration"]].values.tolist() == [[12, 14]]
    assert events.loc[0, "p_CF"] == pytest.approx((2 * 0.9 + 10 * 0.5 + 2 * 0.1) / 14)
    reversed_ = find_seizures(probabilities[::-1], CLASSES, [14, 12, 0], 12)  # in any order
    assert reversed_[["onset", "duration"]].values.tolist() == [[12, 14]]
    half = find_seizures([[0, 0, 1], [0, 0, 1], [1, 0, 0]], CLASSES, [0, 12, 14], 12)
    assert half[["onset", "duration"]].values.tolist() == [[14, 12]]
    gap = find_seizures([[1, 0, 0], [1, 0, 0]], CLASSES, [0, 20], [5, 12])  # a short window
    assert gap[["onset", "duration"]].values.tolist() == [[0, 5], [20, 12]]


@given(st.integers(0, 99), st.sampled_from([0.2, 0.5, 0.8]))
def test_windows_are_decided_as_events_are(seed, threshold):
    probabilities = np.random.default_rng(seed).dirichlet([0.4, 0.4, 0.6], 9)
    starts = np.arange(9) * 20.0  # apart: each event is one window
    events = find_seizures(probabilities, CLASSES, starts, 12, EventRule(threshold))
    decided = decide(probabilities, CLASSES, threshold=threshold)
    assert [CLASSES[code] for code in decided if code != 2] == events["label"].tolist()
    assert starts[decided != 2].tolist() == events["onset"].tolist()


def test_background_is_compared_with_all_seizures_together():
    assert decide(np.array([[0.3, 0.25, 0.45], [0.2, 0.2, 0.6]]), CLASSES).tolist() == [0, 2]
    assert decide(np.array([[0.3, 0.7]]), ["a", "b"]).tolist() == [1]


@settings(deadline=None, max_examples=60)
@given(
    n_windows=st.integers(0, 30),
    stride=st.sampled_from([3.0, 12.0, 15.0, 1 / 3]),
    threshold=st.floats(0, 1),
    cut=st.floats(-20, 20),
    seed=st.integers(0, 99),
)
def test_events_are_sorted_apart_and_within_the_recording(n_windows, stride, threshold, cut, seed):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.3, 0.3, 0.4], n_windows)
    starts = rng.permutation(n_windows) * stride
    duration = max(starts.max(initial=0) + 12 + cut, 1)
    events = find_seizures(
        probabilities, CLASSES, starts, 12, EventRule(threshold), recording_duration=duration
    )
    stops = events["onset"] + events["duration"]
    assert (events["duration"] > 0).all()
    assert (stops <= duration + 1e-9).all()
    assert (events["onset"].to_numpy()[1:] >= stops.to_numpy()[:-1]).all()
    assert np.allclose(events[["p_CF", "p_GN"]].sum(axis=1), 1)
    assert (events["confidence"] <= events[["p_CF", "p_GN"]].max(axis=1) + 1e-9).all()
    # A moment is one of a seizure where the mean of the windows that cover it says so.
    seizure = 1 - probabilities[:, 2]
    for time in np.arange(0.1, duration, 0.7):
        covering = (starts.round(4) <= time) & (time < (starts + 12).round(4))
        inside = ((events["onset"] <= time) & (time < stops)).any()
        if not covering.any():
            assert not inside
        elif abs(seizure[covering].mean() - threshold) > 1e-9:
            assert inside == (seizure[covering].mean() > threshold)
