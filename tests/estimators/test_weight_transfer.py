"""What a classifier takes over from a pre-training: all of it, told, and as gently as asked."""

import numpy as np
import pytest
import torch
from mne.utils import catch_logging, use_log_level

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, InputError
from mne_asgpf.models.transfer import LEFT, NEW, TAKEN

NET = {"module__n_units": 6, "module__n_layers": 2, "module__n_propagation_steps": 1}
TRAINING = {"random_state": 0, "batch_size": 8, "train_split": None, "verbose": 0}
SECONDS = 4


@pytest.fixture(scope="module")
def windows():
    return 2e-5 * np.random.default_rng(0).standard_normal((8, 19, 200 * SECONDS))


@pytest.fixture(scope="module")
def pretrainer(windows):
    options = {"max_epochs": 1, "clip_len": SECONDS / 2, **NET, **TRAINING}
    return ASGPFPretrainer(**options).fit(windows)


def fit(windows, pretrainer, max_epochs=1, **options):
    options = {
        "pretrained": pretrainer,
        "max_epochs": max_epochs,
        "min_batches": 1,
        **TRAINING,
        **options,
    }
    return ASGPFClassifier(**options).fit(windows, np.arange(8) % 2)


def moved(clf, pretrainer):
    """Which layers of the encoder left their pre-trained weights."""
    given = dict(pretrainer.module_.encoder.cells.named_parameters())
    return {
        int(name.split(".")[0])
        for name, parameter in clf.module_.encoder.cells.named_parameters()
        if not torch.equal(parameter, given[name])
    }


def test_account_names_every_tensor(windows, pretrainer):
    with use_log_level("info"), catch_logging() as log:
        clf = fit(windows, pretrainer, verbose=1)
    account = clf.transfer_
    own, other = clf.module_.state_dict(), pretrainer.module_.state_dict()
    assert set(account.index) == set(own) | set(other)
    assert not account.index.duplicated().any()
    by_outcome = account.groupby("outcome").groups
    assert set(by_outcome[NEW]) == {"final_layer.weight", "final_layer.bias"}
    assert set(by_outcome[LEFT]) == set(other) - set(own)
    assert account.loc["final_layer.weight", "shape"] == (2, 9 * 2 * 6)
    text = log.getvalue()
    assert f"{len(by_outcome[TAKEN])} tensors taken, 2 new" in text
    for name in account.index:
        assert name in text


@pytest.mark.parametrize(("n_layers", "outcomes"), [(1, {TAKEN, LEFT}), (3, {TAKEN, NEW})])
def test_another_number_of_layers_is_a_choice(windows, pretrainer, n_layers, outcomes):
    clf = fit(windows, pretrainer, lr=0.0, module__n_layers=n_layers)
    of_encoder = clf.transfer_.filter(like="encoder.", axis=0)
    assert set(of_encoder["outcome"]) == outcomes
    new = of_encoder.index[of_encoder["outcome"] == NEW]
    assert all(name.startswith("encoder.cells.2.") for name in new)
    name = "encoder.cells.0.graph_learner.w"
    torch.testing.assert_close(
        clf.module_.state_dict()[name], pretrainer.module_.state_dict()[name]
    )


def test_other_spectra_are_refused_and_other_options_reported(windows, pretrainer):
    with pytest.raises(InputError, match="200 Hz"):
        fit(windows[..., :250], pretrainer, sfreq=250.0)
    with pytest.warns(RuntimeWarning, match="graph was 'correlation', is 'identity'"):
        fit(windows, pretrainer, module__graph="identity")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {0, 1}),
        ({"freeze": "encoder"}, set()),
        ({"freeze": "encoder", "callbacks": "disable"}, set()),
        ({"freeze": 1}, {1}),
        ({"freeze": 2, "unfreeze_every": 1, "max_epochs": 2}, {1}),
        ({"freeze": 2, "unfreeze_every": 1, "max_epochs": 3}, {0, 1}),
    ],
)
def test_frozen_layers_keep_their_weights(windows, pretrainer, options, expected):
    clf = fit(windows, pretrainer, lr=1e-2, **options)
    assert moved(clf, pretrainer) == expected
    position = (one.module_.encoder.position.weight for one in (clf, pretrainer))
    is_frozen = "freeze" in options and 0 not in expected  # it comes below the lowest layer
    assert torch.equal(*position) == is_frozen
    assert not torch.equal(clf.module_.final_layer.bias, torch.zeros(2))


@pytest.mark.parametrize("options", [{}, {"callbacks": "disable"}])
def test_freezing_can_be_changed_before_training_continues(windows, pretrainer, options):
    clf = fit(windows, pretrainer, lr=1e-2, freeze="encoder", **options)
    y = np.arange(8) % 2
    clf.set_params(freeze=1).partial_fit(windows, y)
    assert moved(clf, pretrainer) == {1}
    clf.set_params(freeze=None).partial_fit(windows, y)
    assert moved(clf, pretrainer) == {0, 1}
    assert all(p.requires_grad for p in clf.module_.parameters())
    then = [p.clone() for p in clf.module_.encoder.cells.parameters()]
    clf.set_params(freeze="encoder").partial_fit(windows, y)
    assert all(map(torch.equal, then, clf.module_.encoder.cells.parameters()))


def test_what_the_user_froze_stays_frozen(windows, pretrainer):
    clf = fit(windows, pretrainer, lr=1e-2, max_epochs=0)
    clf.module_.encoder.requires_grad_(False)
    clf.set_params(max_epochs=2).partial_fit(windows, np.arange(8) % 2)
    assert moved(clf, pretrainer) == set()


def test_encoder_has_its_own_learning_rate(windows, pretrainer):
    clf = fit(windows, pretrainer, lr=1e-2, encoder_lr=0.0, max_epochs=2)
    assert moved(clf, pretrainer) == set()
    learned = fit(windows, pretrainer, lr=1e-2, encoder_lr=1e-4)
    assert moved(learned, pretrainer) == {0, 1}
    rates = [group["initial_lr"] for group in learned.optimizer_.param_groups]
    assert rates == [1e-4, 1e-2]
    learned.set_params(lr=2e-2, encoder_lr=0.0)
    then = [p.clone() for p in learned.module_.encoder.parameters()]
    learned.partial_fit(windows, np.arange(8) % 2)
    assert all(map(torch.equal, then, learned.module_.encoder.parameters()))
    assert [group["initial_lr"] for group in learned.optimizer_.param_groups] == [0.0, 2e-2]


@pytest.mark.parametrize("freeze", [3, -1, 1.5, "head"])
def test_impossible_freezing_is_refused(windows, pretrainer, freeze):
    with pytest.raises(InputError, match="number of layers"):
        fit(windows, pretrainer, freeze=freeze)


def test_freezing_needs_a_pretraining(windows):
    with pytest.raises(InputError, match="pretrained"):
        fit(windows, None, freeze="encoder", **NET)
