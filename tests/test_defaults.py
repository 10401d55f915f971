"""The estimators and models use the published settings."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from skorch.callbacks import EarlyStopping
from skorch.history import History

from mne_asgpf import ASGPF, ASGPFClassifier, ASGPFForecaster, ASGPFPretrainer
from mne_asgpf.defaults import CLASSIFICATION, PRETRAINING, SETTINGS, published_settings
from mne_asgpf.estimators.training.callbacks import CosineSchedule
from mne_asgpf.models.options import RELEASED_PRETRAINING_LAYERS, SIZES

ESTIMATORS = [
    (ASGPFClassifier(), ASGPF, CLASSIFICATION),
    (ASGPFPretrainer(), ASGPFForecaster, PRETRAINING),
]


@pytest.mark.parametrize(("estimator", "module", "defaults"), ESTIMATORS)
def test_estimators_have_the_defaults(estimator, module, defaults):
    built = module(n_outputs=2, n_chans=19, sfreq=200)
    for name, value in defaults.items():
        if name.startswith("module__"):
            assert built.sizes[name.removeprefix("module__")] == value
        elif name == "optimizer":
            assert estimator.optimizer.__name__ == value
        elif name not in ("schedule", "monitor") and value is not None:
            assert getattr(estimator, name) == value


def test_published_settings_are_parameters_of_an_estimator():
    classifier = ASGPFClassifier(**published_settings("classification"))
    assert (classifier.lr, classifier.max_epochs, classifier.patience) == (3e-4, 60, 5)
    pretrainer = ASGPFPretrainer(**published_settings("pretraining"))
    assert (pretrainer.lr, pretrainer.max_epochs) == (5e-4, 350)
    published = {s.name: s for s in SETTINGS if s.name.startswith("module__")}
    for name, size in SIZES["released"].items():
        if setting := published.get(f"module__{name}"):
            assert setting.published_classification == size
    assert published["module__n_layers"].published_pretraining == RELEASED_PRETRAINING_LAYERS
    forecaster = ASGPFForecaster(n_chans=19, sfreq=200, variant="released")
    assert len(forecaster.encoder.cells) == RELEASED_PRETRAINING_LAYERS


def test_early_stopping_is_asked_for_and_keeps_the_best_weighted_f1():
    def stopping(**options):
        callbacks = ASGPFClassifier(**options)._default_callbacks
        return [one for _, one in callbacks if isinstance(one, EarlyStopping)]

    (unasked,) = stopping()
    assert unasked.patience is None
    (asked,) = stopping(patience=5)
    assert (asked.monitor, asked.patience, asked.lower_is_better) == ("valid_f1", 5, False)
    assert asked.load_best


@pytest.mark.parametrize(("estimator", "module", "defaults"), ESTIMATORS)
def test_gradients_are_clipped(estimator, module, defaults):
    clipping = dict(estimator._default_callbacks)["gradient_clipping"]
    weight = torch.nn.Parameter(torch.zeros(4))
    weight.grad = torch.full((4,), 100.0)
    clipping.on_grad_computed(estimator, [("weight", weight)])
    assert weight.grad.norm() == pytest.approx(defaults["gradient_clip"])


def begin_schedule(n_before):
    """Begin the schedule of 8 epochs after others; give it and its optimiser."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    optimizer.param_groups[0]["initial_lr"] = 0.1
    history = History({"train_batch_count": 1} for _ in range(n_before))
    net = SimpleNamespace(optimizer_=optimizer, max_epochs=np.int64(8), history=history)
    schedule = CosineSchedule().initialize()
    schedule.on_train_begin(net)
    return schedule.lr_scheduler_, optimizer


def test_learning_rate_follows_the_schedule_of_torch_and_restarts():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    torch_cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)
    expected = follow(torch_cosine, optimizer, 8)
    ours = follow(*begin_schedule(0), 16)
    np.testing.assert_allclose(ours[:8], expected, atol=1e-12)
    np.testing.assert_array_equal(ours[8:], ours[:8])


def follow(schedule, optimizer, n_epochs):
    """List the learning rates of some epochs."""
    rates = []
    for _ in range(n_epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


@pytest.mark.parametrize("n_before", [0, 3, 8, 16, 21])
def test_continued_training_continues_the_schedule(n_before):
    _, optimizer = begin_schedule(n_before)
    expected = 0.05 * (1 + np.cos(np.pi * (n_before % 8) / 8))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(expected)
