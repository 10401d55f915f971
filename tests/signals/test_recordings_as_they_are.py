"""The table of doc/signals.rst: each kind of recording has one outcome, end to end."""

import warnings

import edfio
import mne
import numpy as np
import pytest
from small_net import CHANNELS, CLIP, SFREQ, TONES, classifier, make_raw, make_raws

from mne_asgpf import InputError
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.event_rule import EventRule
from mne_asgpf.signals import prepare_raw, read_recording

RATE = 2 * SFREQ
ALL = EventRule(0)  # what is assessed is a seizure, so that events are what was assessed


@pytest.fixture(scope="module")
def fitted():
    return classifier(train_split=None).fit(make_raws())


def change(how, picks=None, seconds=60):
    """Change the second third of a recording of a minute in some channels."""
    raw = make_raw(0, seconds=seconds)
    third = slice(seconds * SFREQ // 3, 2 * seconds * SFREQ // 3)

    def changed(data):
        data = data.copy()
        data[..., third] = how(data[..., third])
        return data

    return raw.apply_function(changed, picks=picks or raw.ch_names, channel_wise=False)


def described(fitted, raw):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        typing = fitted.type_recording(raw, ALL)
    reasons = {one["reason"] for one in typing.not_assessable}
    return typing, reasons, " ".join(str(one.message) for one in told)


def spans(events):
    return list(zip(events["onset"], events["onset"] + events["duration"], strict=True))


def test_flat_throughout_the_montage(fitted):
    typing, reasons, _ = described(fitted, change(lambda x: 0 * x))
    assert reasons == {"flat"}
    assert spans(typing.find_seizures()) == [(0, 20), (40, 60)]


def test_clipped_is_assessed(fitted):
    typing, reasons, _ = described(fitted, change(lambda x: np.clip(x, -2e-5, 2e-5)))
    assert not reasons
    assert spans(typing.find_seizures()) == [(0, 60)]


@pytest.mark.parametrize("n", [3, 4])
def test_disconnected_channels(fitted, n):
    typing, reasons, _ = described(fitted, change(lambda x: np.full_like(x, np.nan), CHANNELS[:n]))
    assert reasons == (set() if n == 3 else {"no data"})  # a window needs two of the five
    if n == 4:
        (first, *_), (*_, last) = (spans(typing.find_seizures())[i] for i in (0, -1))
        assert (first, last) == (0, 60)
        assert all(stop <= 20 or start >= 40 for start, stop in spans(typing.find_seizures()))


def test_a_channel_that_is_flat_is_named_and_the_rest_is_assessed(fitted):
    raw = make_raw(0)
    raw.apply_function(lambda x: 0 * x, picks=["Cz"])
    _, reasons, told = described(fitted, raw)
    assert not reasons and "flat: Cz" in told


def test_sixty_seconds_of_nan(fitted):
    raw = change(lambda x: np.full_like(x, np.nan), seconds=180)
    typing, reasons, _ = described(fitted, raw)
    assert not reasons  # no window is cut there
    assert spans(typing.find_seizures()) == [(0, 60), (120, 180)]
    assert fitted.predict(raw).shape == (60,)  # of 90 windows


def test_bad_annotations(fitted):
    raw = make_raw(0)
    raw.annotations.append(9, 2, "BAD_movement")
    typing, reasons, _ = described(fitted, raw)
    assert reasons == {"BAD_movement"}
    assert spans(typing.find_seizures()) == [(0, 8), (12, 20)]


@pytest.mark.parametrize(("n_times", "stop"), [(CLIP * SFREQ - 7, 1), (SFREQ, 1)])
def test_shorter_than_a_window_is_one_short_window(fitted, n_times, stop):
    raw = make_raw(0).crop(0, (n_times - 1) / SFREQ)
    assert spans(fitted.type_recording(raw, ALL).find_seizures()) == [(0, stop)]


def test_shorter_than_a_second_is_refused(fitted):
    with pytest.raises(InputError, match="second|short"):
        fitted.type_recording(make_raw(0).crop(0, (SFREQ - 2) / SFREQ))


def test_another_rate_is_brought_to_that_of_the_model(fitted):
    raw = make_raw(0)
    faster = raw.copy().resample(RATE, verbose="error")
    expected = fitted.type_recording(raw, ALL)
    typing = fitted.type_recording(faster, ALL)
    assert typing.raw.info["sfreq"] == SFREQ
    np.testing.assert_allclose(typing.probabilities, expected.probabilities, atol=0.1)


def test_files_of_a_session_at_different_rates_are_one_fit_and_one_prediction(tmp_path):
    paths = []
    for number, rate in enumerate((SFREQ, RATE, SFREQ, RATE)):
        raw = make_raw(number, list(TONES)[number // 2]).resample(rate, verbose="error")
        paths.append(tmp_path / f"sub-p_run-{number}_eeg.edf")
        mne.export.export_raw(paths[-1], raw, verbose="error")
    net = classifier(train_split=None, max_epochs=20).fit(tmp_path)
    assert len(net.training_data_[0].recordings) == 4
    for first, second in (paths[:2], paths[2:]):
        # The same simulated type at both rates, each on its own time.
        events = [spans(net.type_recording(path).find_seizures()) for path in (first, second)]
        (((onset, stop),), ((other_onset, other_stop),)) = events
        assert stop == other_stop == 20
        assert abs(onset - 10) <= CLIP and abs(other_onset - 10) <= CLIP


def test_a_channel_below_half_the_rate_refuses_the_recording(tmp_path):
    signals = [
        edfio.EdfSignal(
            np.random.default_rng(0).normal(0, 20, 20 * sfreq),
            sfreq,
            label=name,
            physical_dimension="uV",
            physical_range=(-200, 200),
        )
        for name, sfreq in zip(CHANNELS, (SFREQ,) * 4 + (SFREQ // 4,), strict=True)
    ]
    edfio.Edf(signals).write(tmp_path / "slow.edf")
    with pytest.raises(InputError, match="sampled at 4 Hz"):
        read_recording(tmp_path / "slow.edf", channels=CHANNELS, sfreq=SFREQ)


def test_power_line_noise_raises_a_warning():
    sfreq = 200
    t = np.arange(30 * sfreq) / sfreq
    data = 5e-5 * np.sin(2 * np.pi * 50 * t) + np.random.default_rng(0).normal(
        0, 5e-7, (19, len(t))
    )

    raw = mne.io.RawArray(data, mne.create_info(list(ELECTRODES), sfreq, "eeg"), verbose="error")
    with pytest.warns(RuntimeWarning, match="power line noise at 50 Hz"):
        prepare_raw(raw)
