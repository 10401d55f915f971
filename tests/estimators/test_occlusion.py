"""Occlusion: what is hidden one by one, and that it finds what the class was made of."""

import numpy as np
import pytest
import torch
from small_net import SFREQ, classifier, make_array

from mne_asgpf import InputError
from mne_asgpf.estimators import occlude


@pytest.fixture(scope="module")
def fitted():
    return classifier(max_epochs=10).fit(*make_array(24))


def log_odds(net, X):
    probabilities = net.predict_proba(X).astype(float)
    return np.log(probabilities.max(1) / (1 - probabilities.max(1)))


def test_a_channel_that_is_hidden_has_the_mean_spectrum(fitted):
    X = make_array()[0].astype(np.float32)
    before = log_odds(fitted, X)
    losses = occlude(fitted, X, hide="channels")
    assert losses.shape == (12, 5)
    front = fitted.module_.signals_to_graphs
    clip = front(torch.from_numpy(X))
    clip.features[:, :, 3] = 0
    with torch.no_grad():
        logits = fitted.module_.explain_clip(clip).logits.double().numpy()
    codes = fitted.predict_proba(X).argmax(1)
    rows = np.arange(12)
    after = logits[rows, codes] - logits[rows, 1 - codes]
    np.testing.assert_allclose(losses[:, 3], before - after, atol=1e-4)


def test_shapes_and_what_is_missing(fitted):
    X = make_array()[0].astype(np.float32)
    X[0, 1] = np.nan
    X[1, :, SFREQ:] = np.nan
    seconds, both = (occlude(fitted, X, hide=hide) for hide in ("seconds", "both"))
    assert seconds.shape == (12, 2)
    assert both.shape == (12, 5, 2)
    assert np.isnan(both[0, 1]).all()
    assert np.isnan(both[1, :, 1]).all()
    assert np.isnan(seconds[1]).tolist() == [False, True]
    assert np.isfinite(both[2:]).all()


def test_the_channel_that_distinguishes_the_classes_is_found():
    rng = np.random.default_rng(0)
    X = 2e-5 * rng.standard_normal((48, 5, 2 * SFREQ))
    y = np.arange(48) % 2
    X[y == 1, 3] *= 8
    net = classifier(max_epochs=20).fit(X, y)
    assert net.score(X, y) > 0.9
    losses = occlude(net, X[y == 1], target=1).mean(0)
    assert losses.argmax() == 3
    assert losses[3] > 0


def test_the_odds_of_a_class_are_those_against_the_others(fitted):
    X = make_array()[0]
    slow, fast = (occlude(fitted, X, target=name) for name in ("slow", "fast"))
    np.testing.assert_allclose(slow, -fast, atol=1e-6)


@pytest.mark.parametrize(
    ("target", "problem"),
    [("absent", "unknown classes: absent"), (["slow", "fast"], "all classes")],
)
def test_classes_must_be_known_and_leave_others(fitted, target, problem):
    with pytest.raises(InputError, match=problem):
        occlude(fitted, make_array()[0], target=target)
