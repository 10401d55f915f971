"""What users of scikit-learn, skorch, mne and moabb expect: one test a trap of EEGClassifier."""

import importlib
import logging
import pickle
import random

import mne
import numpy as np
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.dataset import Dataset, ValidSplit
from small_net import CHANNELS, SFREQ, SMALL, Recorded, classifier, make_array, make_raw, make_raws

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.estimators import PatientSplit


def weights(net):
    return torch.cat([p.detach().flatten() for p in net.module_.parameters()])


# The traps of EEGClassifier


def test_fit_leaves_the_parameters_alone():
    X, y = make_array()
    net = classifier()
    before = net.get_params(deep=False)
    net.fit(X, y)
    after = net.get_params(deep=False)
    assert set(after) == set(before)
    assert all(after[name] is value for name, value in before.items())
    assert "_params_to_validate" not in net.get_params()


def test_clone_of_a_fitted_one_takes_other_channels():
    X, y = make_array()
    again = clone(classifier(train_split=None).fit(X, y)).fit(X[:, :3], y)
    assert again.module_.n_chans == 3
    assert again.predict_proba(X[:, :3]).shape == (12, 2)


def test_refit_takes_other_lengths_channels_and_classes():
    X, y = make_array()
    net = classifier(train_split=None, max_epochs=1).fit(X, y)
    longer, numbers = make_array(n_channels=4, seconds=3)[0], np.arange(12) % 3
    net.fit(longer, numbers)
    assert (net.module_.n_chans, net.module_.n_times) == (4, 3 * SFREQ)
    assert net.predict_proba(longer).shape == (12, 3)
    net.fit(make_raws(2))
    assert net.predict_proba(make_raw(9)).shape == (10, 5)


@pytest.mark.parametrize("classes", [["slow", "fast"], [1, 2], [-1, 7], [True, False]])
def test_labels_are_what_the_user_calls_them(classes):
    X, y = make_array()
    y = np.where(y == "slow", *classes)
    net = classifier(train_split=None, max_epochs=10).fit(X, y)
    assert net.classes_.tolist() == sorted(classes)
    assert net.predict_proba(X).shape == (12, 2)
    np.testing.assert_array_equal(net.predict(X), y)


def test_epochs_are_volts_and_other_kinds_of_channels_left_out():
    X, y = make_array()
    net = classifier(train_split=None).fit(X, y)
    info = mne.create_info(["EOG", *CHANNELS], SFREQ, ["eog"] + ["eeg"] * 5)
    both = np.concatenate([np.ones((12, 1, X.shape[2])), X], axis=1)
    epochs = mne.EpochsArray(both, info, verbose="error")
    np.testing.assert_allclose(net.predict_proba(epochs), net.predict_proba(X), atol=1e-6)


def test_raw_is_taken_by_all_methods():
    raw = make_raw(3)
    net = classifier(train_split=None).fit(raw)
    assert net.predict(raw).shape == (10,)
    assert net.predict_proba(raw).shape == (10, 5)
    assert 0 <= net.score(raw) <= 1
    assert net.partial_fit(raw) is net


def generators():
    numpy_state = np.random.get_state()[1].tolist()  # noqa: NPY002  (the user's)
    return torch.random.get_rng_state().tolist(), numpy_state, random.getstate()


def test_seed_reproduces_bit_for_bit_and_leaves_the_users_generators_alone():
    raws = make_raws(4)
    options = {"augmentation": "published", "module__drop_prob": 0.5}
    nets = []
    for user_seed in (1, 2):
        torch.manual_seed(user_seed)
        np.random.seed(user_seed)  # noqa: NPY002  (the user's, which must not matter)
        random.seed(user_seed)
        before = generators()
        nets.append(classifier(**options).fit(raws))
        nets[-1].predict(raws)
        nets[-1].partial_fit(raws)
        assert generators() == before
    assert torch.equal(*map(weights, nets))
    assert not torch.equal(
        weights(nets[0]), weights(classifier(**options | {"random_state": 1}).fit(raws))
    )


def test_fewer_windows_than_a_batch_are_learned_from():
    X, y = make_array()
    net = classifier(train_split=None, batch_size=64, max_epochs=1).fit(X, y)
    assert net.history[0, "train_batch_count"] == 1
    still = classifier(train_split=None, batch_size=64, max_epochs=1, lr=0.0).fit(X, y)
    assert not torch.equal(weights(net), weights(still))


# Training


def test_class_weight_by_name_and_balanced():
    X, y = make_array(16)
    rare = np.r_[0, 1:16:2]  # one slow, eight fast
    balanced = classifier(train_split=None).fit(X[rare], y[rare])
    np.testing.assert_allclose(balanced.class_weights_, [9 / 16, 9 / 2])
    for name in ("slow", "fast"):
        given = {"slow": 1e-3, "fast": 1e-3} | {name: 1e3}
        net = classifier(train_split=None, max_epochs=5, class_weight=given).fit(X, y)
        assert set(net.predict(X)) == {name}


def test_stops_early_by_weighted_f1_and_keeps_the_best():
    X, y = make_array(20)
    net = classifier(patience=2, max_epochs=12, lr=0.0).fit(X, y)
    assert len(net.history) == 3  # nothing got better after the first
    net = classifier(patience=3, max_epochs=12, lr=0.3).fit(X, y)
    best = max(net.history[:, "valid_f1"])
    _, valid = PatientSplit()(torch.utils.data.TensorDataset(torch.tensor(X)), y)
    predicted = net.predict(X[valid.indices])
    found = sklearn.metrics.f1_score(y[valid.indices], predicted, average="weighted")
    assert found == pytest.approx(best)


def test_settings_can_be_changed_before_training_continues():
    X, y = make_array(20)
    net = classifier(max_epochs=4, lr=0.02, warm_start=True).fit(X, y)
    net.set_params(max_epochs=2, lr=0.01).fit(X, y)
    np.testing.assert_allclose(net.history[4:, "event_lr"], [0.01, 0.005])
    net.set_params(patience=1, max_epochs=9, lr=0.0).partial_fit(X, y)
    assert len(net.history) == 8  # nothing got better after the first
    net.set_params(patience=None, max_epochs=3).partial_fit(X, y)
    assert len(net.history) == 11
    before = weights(net)
    net.set_params(lr=0.01, optimizer__weight_decay=0.0, gradient_clip=0.0, max_epochs=1)
    net.optimizer_.state.clear()
    assert torch.equal(weights(net.partial_fit(X, y)), before)


def test_validation_can_begin_when_training_continues():
    X, y = make_array(20)
    net = classifier(train_split=None, max_epochs=1, patience=1, lr=0.0).fit(X, y)
    net.set_params(train_split=PatientSplit(), max_epochs=9).partial_fit(X, y)
    assert len(net.history) == 3 and "valid_f1" in net.history[-1]


def test_partial_fit_continues_and_keeps_its_classes():
    X, y = make_array()
    first = classifier(train_split=None, max_epochs=1)
    first.partial_fit(X[y == "slow"], y[y == "slow"], classes=["slow", "none", "fast"])
    assert first.classes_.tolist() == ["slow", "none", "fast"]
    before = weights(first)
    first.partial_fit(X, y)
    assert len(first.history) == 2
    assert not torch.equal(weights(first), before)
    with pytest.raises(
        InputError, match="unknown classes: odd; the first fit had slow, none, fast"
    ):
        first.partial_fit(X, np.where(y == "slow", "odd", y))
    with pytest.raises(ValueError, match="3 features, but .* 5 features"):
        first.partial_fit(X[:, :3], y)


def test_one_class_alone_is_refused():
    X, _ = make_array()
    with pytest.raises(InputError, match=r"one class only \(a\)"):
        classifier().fit(X, ["a"] * 12)


def test_seizures_of_one_type_alone_are_refused_unless_classes_are_given():
    raws = [make_raw(patient) for patient in range(2)]
    with pytest.raises(InputError, match=r"one class only \(CF\)"):
        classifier(max_epochs=0, background=0.0).fit(raws)
    classes = ["CF", "GN"]
    fitted = classifier(max_epochs=0, background=0.0, classes=classes).fit(raws)
    assert fitted.classes_.tolist() == classes


# Patients


def test_validation_patients_are_others():
    X, y = make_array()
    groups = np.repeat(list("abcdef"), 2)
    for data in ((X, y), (make_raws(6),), (make_raws(6), ["slow", "fast"] * 3)):
        split = Recorded()
        classifier(train_split=split, max_epochs=1).fit(*data, groups=groups[:: 12 // len(data[0])])
        assert split.train and split.valid and not split.train & split.valid
        assert split.train | split.valid == set("abcdef")
    with pytest.raises(InputError, match="groups: has length 5, expected 6"):
        classifier().fit(make_raws(6), groups=list("abcde"))


@pytest.mark.parametrize("y", [None, ["slow", "fast"] * 3])
def test_recordings_without_patients_count_as_patients(y):
    raws, split = make_raws(6), Recorded()
    for raw in raws:
        raw.info["subject_info"] = None
    classifier(train_split=split, max_epochs=1).fit(raws, y)
    assert len(split.train | split.valid) == 6
    assert not split.train & split.valid


def test_splitters_of_skorch_receive_the_patients():
    X, y = make_array()
    groups = np.repeat([0, 1, 2], 4)
    classifier(train_split=ValidSplit(GroupKFold(3)), max_epochs=1).fit(X, y, groups=groups)
    classifier(train_split=ValidSplit(3, stratified=True), max_epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="groups"):
        classifier(train_split=ValidSplit(GroupKFold(3)), max_epochs=1).fit(X, y)


def test_one_patient_can_be_fitted():
    assert len(classifier(max_epochs=1).fit(make_raw()).history[0, "batches"]) > 1


# As a part of something larger


@pytest.mark.parametrize("routing", [False, True])
def test_cross_validation_of_recordings_by_patient(routing):
    raws = make_raws(6, seconds=8)
    groups = np.array(list("aabbcc"))
    y = ["slow", "fast"] * 3
    split = Recorded()
    with sklearn.config_context(enable_metadata_routing=routing):
        given = {"params": {"groups": groups}} if routing else {"groups": groups}
        result = cross_validate(
            classifier(max_epochs=1, train_split=split),
            raws,
            y,
            cv=GroupKFold(3),
            scoring="f1_weighted",
            return_estimator=True,
            **given,
        )
    assert result["test_score"].shape == (3,)
    for net in result["estimator"]:
        told = net.train_split.train | net.train_split.valid
        # Without routing the split of the fit goes by what the recordings tell.
        assert told < set("abc") if routing else told < {f"p{i}" for i in range(6)}
        assert not net.train_split.train & net.train_split.valid
    unlabelled = cross_validate(classifier(max_epochs=1), make_raws(6), cv=3, error_score="raise")
    assert unlabelled["test_score"].shape == (3,)


def test_cross_validation_of_epochs():
    X, y = make_array(20)
    epochs = mne.EpochsArray(X, mne.create_info(CHANNELS, SFREQ, "eeg"), verbose="error")
    options = {"cv": StratifiedKFold(2), "error_score": "raise"}
    scores = [
        cross_validate(classifier(), same, y, **options)["test_score"] for same in (X, epochs)
    ]
    np.testing.assert_array_equal(*scores)


def test_grid_search_finds_and_refits():
    raws = make_raws(6)
    groups = np.arange(6) // 2
    with sklearn.config_context(enable_metadata_routing=True):
        search = GridSearchCV(
            classifier(), {"lr": [0.0, 0.02], "module__n_units": [8]}, cv=GroupKFold(3)
        ).fit(raws, groups=groups)
    assert search.best_params_["module__n_units"] == 8
    assert search.predict(raws[0]).shape == (10,)


def test_pipeline_of_arrays_and_routing_through_it():
    X, y = make_array()
    groups = np.repeat([0, 1, 2], 4)
    split = Recorded()
    pipeline = Pipeline(
        [
            ("scale", FunctionTransformer(np.negative)),
            ("net", classifier(train_split=split, max_epochs=10)),
        ]
    )
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline.fit(X, y, groups=groups)
    assert split.train | split.valid == {0, 1, 2}
    assert pipeline.score(X, y) > 0.5
    assert clone(pipeline).set_params(net__lr=0.5)["net"].lr == 0.5


def test_pretrainer_in_front_of_another_classifier():
    raws = make_raws(4)
    options = {
        k: v for k, v in classifier().get_params(deep=False).items() if k.startswith("module__")
    }
    net = ASGPFPretrainer(
        channels=CHANNELS,
        sfreq=SFREQ,
        clip_len=2,
        max_epochs=1,
        random_state=0,
        verbose=0,
        **options,
    )
    X, y = make_array(seconds=4)
    pipeline = make_pipeline(net, LogisticRegression()).fit(X, y)
    assert pipeline.predict(X).shape == (12,)
    assert net.fit(raws).transform(raws[0]).shape == (10, 9 * 2 * 8)


def test_moabb_finds_it_by_its_dotted_path():
    # As moabb builds its pipelines: from the path, with parameters, on string labels.
    step = {
        "from": "mne_asgpf",
        "name": "ASGPFClassifier",
        "parameters": SMALL | {"max_epochs": 10},
    }
    made = getattr(importlib.import_module(step["from"]), step["name"])
    pipeline = make_pipeline(made(**step["parameters"]))
    X, y = make_array(20)
    scores = cross_validate(
        clone(pipeline), X, y, cv=StratifiedKFold(2), scoring="accuracy", error_score="raise"
    )
    assert (scores["test_score"] > 0.5).all()


@pytest.mark.slow
def test_joblib_workers_find_the_model():
    X, y = make_array(20)
    options = {"cv": 2, "error_score": "raise", "return_estimator": True}
    here, there = (
        cross_validate(classifier(), X, y, n_jobs=n_jobs, **options)["estimator"]
        for n_jobs in (1, 2)
    )
    for one, other in zip(here, there, strict=True):
        assert torch.equal(weights(one), weights(other))


def test_pickle_keeps_all_and_can_be_refitted():
    raws = make_raws(4)
    net = classifier().fit(raws)
    twin = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(twin.predict_proba(raws), net.predict_proba(raws))
    assert torch.equal(weights(twin.fit(raws)), weights(net))


def test_clone_keeps_the_routing_requests():
    with sklearn.config_context(enable_metadata_routing=True):
        net = classifier().set_fit_request(groups=False)
        assert clone(net).get_metadata_routing().consumes("fit", ["groups"]) == set()
        assert classifier().get_metadata_routing().consumes("fit", ["groups"]) == {"groups"}


def test_html_shows_the_parameters():
    X, y = make_array()
    net = classifier(train_split=None, max_epochs=1)
    for text in (net._repr_html_(), net.fit(X, y)._repr_html_()):
        assert "ASGPFClassifier" in text and "clip_len" in text


@pytest.mark.parametrize(
    ("n", "min_batches", "times"), [(12, 1, 1), (12, 2, 1), (12, 3, 2), (12, 5, 3), (9, 4, 3)]
)
def test_an_epoch_has_few_windows_several_times(n, min_batches, times):
    X, y = make_array(n)
    X = X.astype(np.float32)
    net = classifier(min_batches=min_batches, max_epochs=1, train_split=None).fit(X, y)
    assert len(net.history[0, "batches"]) == np.ceil(n * times / 8) >= min_batches
    dataset = Dataset(X, np.zeros(n, int))
    drawn = torch.cat([x for x, _ in net.get_iterator(dataset, training=True)])
    for window in torch.from_numpy(X):
        assert (drawn == window).all(dim=(1, 2)).sum() == times
    assert len(list(net.get_iterator(dataset))) == 2


def test_few_patients_are_all_trained_on(tmp_path):
    split = PatientSplit(min_patients=ASGPFClassifier().train_split.min_patients)
    few = classifier(train_split=split, patience=1, lr=1e-9, max_epochs=4)
    with pytest.warns(RuntimeWarning, match="patience=1 has no effect"):
        few.fit(make_raws(9))
    assert len(few.history) == 4 and "valid_loss" not in few.history[-1]
    assert few.calibration_ is None
    few.save(tmp_path / "model")
    again = read_asgpf(tmp_path / "model")
    assert again.train_split.min_patients == 10
    assert again.metrics_["epoch"] == 4
    many = classifier(train_split=split, patience=1, lr=1e-9, max_epochs=4).fit(make_raws(10))
    assert len(many.history) < 4 and many.calibration_.n_patients == 2


def test_all_windows_as_one_batch_stay_one_pass():
    net = classifier(batch_size=-1, min_batches=20, max_epochs=1, train_split=None)
    net.fit(*make_array(12))
    assert [batch["train_batch_size"] for batch in net.history[0, "batches"]] == [12]


def test_early_stopping_is_not_set_without_patience():
    with pytest.raises(InputError, match="patience: is None"):
        classifier(callbacks__early_stopping__monitor="valid_loss").fit(*make_array())


def test_verbose_0_never_shows_more():
    with mne.utils.use_log_level("ERROR"):
        assert classifier(verbose=0)._log_level() == logging.ERROR
