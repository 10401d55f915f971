"""The two stages as a user meets them: fit, predict, transfer weights, save, read."""

import mne
import numpy as np
import pytest
import torch
from raws import raw_of
from sklearn.base import clone
from small_net import classifier as small_classifier
from small_net import make_array

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.estimators import PatientSplit
from mne_asgpf.event_table import from_annotations
from mne_asgpf.windows import recording_windows, typed_windows

TRAINING = {
    "module__n_units": 8,
    "module__n_layers": 2,
    "module__n_propagation_steps": 1,
    "batch_size": 16,
    "random_state": 0,
    "verbose": 0,
}
TONES = {"fnsz": 6, "gnsz": 9, "absz": 3, "tcsz": 20}  # Hz; stand-ins, easy to tell apart


def typed_raw(patient, labels, ch_names=ELECTRODES):
    rng = np.random.default_rng(patient)
    t = np.arange(200 * 30 * (len(labels) + 1)) / 200
    data = 2e-5 * rng.standard_normal((len(ch_names), len(t)))
    events = [(20.0 + 30 * i, 15.0, label) for i, label in enumerate(labels)]
    for onset, duration, label in events:
        during = (t >= onset) & (t < onset + duration)
        data[:, during] += 1.5e-4 * np.sin(2 * np.pi * TONES[label] * t[during])
    return raw_of(data, ch_names, patient=f"patient{patient}", events=events)


@pytest.fixture(scope="module")
def raws():
    labels = list(TONES)
    return [typed_raw(i, [labels[i % 4], labels[(i + 1) % 4]]) for i in range(10)]


@pytest.fixture(scope="module")
def pretrainer(raws):
    return ASGPFPretrainer(objective="forecast", max_epochs=2, **TRAINING).fit(raws)


@pytest.fixture(scope="module")
def classifier(raws, pretrainer):
    options = {name: value for name, value in TRAINING.items() if "module" not in name}
    return ASGPFClassifier(
        pretrained=pretrainer, max_epochs=25, min_batches=1, patience=25, lr=1e-2, **options
    ).fit(raws)


def test_learns_what_is_easy(raws, classifier):
    unseen = typed_raw(99, ["absz", "tcsz"])
    truth = from_annotations(unseen.annotations)
    windows = typed_windows(unseen, first_clip_only=False)
    given = classifier.predict_proba(windows)[:, :4].argmax(1)
    assert (np.array(windows.classes)[given] == ["AB", "AB", "CT", "CT"]).mean() >= 0.75
    assert classifier.predict(unseen).shape == (8,)
    assert set(classifier.predict(unseen)) <= set(classifier.classes_)
    annotations = classifier.predict_annotations(unseen)
    assert 0 < len(annotations) <= 3
    assert all(0 <= extras["confidence"] <= 1 for extras in annotations.extras)
    typed = classifier.predict_annotations(unseen, events=truth)
    np.testing.assert_allclose(typed.onset, truth["onset"])


def test_same_recording_in_any_form_and_order(classifier):
    raw = typed_raw(50, ["fnsz"])
    expected = classifier.predict_proba(raw)
    shuffled = raw.copy().reorder_channels(list(np.random.default_rng(0).permutation(ELECTRODES)))
    shuffled.rename_channels({"T7": "T3", "Fp1": "EEG FP1-REF"})
    epochs = mne.make_fixed_length_epochs(raw, duration=12, preload=True, verbose="error")
    array = epochs.get_data()
    for same in (shuffled, [raw], recording_windows(raw)):
        np.testing.assert_allclose(classifier.predict_proba(same), expected, atol=1e-6)
    for same in (epochs, array):
        np.testing.assert_allclose(classifier.predict_proba(same), expected[:5], atol=1e-6)


def test_missing_channels_are_masked_up_to_a_limit(classifier):
    raw = typed_raw(50, ["fnsz"])
    assert np.isfinite(classifier.predict_proba(raw.copy().drop_channels(["Fz", "Pz"]))).all()
    with pytest.raises(InputError, match="Fz, Cz"):
        classifier.predict_proba(raw.copy().drop_channels(["Fz", "Cz", "Pz", "O1", "O2"]))
    node_logits = classifier.type_recording(raw.copy().drop_channels(["Fz"])).node_logits
    assert np.isneginf(node_logits[:, ELECTRODES.index("Fz")]).all()


def test_pretrainer_and_naive_forecasts(raws, pretrainer):
    last = pretrainer.history[-1]
    assert {"valid_loss", "valid_repeat_last", "valid_mean_spectrum"} <= set(last)
    assert last["valid_mean_spectrum"] < last["valid_repeat_last"]
    embeddings = pretrainer.transform(raws[0])
    assert embeddings.shape == (8, 9 * 2 * 8)
    assert np.isfinite(embeddings).all()


def test_weight_transfer_takes_encoder_and_normalisation(raws, pretrainer):
    fresh = ASGPFClassifier(
        pretrained=pretrainer, max_epochs=1, min_batches=1, lr=0.0, verbose=0
    ).fit(raws)
    given = pretrainer.module_.encoder.state_dict()
    for name, tensor in fresh.module_.encoder.state_dict().items():
        torch.testing.assert_close(tensor, given[name])
    torch.testing.assert_close(
        fresh.module_.signals_to_graphs.normalisation.mean,
        pretrainer.module_.signals_to_graphs.normalisation.mean,
    )
    assert clone(fresh).pretrained is pretrainer
    with pytest.raises(InputError, match="not fitted"):
        ASGPFClassifier(pretrained=ASGPFPretrainer(), max_epochs=1, lr=0.0).fit(raws)
    with pytest.raises(InputError, match="do not fit"):
        ASGPFClassifier(pretrained=pretrainer, max_epochs=1, lr=0.0, module__n_units=4).fit(raws)


def test_seed_decides_and_global_generator_is_left_alone(raws):
    state = torch.random.get_rng_state()
    first, second = (
        ASGPFClassifier(max_epochs=1, min_batches=1, **TRAINING)
        .fit(raws[:6])
        .predict_proba(raws[7])
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize(("verbose", "is_told"), [(0, False), ("error", False), (1, True)])
def test_verbose_hides_what_a_fit_reports(verbose, is_told, capsys):
    mne.set_log_level("INFO")
    small_classifier(verbose=verbose).fit(*make_array())
    assert ("train_loss" in capsys.readouterr().out) == is_told


def test_fit_leaves_parameters_and_takes_other_data():
    rng = np.random.default_rng(0)
    X = 2e-5 * rng.standard_normal((12, 19, 800))
    y = np.array(["b", "a", "c"] * 4)
    clf = ASGPFClassifier(max_epochs=1, min_batches=1, train_split=None, **TRAINING)
    before = set(clf.get_params())
    clf.fit(X, y)
    assert set(clf.get_params()) == before
    assert list(clf.classes_) == ["a", "b", "c"]
    again = clone(clf).fit(X[:, :17, :600], np.repeat([1, 2], 6))
    assert list(again.classes_) == [1, 2]
    assert set(again.predict(X[:, :17, :600])) <= {1, 2}
    with pytest.raises(InputError, match="shape"):
        clf.fit(X[None], y[:1])
    with pytest.raises(InputError, match="class of each window"):
        clf.fit(X)


def test_split_keeps_patients_apart(raws):
    windows = typed_windows(raws, first_clip_only=False)
    train, valid = PatientSplit(0.3)(windows)
    patients = windows.get_metadata()["patient"].to_numpy()
    assert not set(patients[train.indices]) & set(patients[valid.indices])
    assert len(train) + len(valid) == len(windows)


@pytest.mark.parametrize("unknown", [None, np.nan])
def test_split_refuses_some_unknown_patients(unknown):
    groups = np.array(["a", "b", unknown, "c"] * 3, object)
    with pytest.raises(InputError, match=r"3 of 12 .* Remedy: .*patient of each"):
        PatientSplit()(np.zeros(12), groups=groups)
    train, valid = PatientSplit(0.25)(np.zeros(12), groups=np.full(12, unknown, object))
    assert (len(train), len(valid)) == (9, 3)  # as if none was given


@pytest.mark.parametrize("kind", ["pretrainer", "classifier"])
def test_save_and_read(kind, request, raws, tmp_path):
    estimator = request.getfixturevalue(kind)
    estimator.save(tmp_path / "model", notes={"data": "synthetic"})
    with pytest.raises(FileExistsError, match="overwrite=True"):
        estimator.save(tmp_path / "model")
    estimator.save(tmp_path / "model", overwrite=True, notes={"data": "synthetic"})
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    twin = read_asgpf(tmp_path / "model")
    assert twin.notes_ == {"data": "synthetic"}
    method = "transform" if kind == "pretrainer" else "predict_proba"
    expected = getattr(estimator, method)(raws[0])
    np.testing.assert_array_equal(getattr(twin, method)(raws[0]), expected)


def test_pretrained_from_a_folder(raws, pretrainer, tmp_path):
    pretrainer.save(tmp_path / "encoder")
    classifier = ASGPFClassifier(
        pretrained=tmp_path / "encoder", max_epochs=1, min_batches=1, lr=0.0, verbose=0
    ).fit(raws)
    expected = pretrainer.module_.encoder.state_dict()
    for name, weights in classifier.module_.encoder.state_dict().items():
        torch.testing.assert_close(weights, expected[name])
