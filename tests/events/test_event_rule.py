"""Hysteresis, gaps, types that last, and the rule that is chosen on validation recordings."""

import numpy as np
import pytest
from small_net import classifier, make_raws

from mne_asgpf import InputError, read_asgpf
from mne_asgpf.event_table import make_event_table
from mne_asgpf.events import EventRule, find_moments, find_seizures, fit_events
from mne_asgpf.events.find import find_events_of_moments

CLASSES = ["CF", "GN", "bckg"]


def found(seizure, rule, *, kinds=None):
    """Find events in windows of a second with these probabilities, of CF unless told."""
    seizure = np.asarray(seizure, float)
    of_cf = np.ones(len(seizure)) if kinds is None else np.asarray(kinds, float)
    p = np.stack([seizure * of_cf, seizure * (1 - of_cf), 1 - seizure], 1)
    events = find_seizures(p, CLASSES, np.arange(len(p)), 1, rule)
    stops = events["onset"] + events["duration"]
    return list(zip(events["onset"], stops, events["label"], strict=True))


def test_high_starts_and_low_extends():
    p = [0, 0.4, 0.9, 0.4, 0, 0.4, 0]
    assert found(p, EventRule(0.8, low=0.3)) == [(1, 4, "CF")]
    assert found(p, EventRule(0.8)) == [(2, 3, "CF")]


def test_short_gaps_close_and_short_events_go():
    p = [1, 0, 1, 0, 0, 0, 1]
    assert found(p, EventRule(max_gap=1)) == [(0, 3, "CF"), (6, 7, "CF")]
    assert found(p, EventRule(max_gap=1, min_duration=2)) == [(0, 3, "CF")]
    assert found([1, np.nan, 1], EventRule(max_gap=5)) == [(0, 1, "CF"), (2, 3, "CF")]


def test_neighbours_of_different_types_stay_two():
    kinds = [1] * 5 + [0] * 5
    assert found([1] * 10, EventRule(min_part=4), kinds=kinds) == [(0, 5, "CF"), (5, 10, "GN")]
    assert len(found([1] * 10, EventRule(min_part=6), kinds=kinds)) == 1
    flicker = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
    assert found([1] * 10, EventRule(min_part=3), kinds=flicker) == [(0, 6, "CF"), (6, 10, "GN")]
    apart = found([1, 1, 0, 1, 1], EventRule(max_gap=3), kinds=[1, 1, 1, 0, 0])
    assert [label for *_, label in apart] == ["CF", "GN"]


def test_shifts_stay_in_what_was_assessed_and_out_of_each_other():
    p = [np.nan, 1, 0, 1]
    rule = EventRule(onset_shift=-2, end_shift=1.5)
    assert found(p, rule) == [(1, 3, "CF"), (3, 4, "CF")]


def test_a_later_end_takes_nothing_of_the_next_event():
    kinds = [1] * 4 + [0] * 6
    rule = EventRule(end_shift=3, min_part=1)
    assert found([1] * 6 + [0] * 4, rule, kinds=kinds) == [(0, 4, "CF"), (4, 9, "GN")]


def simulate(seed):
    """Make windows of 12 s each second that see a seizure as far as they share time with it."""
    rng = np.random.default_rng(seed)
    onset, length = rng.uniform(40, 60), rng.uniform(25, 60)
    starts = np.arange(0, 189.0)
    shared = np.minimum(starts + 12, onset + length) - np.maximum(starts, onset)
    p = 0.05 + 0.85 * (shared.clip(0) / 12) ** 0.5
    p += rng.normal(0, 0.02, len(p))
    p = np.stack([p * 0.8, p * 0.2, 1 - p], 1).clip(1e-6)
    moments = find_moments(p / p.sum(1, keepdims=True), starts, 12.0)
    return moments, make_event_table([{"onset": onset, "duration": length, "label": "fnsz"}])


def test_the_rule_that_is_chosen_takes_the_bias_and_states_the_error():
    rule = fit_events(*zip(*map(simulate, range(12)), strict=True), CLASSES)
    assert rule.n_seizures == rule.n_patients == 12 and rule.step == 1
    errors, default = [], []
    for moments, truth in map(simulate, range(100, 140)):
        for one, into in ((rule, errors), (EventRule(0.3), default)):
            events = find_events_of_moments(moments, CLASSES, one, 6.0)
            assert len(events) == 1
            into.append(events["onset"].iloc[0] - truth["onset"].iloc[0])
    assert abs(np.median(errors)) < 0.5 < abs(np.median(default))
    assert np.mean(np.abs(errors) <= rule.onset_error + 0.5) > 0.8
    with pytest.raises(InputError, match="no seizure"):
        fit_events([simulate(0)[0]], [make_event_table()], CLASSES)


def draw_patient(rng, number, n_seizures=2):
    """Make recordings of a patient whose onsets are all seen too early or too late."""
    late = rng.normal(0, 4)
    for _ in range(n_seizures):
        onset, n = 40 + rng.uniform(0, 20), 100
        starts = np.arange(n, dtype=float)
        inside = (starts >= onset + late + rng.normal(0, 1)) & (starts < onset + 30)
        p = np.where(inside, 0.9, 0.05)
        moments = find_moments(np.stack([p * 0.8, p * 0.2, 1 - p], 1), starts, 1.0)
        truth = make_event_table([{"onset": onset, "duration": 30.0, "label": "fnsz"}])
        yield moments, truth, number


def test_the_stated_error_holds_for_seizures_of_new_patients():
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(5):
        patients = [one for number in range(11) for one in draw_patient(rng, number)]
        moments, truths, groups = zip(*patients, strict=True)
        rule = fit_events(moments, truths, CLASSES, groups=groups)
        assert rule.n_patients == 11
        for moments, truth, _ in (one for k in range(40) for one in draw_patient(rng, k)):
            events = find_events_of_moments(moments, CLASSES, rule, 0.5)
            error = events["onset"].iloc[0] - truth["onset"].iloc[0]
            covered.append(abs(error) <= rule.onset_error)
    assert np.mean(covered) > 0.88


def test_few_patients_state_no_error():
    rng = np.random.default_rng(1)
    patients = [one for number in range(8) for one in draw_patient(rng, number)]
    moments, truths, groups = zip(*patients, strict=True)
    rule = fit_events(moments, truths, CLASSES, groups=groups)
    assert (rule.onset_error, rule.end_error) == (None, None)
    assert (rule.n_seizures, rule.n_patients) == (16, 8)
    events = find_events_of_moments(moments[0], CLASSES, rule, 0.5)
    assert len(events) == 1 and events["onset_error"].isna().all()


def test_a_classifier_keeps_its_rule(tmp_path):
    fitted = classifier(max_epochs=15, train_split=None).fit(make_raws(6))
    assert fitted.event_rule_ == EventRule()
    fitted.fit_events(make_raws(10))
    rule = fitted.event_rule_
    assert rule.n_patients == 10 and rule.onset_error is not None
    fitted.save(tmp_path / "model")
    assert read_asgpf(tmp_path / "model").event_rule_ == rule
    events = fitted.type_recording(make_raws(1)[0]).find_seizures()
    assert (events["onset_error"] == rule.onset_error).all()
    fitted.fit_events(make_raws(10), groups=["a", "b"] * 5)
    assert fitted.event_rule_.n_patients == 2 and fitted.event_rule_.onset_error is None


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"threshold": 1.5}, "threshold is 1.5"),
        ({"threshold": 0.5, "low": 0.6}, "low 0.6"),
        ({"step": 0.5}, "whole seconds"),
        ({"max_gap": -1}, "below 0"),
        ({"min_duration": np.nan}, "nan"),
        ({"threshold": None}, "None"),
    ],
)
def test_rules_that_make_no_sense_are_refused(values, problem):
    with pytest.raises(InputError, match=problem):
        EventRule(**values)


def test_changed_thresholds_forget_what_was_measured_with_others():
    rule = EventRule(onset_shift=3.0, onset_error=2.0, end_error=2.0, n_seizures=12)
    changed = rule.changed(threshold=0.9)
    assert changed == EventRule(threshold=0.9)
    assert rule.changed(threshold=rule.threshold) is rule


def test_a_classifier_without_background_finds_no_events():
    raws = make_raws(6)
    net = classifier(background=0.0, train_split=None, max_epochs=1).fit(raws)
    assert "bckg" not in net.classes_
    with pytest.raises(InputError, match="no background class"):
        net.predict_annotations(raws[0])
    with pytest.raises(InputError, match="no background class"):
        net.fit_events(raws)


def test_windows_follow_each_other_without_gaps():
    raws = make_raws(6)
    net = classifier(train_split=None, max_epochs=1).fit(raws)
    with pytest.raises(InputError, match="longer than the windows"):
        net.type_recording(raws[0], EventRule(step=net.clip_len + 1))
