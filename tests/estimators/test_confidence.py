"""Confidence: the temperature, sets of classes and 'not sure' learned on validation patients."""

import logging
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from small_net import SMALL, Recorded, classifier, make_array, make_raw, make_raws

from mne_asgpf import ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.defaults import published_settings
from mne_asgpf.estimators.calibration import Calibration, fit_temperature
from mne_asgpf.event_rule import EventRule
from mne_asgpf.event_table import from_annotations

_PATIENTS = np.repeat(np.arange(6), 2)


def fitted(**options):
    X, y = make_array()
    return classifier(**options).fit(X, y, groups=_PATIENTS), X


def draw(rng, n_patients, n_windows, temperature=1.0):
    """Draw windows whose true classes follow the softmax of their logits over the temperature."""
    patients = np.repeat(np.arange(n_patients), n_windows)
    logits = 2 * rng.standard_normal((len(patients), 3))
    # What a model thinks of a patient's windows goes wrong in the same way.
    chance = np.exp(logits + rng.standard_normal((n_patients, 3))[patients])
    chance /= chance.sum(1, keepdims=True)
    codes = (chance.cumsum(1) < rng.random((len(chance), 1))).sum(1)
    return logits * temperature, codes, patients


@given(st.floats(0.3, 5))
def test_the_temperature_that_was_put_in_is_found(temperature):
    rng = np.random.default_rng(0)
    logits = 2 * rng.standard_normal((20_000, 3))
    chance = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    codes = (chance.cumsum(1) < rng.random((len(chance), 1))).sum(1)
    found = fit_temperature(logits * temperature, codes, np.arange(len(codes)))
    assert found == pytest.approx(temperature, rel=0.05)


def test_few_patients_do_not_make_the_classifier_certain():
    found = fit_temperature(np.array([[2.0, 0.0], [0.0, 2.0]]), np.array([0, 1]), np.array([0, 1]))
    assert 0.5 < found < 1


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_sets_cover_windows_of_new_patients(coverage):
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(300):
        logits, codes, patients = draw(rng, 21, 5)
        learned = Calibration.learn(logits[:-5], codes[:-5], patients[:-5])
        probabilities = np.exp(logits[-5:] / learned.temperature)
        probabilities /= probabilities.sum(1, keepdims=True)
        surprise = 1 - probabilities[np.arange(5), codes[-5:]]
        covered.append((surprise <= learned.largest_surprise(coverage)).mean())
    error = np.std(covered) / np.sqrt(len(covered))
    assert coverage - 3 * error < np.mean(covered) < coverage + 1 / 21 + 3 * error


@pytest.mark.parametrize(("n_patients", "is_bounded"), [(8, False), (9, True)])
def test_a_coverage_of_nine_tenths_needs_nine_patients(n_patients, is_bounded):
    logits, codes, patients = draw(np.random.default_rng(0), n_patients, 4)
    learned = Calibration.learn(logits, codes, patients)
    assert np.isfinite(learned.largest_surprise(0.9)) == is_bounded


def test_the_most_probable_class_stays():
    calibrated, X = fitted()
    plain, _ = fitted(calibrate=False)
    assert calibrated.temperature_ != 1
    assert plain.calibration_ is None
    ours, theirs = calibrated.predict_proba(X), plain.predict_proba(X)
    np.testing.assert_array_equal(ours.argmax(1), theirs.argmax(1))
    ratio = np.log(theirs[:, 0] / theirs[:, 1]) / np.log(ours[:, 0] / ours[:, 1])
    np.testing.assert_allclose(ratio, calibrated.temperature_, rtol=1e-3)
    for one, other in zip(calibrated.module_.parameters(), plain.module_.parameters(), strict=True):
        assert torch.equal(one, other)


def test_it_is_learned_on_the_validation_patients():
    split = Recorded(0.3)
    net, X = fitted(train_split=split)
    learned = net.calibration_
    assert learned.n_patients == len(split.valid)
    rows = np.isin(_PATIENTS, list(split.valid))
    np.testing.assert_allclose(learned.probabilities, net.predict_proba(X[rows]), atol=1e-5)
    np.testing.assert_array_equal(net.classes_[learned.codes], make_array()[1][rows])


def test_patients_are_read_from_recordings():
    net = classifier(train_split=Recorded(0.4)).fit(make_raws(8))
    assert net.calibration_.n_patients == len(net.train_split.valid)
    raw = make_raw(9)
    np.testing.assert_allclose(
        net.type_recording(raw).probabilities, net.predict_proba(raw), atol=1e-6
    )


@pytest.mark.parametrize(
    ("fit", "reason"),
    [
        (lambda: classifier(verbose=1).fit(*make_array()), "validation patients are unknown"),
        (lambda: fitted(train_split=None, verbose=1)[0], "there is no validation set"),
        (
            lambda: fitted(train_split=lambda X, y, groups: (X, X), verbose=1)[0],
            "validation patients are unknown",
        ),
        (
            lambda: classifier(verbose=1).fit(make_raws(), ["a", "b"] * 3),
            "classes describe recordings",
        ),
    ],
)
def test_without_validation_patients_probabilities_stay(caplog, fit, reason):
    with caplog.at_level(logging.INFO, "mne"):
        net = fit()
    assert reason in caplog.text
    assert net.temperature_ == 1
    with pytest.raises(InputError, match="not calibrated on validation patients"):
        net.predict_sets(make_array()[0])


def test_a_saved_classifier_is_as_confident(tmp_path):
    net, X = fitted(train_split=Recorded(0.4))
    net.set_params(train_split=None).save(tmp_path / "model")
    twin = read_asgpf(tmp_path / "model")
    np.testing.assert_allclose(twin.predict_proba(X), net.predict_proba(X), atol=1e-6)
    np.testing.assert_array_equal(
        twin.predict_sets(X, coverage=0.5), net.predict_sets(X, coverage=0.5)
    )
    np.testing.assert_array_equal(twin.predict_or_abstain(X), net.predict_or_abstain(X))


def test_a_clone_and_another_fit_are_not_calibrated():
    net, X = fitted()
    twin = clone(net)
    assert twin.calibrate is True
    assert twin.calibration_ is None
    then = net.temperature_
    net.fit(X, make_array()[1], groups=_PATIENTS)
    assert net.temperature_ == then
    assert net.set_params(calibrate=False).partial_fit(X, make_array()[1]).temperature_ == 1


def test_a_resumed_fit_is_calibrated_equally(tmp_path):
    whole, _ = fitted(max_epochs=3)
    stop = partial(fitted, max_epochs=3, resume_dir=tmp_path / "state")
    stop()
    again, _ = stop()  # no epoch is left
    assert again.temperature_ == whole.temperature_
    fitted(max_epochs=3, resume_dir=tmp_path / "state", calibrate=False)  # may be asked for later


def test_the_published_settings_do_not_calibrate():
    assert published_settings("classification")["calibrate"] is False


def test_sets_contain_the_predicted_class_and_grow():
    net, X = fitted(train_split=Recorded(0.5))
    few, many = (net.predict_sets(X, coverage=coverage) for coverage in (0.3, 0.7))
    named = (net.predict(X)[:, None] == net.classes_).argmax(1)
    assert few[np.arange(len(X)), named].all()
    assert (few <= many).all()
    with pytest.warns(RuntimeWarning, match=r"3 validation patients.*9 would"):
        assert net.predict_sets(X, coverage=0.9).all()


def test_low_confidence_is_not_sure():
    net, X = fitted(train_split=Recorded(0.5))
    confidence = net.predict_proba(X).max(1)
    said = net.predict_or_abstain(X, min_confidence=np.median(confidence))
    assert (said != "not sure").tolist() == (confidence >= np.median(confidence)).tolist()
    named = said != "not sure"
    np.testing.assert_array_equal(said[named], net.predict(X)[named])
    valid = np.isin(_PATIENTS, list(net.train_split.valid))
    answered = net.predict_or_abstain(X[valid], answered=0.5) != "not sure"
    assert answered.mean() == pytest.approx(0.5, abs=1 / valid.sum() + 1e-9)


def test_validation_patients_that_the_encoder_has_seen_are_reported(caplog):
    raws = make_raws(6)
    pretrainer = ASGPFPretrainer(**SMALL, train_split=None).fit(raws[:5])
    net = classifier(pretrained=pretrainer, train_split=Recorded(0.5), verbose=1)
    with caplog.at_level(logging.INFO, "mne"):
        net.fit(raws)
    seen = set(net.validation_patients_) - {"p5"}
    assert f"pre-trained on {len(seen)} of the 3 validation patients" in caplog.text


def test_rounding_of_the_stored_probabilities_does_not_make_windows_unsure():
    net, X = fitted(train_split=Recorded(0.5))
    X = X[np.isin(_PATIENTS, list(net.train_split.valid))]
    net.calibration_.probabilities[:] = np.ceil(net.predict_proba(X) * 1e6) / 1e6
    assert (net.predict_or_abstain(X, answered=1.0) != "not sure").all()


def test_sets_contain_all_classes_if_not_assessable():
    net, X = fitted(train_split=Recorded(0.5))
    X[0] = 0
    assert net.predict_or_abstain(X, min_confidence=0.0).tolist()[0] == "not sure"
    assert net.predict_sets(X, coverage=0.3)[0].all()


def test_sets_of_types_hold_no_background_and_cover_seizures():
    net = classifier(train_split=Recorded(0.4), max_epochs=4).fit(make_raws(12))
    raws = make_raws(6)
    sets = net.predict_sets(raws, coverage=0.5, given_seizure=True)
    assert not sets[:, net.classes_ == "bckg"].any()
    assert sets.any(axis=1).all()
    learned = net.calibration_.given_seizure(net.classes_.tolist())
    assert learned.probabilities.shape[1] == len(net.classes_) - 1
    np.testing.assert_allclose(learned.probabilities.sum(1), 1, atol=1e-4)
    assert learned.n_patients == len(net.train_split.valid)
    assert not (net.classes_[learned.codes] == "bckg").any()
    raws[0]._data[:] = 0
    with pytest.warns(RuntimeWarning, match="flat"):
        sets = net.predict_sets(raws[:1], coverage=0.5, given_seizure=True)
    assert sets[:, :-1].all()


def test_events_say_whether_they_are_sure_and_what_else_they_may_be():
    net = classifier(train_split=Recorded(0.4), max_epochs=4).fit(make_raws(12))
    raw = make_raw(30, "absz")
    events = net.type_events(raw, from_annotations(raw.annotations))
    told = net.state_confidence(events, min_confidence=1.0, coverage=0.5)
    assert told["label"].tolist() == ["not sure"]
    best = events["label"].iloc[0]
    assert best in told["possible_types"].iloc[0].split(", ")
    assert "bckg" not in told["possible_types"].iloc[0]
    sure = net.state_confidence(events, min_confidence=0.0)
    assert sure["label"].equals(events["label"]) and "possible_types" not in sure
    none = net.state_confidence(events.iloc[:0], min_confidence=0.5, coverage=0.5)
    assert none.empty and "possible_types" in none


def test_it_is_calibrated_on_other_patients_without_training(tmp_path):
    net = classifier(train_split=None, max_epochs=4).fit(make_raws(6))
    before = [one.clone() for one in net.module_.parameters()]
    own = [make_raw(patient, "absz") for patient in range(20, 30)]
    with pytest.raises(InputError, match="not calibrated"):
        net.predict_sets(own)
    measured = EventRule(threshold=0.7, onset_shift=1.0, onset_error=2.0, n_seizures=9)
    net.event_rule_ = measured
    assert net.recalibrate(own) is net
    assert net.event_rule_ == EventRule(threshold=0.7)  # errors were of other probabilities
    assert net.calibration_.n_patients == 10
    assert all(map(torch.equal, before, net.module_.parameters()))
    assert net.seen_patients(["p20", "p0", "p99"]) == ["p20", "p0"]
    net.save(tmp_path / "model")
    twin = read_asgpf(tmp_path / "model")
    assert twin.temperature_ == net.temperature_
    assert [data.estimator for data in twin.training_data_] == ["classifier", "calibration"]
    again = net.temperature_
    assert net.recalibrate(own).temperature_ == pytest.approx(again)  # of the logits, not of itself
    with pytest.warns(RuntimeWarning, match="trained on 2 of these patients"):
        net.recalibrate(make_raws(2))


@pytest.mark.parametrize(
    ("change", "ask", "problem"),
    [
        ({}, lambda X, y: (X, y), "patients of its windows are unknown"),
        ({}, lambda X, y: (X, np.full(len(y), "other"), _PATIENTS), "unknown classes: other"),
        ({"predict_nonlinearity": None}, lambda X, y: (X, y, _PATIENTS), "not a softmax"),
    ],
)
def test_what_cannot_be_calibrated_on(change, ask, problem):
    net, X = fitted()
    then = net.temperature_
    X, y, *groups = ask(X, make_array()[1])
    with pytest.raises(InputError, match=problem):
        net.set_params(**change).recalibrate(X, y, **dict(zip(["groups"], groups, strict=False)))
    assert net.temperature_ == then


@pytest.mark.parametrize("ask", [{"min_confidence": 2.0}, {"answered": -1.0}])
def test_shares_are_between_0_and_1(ask):
    net, X = fitted()
    with pytest.raises(InputError, match="between 0 and 1"):
        net.predict_or_abstain(X, **ask)
