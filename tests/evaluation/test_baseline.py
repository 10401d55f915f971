"""The baselines learn what they can see, also with missing channels."""

import pickle

import numpy as np
import pytest

from mne_asgpf.evaluation import majority_baseline, spectrum_baseline
from mne_asgpf.evaluation.baseline import log_spectra

SFREQ = 200


def _clips(n=40, seed=0, n_channels=4, seconds=6):
    """Slow and fast oscillations in noise, in volts, some channels and time missing."""
    rng = np.random.default_rng(seed)
    time = np.arange(seconds * SFREQ) / SFREQ
    y = np.where(np.arange(n) % 2, "fast", "slow")
    frequency = np.where(y == "fast", 15.0, 5.0)[:, None, None]
    phase = rng.uniform(0, 2 * np.pi, (n, n_channels, 1))
    X = 20e-6 * np.sin(2 * np.pi * frequency * time + phase)
    X += 10e-6 * rng.normal(size=X.shape)
    X[::4, rng.integers(n_channels)] = np.nan
    X[::5, :, 3 * SFREQ + 7 :] = np.nan
    return X.astype("float32"), y


def test_spectrum_distinguishes_frequencies_on_new_clips():
    classifier = spectrum_baseline(random_state=0).fit(*_clips())
    X, y = _clips(seed=1)
    assert classifier.score(X, y) > 0.95
    assert pickle.loads(pickle.dumps(classifier)).predict(X).tolist() == list(classifier.predict(X))


def test_spectrum_is_in_microvolts_and_at_its_frequency():
    time = np.arange(3 * SFREQ) / SFREQ
    features = log_spectra((50e-6 * np.sin(2 * np.pi * 10 * time))[None, None], SFREQ)
    mean, std = features.reshape(70, 2).T
    assert mean.argmax() == 9  # the first is 1 Hz
    assert np.exp(mean[9]) == pytest.approx(50)
    assert std[9] == pytest.approx(0, abs=1e-6)


def test_missing_data_do_not_count():
    X, _ = _clips(n=5)
    short = X[:, :, : 3 * SFREQ].copy()
    padded = np.concatenate([short, np.full_like(short, np.nan)], axis=2)
    assert np.allclose(log_spectra(short, SFREQ), log_spectra(padded, SFREQ), equal_nan=True)


def test_a_channel_may_be_missing_throughout():
    X, y = _clips()
    X[:, 2] = np.nan
    assert spectrum_baseline().fit(X, y).score(X, y) > 0.95


def test_clips_below_a_second_are_refused():
    with pytest.raises(ValueError, match="shorter than 1 s"):
        log_spectra(np.zeros((1, 2, 100)), SFREQ)


def test_majority_predicts_the_frequencies():
    X, _ = _clips(n=4)
    classifier = majority_baseline().fit(X, ["a", "b", "b", "b"])
    assert classifier.predict(X).tolist() == ["b"] * 4
    assert classifier.predict_proba(X)[0].tolist() == [0.25, 0.75]
