"""Adapting windows to their recording or patient, consistently in all uses."""

import mne
import numpy as np
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_validate
from small_net import CHANNELS, SFREQ, SMALL, classifier, make_raw

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.commands._options import estimator_parameters
from mne_asgpf.estimators.inputs.windows import to_windows
from mne_asgpf.evaluation.typing_scores import score_typing
from mne_asgpf.events import given_seizure
from mne_asgpf.models.spectra import LogSpectra
from mne_asgpf.windows import (
    RunningAdaptation,
    recording_windows,
    typed_windows,
    typical_spectrum,
)
from mne_asgpf.windows.adaptation import MOST_SECONDS, TYPICAL_RMS

RATE = 200


def noise(seconds, n_channels=3, seed=0, sfreq=RATE):
    """Simulate noise that is the stronger the lower the frequency, another in each channel."""
    white = np.random.default_rng(seed).standard_normal((n_channels, seconds * sfreq))
    frequencies = np.fft.rfftfreq(white.shape[1], 1 / sfreq)
    strengths = np.linspace(1, 3, n_channels)[:, None] / (1 + frequencies / 5)
    return 5e-5 * np.fft.irfft(np.fft.rfft(white) * strengths, n=white.shape[1])


def as_raw(data, sfreq=RATE, patient=None):
    names = [f"E{i}" for i in range(len(data))]
    raw = mne.io.RawArray(data, mne.create_info(names, sfreq, "eeg"), verbose="error")
    raw.info["subject_info"] = {"his_id": patient} if patient else None
    return raw


def spectra_of(x):
    return LogSpectra(RATE)(torch.as_tensor(np.asarray(x, np.float32))[None])[0].numpy()


def test_log_spectra_are_those_of_the_window_minus_the_typical_ones():
    data = noise(60)
    typical = typical_spectrum(as_raw(data))
    window = data[:, 1000:3500].astype(np.float32)  # 12.5 s
    window[1, 450:460] = np.nan
    adapted = typical.apply(window)
    assert adapted.dtype == np.float32 and adapted.shape == window.shape
    before, after = spectra_of(window), spectra_of(adapted)
    expected = before - typical.log_amplitude[:, :100] + np.log(TYPICAL_RMS * np.sqrt(RATE))
    assert np.isnan(after[2, 1]).all()
    expected[2, 1] = np.nan
    heard = before > np.log(5)  # less has fewer digits in single precision
    np.testing.assert_allclose(after[heard], expected[heard], atol=1e-4)
    assert heard.mean() > 0.9 and not np.isnan(adapted[[0, 2]]).any()
    assert 1e-5 < np.nanmedian(np.abs(adapted)) < 1e-4
    np.testing.assert_allclose(adapted[0, -100:], typical.apply(window[:, -200:])[0, -100:])


def test_the_typical_spectrum_is_robust_to_a_loose_lead_gaps_and_a_seizure():
    data = noise(300)
    expected = typical_spectrum(as_raw(data)).log_amplitude
    disturbed = data.copy()
    t = np.arange(100 * RATE) / RATE
    disturbed[:, 100 * RATE : 200 * RATE] += 5e-4 * np.sin(2 * np.pi * 4 * t)  # a seizure
    disturbed[0, 20 * RATE : 80 * RATE] = 1e-3  # flat
    disturbed[1, 5 * RATE + 7 : 10 * RATE + 9] = np.nan
    typical = typical_spectrum(as_raw(disturbed))
    np.testing.assert_array_equal(typical.n_seconds, [240, 294, 300])
    elsewhere = np.arange(RATE // 2 + 1) != 4
    difference = np.abs(typical.log_amplitude - expected)[:, elsewhere]
    assert difference[2].max() < 1e-3 and np.median(difference) < 0.05
    # Most of the seizure stays: a median moves by as much as a few ranks.
    seizure = spectra_of(disturbed[:, 100 * RATE : 200 * RATE])[..., 4].mean(0)
    rest = spectra_of(data[:, 100 * RATE : 200 * RATE])[..., 4].mean(0)
    moved = typical.log_amplitude[:, 4] - expected[:, 4]
    assert (seizure - rest > 2).all() and (moved < 0.5).all()


def test_bad_annotations_are_excluded_in_their_channels():
    data = noise(60)
    raw = as_raw(data)
    clean = typical_spectrum(raw)
    data[:, : 20 * RATE] *= 100
    data[1, 30 * RATE : 40 * RATE] *= 100
    onsets, durations = [0, 30.5], [19.5, 9]
    raw = as_raw(data).set_annotations(
        mne.Annotations(onsets, durations, ["BAD_move", "bad"], ch_names=[(), ("E1",)])
    )
    typical = typical_spectrum(raw)
    np.testing.assert_array_equal(typical.n_seconds, [40, 30, 40])
    np.testing.assert_allclose(typical.log_amplitude, clean.log_amplitude, atol=0.5)
    later = typical_spectrum(raw.copy().crop(10))  # annotations move with a crop
    np.testing.assert_array_equal(later.n_seconds, [40, 30, 40])


def test_channels_without_a_typical_spectrum_are_unchanged():
    data = noise(40)
    data[0], data[1] = 0, np.nan
    typical = typical_spectrum(as_raw(data))
    assert typical.n_seconds.tolist() == [0, 0, 40]
    assert np.isnan(typical.log_amplitude[:2]).all()
    adapted = typical.apply(data[:, :400])
    assert (adapted[0] == 0).all() and np.isnan(adapted[1]).all()


def test_long_recordings_are_subsampled(monkeypatch):
    data = noise(300)
    whole = typical_spectrum(as_raw(data))
    monkeypatch.setattr("mne_asgpf.windows.adaptation.MOST_SECONDS", 100)
    thinned = typical_spectrum(as_raw(data))
    assert MOST_SECONDS > 100 and thinned.n_seconds.tolist() == [75] * 3
    every_fourth = data.reshape(3, 300, RATE)[:, ::4].transpose(1, 0, 2)
    expected = typical_spectrum(every_fourth, RATE)
    np.testing.assert_allclose(thinned.log_amplitude, expected.log_amplitude)
    assert np.abs(thinned.log_amplitude - whole.log_amplitude).mean() < 0.1


def test_windows_require_a_sampling_rate():
    with pytest.raises(InputError, match="sfreq"):
        typical_spectrum(np.zeros((2, 3, 400)))
    with pytest.raises(InputError, match="whole number"):
        typical_spectrum(np.zeros((2, 3, 400)), 99.5)
    with pytest.raises(InputError, match="shorter than a second"):
        typical_spectrum(np.zeros((2, 3, 100)), 200)


def test_a_stream_is_adapted_to_its_past():
    data = noise(90)
    seconds = data.reshape(3, 90, RATE).transpose(1, 0, 2)
    running = RunningAdaptation(RATE, memory=60)
    adapted = [running.push(second) for second in seconds]
    for n in (1, 10, 60):
        so_far = typical_spectrum(seconds[:n], RATE)
        np.testing.assert_allclose(adapted[n - 1], so_far.apply(seconds[n - 1]))
    last = typical_spectrum(seconds[30:], RATE)
    np.testing.assert_allclose(adapted[-1], last.apply(seconds[-1]))
    with pytest.raises(InputError, match="samples"):
        running.push(seconds[0, :, :100])


# The estimators. Recordings of small_net, each through a different filter.


def filtered_raws(n=6, seconds=40):
    raws = []
    for i in range(n):
        raw = make_raw(i, ["fnsz", "absz"][i % 2], seconds=seconds)
        gain = np.exp(2 * np.random.default_rng(i).standard_normal((len(CHANNELS), 1)))
        raw._data *= gain.clip(0.05, 20)  # beyond, it would not be EEG
        raws.append(raw)
    return raws


@pytest.fixture(scope="module")
def raws():
    return filtered_raws()


@pytest.fixture(scope="module")
def fitted(raws):
    return classifier(adaptation="recording", background=0).fit(raws)


def test_a_gain_of_a_recording_changes_nothing(raws, fitted):
    plain = classifier(background=0).fit(raws)
    louder = raws[0].copy()
    louder._data *= np.array([[3], [0.2], [1], [9], [0.5]])
    expected = fitted.predict_proba(raws[0])
    np.testing.assert_allclose(fitted.predict_proba(louder), expected, atol=1e-4)
    assert np.abs(plain.predict_proba(louder) - plain.predict_proba(raws[0])).max() > 1e-3


def test_the_same_recording_in_any_form(raws, fitted):
    raw = raws[0]
    expected = fitted.predict_proba(raw)
    epochs = mne.make_fixed_length_epochs(raw, duration=2, preload=True, verbose="error")
    array = epochs.get_data()
    shuffled = raw.copy().reorder_channels(list(CHANNELS[::-1]))
    cut_shuffled = recording_windows(shuffled, clip_len=2)
    one = ["a"] * len(array)
    for given in (epochs, recording_windows(raw, clip_len=2), shuffled, cut_shuffled):
        np.testing.assert_allclose(fitted.predict_proba(given), expected, atol=1e-5)
    np.testing.assert_allclose(fitted.predict_proba(array, groups=one), expected, atol=1e-5)
    np.testing.assert_allclose(fitted.type_recording(raw).probabilities, expected, atol=1e-5)
    with pytest.raises(InputError, match="groups="):
        fitted.predict_proba(array)
    # A part of a recording is adapted to the whole of it, where windows know it.
    part = torch.utils.data.Subset(recording_windows(raw, clip_len=2), [3, 1])
    np.testing.assert_allclose(fitted.predict_proba(part), expected[[3, 1]], atol=1e-5)
    with pytest.warns(RuntimeWarning, match="less than 30 s"):
        fitted.predict_proba(array[:3], groups=one[:3])


def test_fit_and_predict_see_the_same(raws, monkeypatch):
    seen = []
    infer = ASGPFClassifier.infer

    def spy(self, x, **params):
        seen.append(x.clone())
        return infer(self, x, **params)

    monkeypatch.setattr(ASGPFClassifier, "infer", spy)
    options = {"adaptation": "recording", "max_epochs": 1, "train_split": None, "batch_size": 200}
    net = classifier(**options, iterator_train__shuffle=False).fit(raws, ["a", "b"] * 3)
    at_fit = torch.cat(seen)
    seen.clear()
    net.predict(raws)
    torch.testing.assert_close(torch.cat(seen), at_fit)
    assert 1e-5 < at_fit.abs().median() < 1e-4


def test_patients_are_adapted_to_all_their_recordings(raws):
    groups = list("aabbcc")
    options = {"adaptation": "patient", "batch_size": 4}  # less than a recording's windows
    net = classifier(**options).fit(raws, ["x", "y"] * 3, groups=groups)
    together = net.predict_proba(raws, groups=groups)
    told = [raw.copy() for raw in raws]
    for raw, patient in zip(told, groups, strict=True):
        raw.info["subject_info"] = {"his_id": patient}
    np.testing.assert_allclose(net.predict_proba(told), together)
    alone = net.predict_proba(raws)
    assert np.abs(alone - together).max() > 1e-4
    typical = typical_spectrum(raws[:2])
    assert typical.n_seconds.tolist() == [80] * 5


def test_cross_validation_of_arrays_passes_groups():
    raws = filtered_raws(4)
    X = np.concatenate([recording[None] for raw in raws for recording in _windows_of(raw)])
    groups = np.repeat(np.arange(4), len(X) // 4)
    y = np.tile(np.repeat([0, 1], len(X) // 8), 4)  # rest and seizure
    net = classifier(adaptation="recording", max_epochs=1, train_split=None)
    with sklearn.config_context(enable_metadata_routing=True):
        scores = cross_validate(
            net, X, y, cv=GroupKFold(2), params={"groups": groups}, error_score="raise"
        )
    assert np.isfinite(scores["test_score"]).all()
    net.fit(X, y, groups=groups)
    assert net.score(X, y, groups=groups) == np.mean(net.predict(X, groups=groups) == y)


def test_windows_without_patients_are_refused(raws):
    X = _windows_of(raws[0])
    patients = np.array(["a"] * (len(X) - 1) + [None], dtype=object)
    with pytest.raises(InputError, match="the patient of 1 of"):
        classifier(adaptation="patient").fit(X, np.arange(len(X)) % 2, groups=patients)


def test_epochs_of_a_list_are_separate_recordings():
    epochs = []
    for patient, gain in (("p1", 1.0), ("p2", 10.0)):
        raw = make_raw(0, seconds=40)
        raw.apply_function(lambda x, gain=gain: gain * x)
        raw.info["subject_info"] = {"his_id": patient}
        epochs.append(mne.make_fixed_length_epochs(raw, 2.0, preload=True, verbose="error"))
    net = classifier(adaptation="recording")
    windows = to_windows(epochs, None, None, net._window_settings(None, reset=True))
    assert set(windows.patients) == {"p1", "p2"}
    half = len(windows) // 2
    first, second = (
        np.stack([windows[i][0] for i in part]) for part in (range(half), range(half, 2 * half))
    )
    np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-9)


def _windows_of(raw):
    return raw.get_data().reshape(len(CHANNELS), -1, 2 * SFREQ).transpose(1, 0, 2)


def test_adaptation_is_cloned_and_saved(tmp_path, raws, fitted):
    assert clone(fitted).adaptation == "recording"
    fitted.save(tmp_path / "model")
    again = read_asgpf(tmp_path / "model")
    assert again.adaptation == "recording"
    np.testing.assert_allclose(again.predict_proba(raws), fitted.predict_proba(raws), atol=1e-6)
    with pytest.raises(ValueError, match="adaptation"):
        classifier(adaptation="hospital").fit(raws)


def test_scores_and_commands_use_the_adaptation(raws, fitted):
    scores = score_typing({"adapted": fitted}, raws, clip_len=2)["adapted"]
    windows = typed_windows(raws, clip_len=2, first_clip_only=True)
    probabilities, _ = given_seizure(fitted.predict_proba(windows), fitted.classes_)
    said = np.array(windows.classes)[probabilities.argmax(1)]
    truth = np.array(windows.classes)[windows.get_metadata()["target"]]
    assert scores.weighted_f1 == f1_score(truth, said, average="weighted")
    options = {"adaptation": "patient", "data_augment": None, "compile": False}
    assert estimator_parameters(options) == {"adaptation": "patient"}


def test_pretraining_and_training_are_adapted_alike(raws):
    options = SMALL | {"max_epochs": 1, "adaptation": "recording"}
    pretrainer = ASGPFPretrainer(objective="forecast", **options).fit(raws)
    louder = raws[0].copy()
    louder._data *= 5
    embedded = pretrainer.transform(raws[0])
    np.testing.assert_allclose(pretrainer.transform(louder), embedded, atol=1e-4)
    array = _windows_of(raws[0])
    given = pretrainer.transform(array, groups=[0] * len(array))
    np.testing.assert_allclose(given, embedded, atol=1e-5)
    forecasts = [pretrainer.forecast(raw, start=10).forecast for raw in (raws[0], louder)]
    np.testing.assert_allclose(*forecasts, atol=1e-4)
    classifier(adaptation="recording", pretrained=pretrainer, max_epochs=1).fit(raws)
    with pytest.raises(InputError, match="give adaptation='recording'"):
        classifier(pretrained=pretrainer, max_epochs=1).fit(raws)
