"""The estimators and models use the published settings."""

import numpy as np
import pytest
import torch
from skorch.callbacks import EarlyStopping, GradientNormClipping

from mne_asgpf import ASGPF, ASGPFClassifier, ASGPFForecaster, ASGPFPretrainer
from mne_asgpf.defaults import CLASSIFICATION, PRETRAINING, SETTINGS, published_settings
from mne_asgpf.estimators.training.callbacks import cosine_schedule
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

    assert stopping() == stopping(patience=5, train_split=None) == []
    (asked,) = stopping(patience=5)
    assert (asked.monitor, asked.patience, asked.lower_is_better) == ("valid_f1", 5, False)
    assert asked.load_best


@pytest.mark.parametrize(("estimator", "module", "defaults"), ESTIMATORS)
def test_gradients_are_clipped(estimator, module, defaults):
    norms = [
        callback.gradient_clip_value
        for _, callback in estimator._default_callbacks
        if isinstance(callback, GradientNormClipping)
    ]
    assert norms == [defaults["gradient_clip"]]


def test_learning_rate_follows_the_schedule_of_torch_and_restarts():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    torch_cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)
    expected = []
    for _ in range(8):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        torch_cosine.step()
    ours = cosine_schedule(8).initialize().simulate(16, 0.1)
    np.testing.assert_allclose(ours[:8], expected, atol=1e-12)
    np.testing.assert_array_equal(ours[8:], ours[:8])


@pytest.mark.parametrize("n_before", [0, 3, 8, 16, 21])
def test_continued_training_continues_the_schedule(n_before):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    optimizer.param_groups[0]["initial_lr"] = 0.1
    callback = cosine_schedule(np.int64(8)).initialize()
    callback.policy_(optimizer, last_epoch=n_before - 1, **callback.kwargs)
    expected = 0.05 * (1 + np.cos(np.pi * (n_before % 8) / 8))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(expected)
