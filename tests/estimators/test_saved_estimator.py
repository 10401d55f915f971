"""A saved estimator is the estimator: its parameters, its classes' weights, how it goes on."""

import json
import logging

import numpy as np
import pytest
import torch
from braindecode.augmentation import GaussianNoise
from model_files import content_of, seal
from skorch.callbacks import Checkpoint, EarlyStopping, EpochScoring
from small_net import classifier, make_array

from mne_asgpf import ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.estimators import PatientSplit
from mne_asgpf.event_rule import EventRule

ASKED = {
    "lr": 0.01,
    "max_epochs": 3,
    "batch_size": 6,
    "gradient_clip": 2.0,
    "augmentation": "published",
    "random_state": 7,
    "optimizer": torch.optim.AdamW,
    "optimizer__weight_decay": 0.1,
    "iterator_train__drop_last": True,
}
OF_CLASSES = {
    "patience": 4,
    "encoder_lr": 0.001,
    "class_weight": {"fast": 3.0, "slow": 1.0},
    "criterion__label_smoothing": 0.1,
}


def come_back(estimator, folder):
    estimator.save(folder / "model")
    return read_asgpf(folder / "model")


def test_parameters_of_a_classifier_come_back(tmp_path):
    split = PatientSplit(0.25, random_state=3)
    fitted = classifier(train_split=split, **ASKED, **OF_CLASSES).fit(*make_array())
    twin = come_back(fitted, tmp_path)
    then, now = fitted.get_params(deep=False), twin.get_params(deep=False)
    for name in then.keys() - {"channels", "train_split", "verbose"}:
        assert now[name] == then[name], name
    assert twin.train_split.get_params() == split.get_params()
    torch.testing.assert_close(twin.criterion_.weight, fitted.criterion_.weight)
    assert twin.criterion_.weight.tolist() == [3, 1]


def test_parameters_of_a_pretrainer_come_back(tmp_path):
    small = classifier().get_params(deep=False)
    options = {name: small[name] for name in ("channels", "sfreq", "clip_len", "max_missing")}
    options |= {name: value for name, value in small.items() if name.startswith("module__")}
    fitted = ASGPFPretrainer(train_split=None, verbose=0, **options | ASKED).fit(make_array()[0])
    twin = come_back(fitted, tmp_path)
    for name in (*ASKED, "train_split"):
        assert twin.get_params()[name] == fitted.get_params()[name], name


def test_frozen_layers_stay_frozen(tmp_path):
    X, y = make_array()
    pretrained = classifier(max_epochs=1).fit(X, y)
    fitted = classifier(pretrained=pretrained, freeze="encoder").fit(X, y)
    twin = come_back(fitted, tmp_path)
    before = [weight.clone() for weight in twin.module_.encoder.cells.parameters()]
    twin.partial_fit(X, y)
    for now, then in zip(twin.module_.encoder.cells.parameters(), before, strict=True):
        assert torch.equal(now, then)
    with pytest.raises(InputError, match="without a pre-trained encoder"):
        twin.fit(X, y)


def test_partial_fit_weighs_the_classes(tmp_path):
    X, y = make_array()
    fitted = classifier(class_weight={0: 5.0, 1: 0.5}, train_split=None).fit(X, y == "slow")
    twin = come_back(fitted, tmp_path)
    assert twin.class_weight == {0: 5.0, 1: 0.5}
    fitted.optimizer_.state.clear()  # as that of the twin, which has no past
    for estimator in (fitted, twin):
        estimator.partial_fit(X, y == "slow")
    assert twin.history[-1]["train_loss"] == pytest.approx(fitted.history[-1]["train_loss"])


@pytest.mark.parametrize("again", ["fit", "partial_fit"])
def test_continued_training_keeps_no_facts_about_the_old_weights(tmp_path, again):
    X, y = make_array()
    notes = {"data": "ours", "synthetic": True, "scores": {"F1": 0.9}, "limits": "adults"}
    fitted = classifier(max_epochs=1, train_split=None).fit(X, y)
    fitted.event_rule_ = EventRule(threshold=0.7, onset_error=2.0, n_seizures=9)
    fitted.save(tmp_path / "model", notes=notes | {"calibrated on": "others"})
    twin = read_asgpf(tmp_path / "model").set_params(warm_start=True, max_epochs=1)
    with pytest.raises(InputError, match="infinit"):
        getattr(twin, again)(np.full_like(X, np.inf), y)
    assert twin.event_rule_ == fitted.event_rule_
    assert twin.notes_["scores"] == {"F1": 0.9}
    getattr(twin, again)(X, y)
    assert twin.event_rule_ == EventRule()
    assert twin.notes_ == {"limits": "adults"}
    twin.notes_ = {"synthetic": False}
    assert getattr(twin, again)(X, y).notes_ == {"synthetic": False}


def test_a_refused_fit_leaves_the_classifier_alone():
    X, y = make_array()
    fitted = classifier(max_epochs=1, train_split=None).fit(X, y)
    fitted.event_rule_ = EventRule(threshold=0.7)
    for windows, labels in ((np.full_like(X, np.inf), y), (X, ["other"] * 12)):
        with pytest.raises(InputError):
            fitted.fit(windows, labels)
        assert fitted.event_rule_ == EventRule(threshold=0.7)
        assert fitted.classes_.tolist() == ["fast", "slow"]


def test_parameters_that_cannot_be_saved_are_reported(tmp_path, caplog):
    options = {
        "augmentation": [GaussianNoise(1, std=1e-6)],
        "random_state": np.random.RandomState(0),
    }
    fitted = classifier(max_epochs=1, train_split=None, **options).fit(*make_array())
    with caplog.at_level(logging.WARNING, "mne"):
        twin = come_back(fitted, tmp_path)
    assert "augmentation, random_state: not saved" in caplog.text
    assert twin.random_state is None


def test_another_loss_that_is_not_saved_is_reported(tmp_path, caplog):
    functions = {"criterion": torch.nn.MultiMarginLoss, "predict_nonlinearity": torch.sigmoid}
    fitted = classifier(max_epochs=0, train_split=None, **functions).fit(*make_array())
    with caplog.at_level(logging.WARNING, "mne"):
        twin = come_back(fitted, tmp_path)
    assert "criterion, predict_nonlinearity: not saved" in caplog.text
    X, _ = make_array()
    twin.set_params(predict_nonlinearity=torch.sigmoid)
    np.testing.assert_allclose(twin.predict_proba(X), fitted.predict_proba(X), atol=1e-6)


def _calibration(probabilities):
    return {"temperature": 2.0, "probabilities": probabilities, "codes": [1], "patients": [0]}


def forge(folder, part, **changes):
    content = content_of(folder)
    target = content[part] if part else content
    target |= changes
    seal(folder, content)


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("estimator", {"channels": ["Fz", "Cz", "Pz", "C3"]}, "estimator.channels"),
        ("estimator", {"channels": ["Cz", "Fz", "Pz", "C3", "C4"]}, "estimator.channels"),
        ("estimator", {"clip_len": 12e6}, "clip_len"),
        ("estimator", {"lr": None}, "lr"),
        ("estimator", {"optimizer": "lr"}, "torch.optim has no lr"),
        ("estimator", {"of_parts": {"optimizer__nothing": 1}}, "not match any estimator"),
        ("estimator", {"of_parts": {"resume_dir": "/"}}, "of_parts"),
        ("", {"class_weights": [1.0]}, "class_weights"),
        ("", {"calibration": _calibration([[1.0, 0.0, 0.0]])}, "calibration.probabilities"),
        ("", {"calibration": _calibration([[1.0]])}, "windows or classes do not go together"),
        ("", {"calibration": _calibration([[1.0, 0.0]] * 2)}, "do not go together"),
    ],
)
def test_contradictory_metadata_are_refused(tmp_path, part, changes, message):
    classifier(max_epochs=1).fit(*make_array()).save(tmp_path / "model")
    forge(tmp_path / "model", part, **changes)
    with pytest.raises(InputError, match=message):
        read_asgpf(tmp_path / "model")


@pytest.mark.parametrize("kind", [str, int])
def test_scoring_callbacks_see_classes(tmp_path, kind):
    X, y = make_array(24)
    y = y if kind is str else np.where(y == "slow", 5, 8)
    callbacks = [
        ("accuracy", EpochScoring("accuracy", lower_is_better=False, name="acc")),
        ("kept", Checkpoint("acc_best", dirname=tmp_path, f_pickle=None)),
        ("stop", EarlyStopping("acc", patience=3, lower_is_better=False)),
    ]
    split = PatientSplit(0.5)
    net = classifier(callbacks=callbacks, train_split=split, max_epochs=15, lr=0.02).fit(X, y)
    best = max(net.history[:, "acc"])
    assert best == 1
    assert len(net.history) < 15
    assert json.loads((tmp_path / "history.json").read_text())[-1]["acc_best"]
    net.load_params(f_params=tmp_path / "params.pt")
    valid = split(X, (y == y[0]).astype(int))[1].indices
    assert net.score(X[valid], y[valid]) == best


def test_braindecodes_names_of_scores_see_classes():
    net = classifier(callbacks=["accuracy"], max_epochs=8).fit(*make_array(24))
    assert net.history[-1]["train_accuracy"] == 1
    assert net.score(*make_array(24)) > 0.9


def test_reading_does_not_warn_of_its_own_noise(tmp_path):
    X, y = make_array()
    with_weak_signals = classifier(max_epochs=1).fit(X, y)
    with_weak_signals.module_.signals_to_graphs.normalisation.fix(0.0, 1.0)
    come_back(with_weak_signals, tmp_path)  # warnings are errors here


def test_estimators_take_volts():
    with pytest.raises(InputError, match=r"module__input_unit: is 'uV'.*omit it"):
        classifier(max_epochs=1, module__input_unit="uV").fit(*make_array())


def test_a_pretrainer_that_was_read_takes_other_lengths(tmp_path):
    X = np.random.default_rng(0).normal(0, 2e-5, (8, 5, 96)).astype(np.float32)
    options = {"channels": ["Fp1", "F3", "C3", "P3", "O1"], "sfreq": 16, "clip_len": 3.0}
    small = {"module__n_units": 4, "module__n_bins": 8, "verbose": 0, "train_split": None}
    fitted = ASGPFPretrainer(objective="forecast", max_epochs=1, **options, **small).fit(X)
    again = come_back(fitted, tmp_path).set_params(clip_len=4.0, forecast_len=2.0).fit(X)
    assert again.module_.input_seconds == 4
