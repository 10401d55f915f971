"""The baselines learn what they can see, also with missing channels."""

import pickle

import numpy as np
import pytest
from small_net import CLIP, make_raw, make_raws
from small_net import SFREQ as LOW

from mne_asgpf import InputError
from mne_asgpf.evaluation import (
    SpectrumDetector,
    majority_baseline,
    score_events,
    spectrum_baseline,
)
from mne_asgpf.evaluation.baseline import log_spectra
from mne_asgpf.event_table import from_annotations

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


def test_the_spectrum_finds_seizures_of_new_patients():
    detector = SpectrumDetector(clip_len=CLIP, sfreq=LOW, random_state=0).fit(make_raws(12))
    assert detector.event_rule_.n_patients >= 2
    new = [make_raw(patient, "absz") for patient in range(20, 24)]
    new[0]._data[:, 8 * LOW : 12 * LOW] = 0  # flat: in no event
    found = [from_annotations(detector.predict_annotations(raw)) for raw in new]
    truths = [from_annotations(raw.annotations) for raw in new]
    scores = score_events(truths, found, [20.0] * 4, detector.classes_.tolist())
    assert scores.table.loc["sensitivity", "value"] == 1
    assert scores.table.loc["type_accuracy", "value"] == 1
    assert found[0]["onset"].min() >= 11
    with pytest.raises(InputError, match="its rate is 32 Hz"):
        detector.predict_annotations(new[1].resample(32, verbose="error"))
