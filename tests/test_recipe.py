"""The published recipe is what the estimators and models really use."""

import inspect

import numpy as np
import pytest
import torch
from skorch.callbacks import EarlyStopping, GradientNormClipping

from mne_asgpf import ASGPF, ASGPFClassifier, ASGPFForecaster, ASGPFPretrainer
from mne_asgpf.estimators.recipe import CLASSIFICATION, PRETRAINING
from mne_asgpf.estimators.schedule import cosine_schedule

STAGES = [
    (ASGPFClassifier(), ASGPF, CLASSIFICATION),
    (ASGPFPretrainer(), ASGPFForecaster, PRETRAINING),
]


@pytest.mark.parametrize(("estimator", "module", "recipe"), STAGES)
def test_defaults_are_the_recipe(estimator, module, recipe):
    in_module = inspect.signature(module).parameters
    for name, value in recipe.items():
        if name.startswith("module__"):
            assert in_module[name.removeprefix("module__")].default == value
        elif name == "optimizer":
            assert estimator.optimizer.__name__ == value
        elif name not in ("schedule", "monitor") and value is not None:
            assert getattr(estimator, name) == value


def test_early_stopping_watches_weighted_f1_and_keeps_the_best():
    (stopping,) = (
        callback
        for _, callback in ASGPFClassifier()._default_callbacks
        if isinstance(callback, EarlyStopping)
    )
    assert (stopping.monitor, stopping.patience) == ("valid_f1", 5)
    assert not stopping.lower_is_better
    assert stopping.load_best


@pytest.mark.parametrize(("estimator", "module", "recipe"), STAGES)
def test_gradients_are_clipped(estimator, module, recipe):
    norms = [
        callback.gradient_clip_value
        for _, callback in estimator._default_callbacks
        if isinstance(callback, GradientNormClipping)
    ]
    assert norms == [recipe["gradient_clip"]]


def test_learning_rate_is_that_of_torch_and_begins_anew():
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
