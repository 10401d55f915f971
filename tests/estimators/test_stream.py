"""A classifier on a live stream says what it says off line, whatever pieces the stream comes in."""

from copy import deepcopy
from functools import cache

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from small_net import CHANNELS, CLIP, SFREQ, classifier, make_raws

from mne_asgpf import ASGPFStream, InputError
from mne_asgpf.signals.causal import CausalResampler
from mne_asgpf.signals.resample import resample_exact
from mne_asgpf.windows import RunningAdaptation

SECONDS = 12


@cache
def fitted(adaptation=None):
    return classifier(adaptation=adaptation, background=0).fit(make_raws(seconds=40))


@cache
def signals(sfreq=SFREQ, seconds=SECONDS):
    rng = np.random.default_rng(3)
    times = np.arange(int(seconds * sfreq)) / sfreq
    tone = 1e-4 * np.sin(2 * np.pi * 2 * times) * (times > seconds / 2)
    return 2e-5 * rng.standard_normal((len(CHANNELS), len(times))) + tone + 1e-3


def stream(net=None, sfreq=SFREQ, ch_names=CHANNELS, **options):
    return ASGPFStream(net or fitted(), sfreq=sfreq, ch_names=ch_names, **options)


def proba(table):
    return table.filter(like="p_").to_numpy()


def probabilities_off_line(net, sfreq):
    """What ``predict_proba`` says of the window that ends with each second."""
    seconds = CausalResampler(sfreq, SFREQ).push(signals(sfreq))
    if net.adaptation:
        running = RunningAdaptation(SFREQ)
        seconds = [running.push(second.astype(np.float32)) for second in seconds]
        net = deepcopy(net).set_params(adaptation=None)
    windows = [np.hstack(seconds[i - CLIP : i]) for i in range(CLIP, len(seconds) + 1)]
    return net.predict_proba(np.stack(windows))


@settings(max_examples=20, deadline=None)
@given(
    sfreq=st.sampled_from([SFREQ, 24, 25.6, 10]),
    adaptation=st.sampled_from([None, "recording"]),
    lengths=st.lists(st.integers(0, 60), min_size=1, max_size=30),
)
def test_any_chunks_agree_with_the_offline_classifier(sfreq, adaptation, lengths):
    net, x = fitted(adaptation), signals(sfreq)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mne_asgpf.estimators.stream.warn_upsampled", lambda *args: None)
        live = stream(net, sfreq)
        ends = np.minimum(np.cumsum(lengths), x.shape[1])
        tables = [live.push(chunk) for chunk in np.split(x, ends, axis=1)]
        off_line = probabilities_off_line(net, sfreq)
    said = np.concatenate([proba(table) for table in tables])
    times = np.concatenate([table["time"] for table in tables])
    np.testing.assert_array_equal(times, 1 + np.arange(len(off_line) + CLIP - 1))
    assert times[-1] <= SECONDS - live.latency
    assert np.isnan(said[: CLIP - 1]).all()
    np.testing.assert_allclose(said[CLIP - 1 :], off_line, atol=1e-5, rtol=0)


def test_a_recording_is_run_as_a_stream_of_it():
    seconds = 150  # more than is read at a time
    info = mne.create_info([*CHANNELS, "ECG"], 24, "eeg")
    x = np.vstack([signals(24, seconds), np.zeros(24 * seconds)])
    raw = mne.io.RawArray(x, info, verbose="error")
    at_once = ASGPFStream(fitted(), raw.info).push(x)
    assert len(at_once) == 148  # 1.9 s of the filter's reach are left
    assert_frame_equal(ASGPFStream.run(fitted(), raw), at_once, atol=1e-5, rtol=0)


@pytest.mark.parametrize("graph", ["correlation", "distance"])
def test_a_second_does_not_depend_on_later_ones(graph):
    chosen = {"module__graph": graph, "max_epochs": 1, "background": 0}
    net = classifier(**chosen).fit(make_raws(seconds=40))
    x, live = signals(24), stream(net, 24)
    later = x.copy()
    known = round((6 + live.latency) * 24) + 1
    later[:, known:] = 1e-4 * np.random.default_rng(0).standard_normal(later[:, known:].shape)
    before, after = live.push(x), stream(net, 24).push(later)
    assert_frame_equal(before[:6], after[:6], atol=1e-5, rtol=0)
    assert abs(proba(before) - proba(after))[6:].max() > 1e-3


@pytest.mark.parametrize("sfreq", [SFREQ, 24, 40])
def test_probabilities_come_with_the_stated_latency(sfreq):
    live = stream(sfreq=sfreq)
    for n, sample in enumerate(signals(sfreq).T, 1):
        for time in live.push(sample[:, None])["time"]:
            assert 0 <= n / sfreq - time - live.latency + 1 / SFREQ <= 1 / SFREQ + 2 / sfreq
    assert time == int(SECONDS - live.latency)


def test_what_is_kept_does_not_grow():
    def kept(live):
        return live._heard.nbytes + live._resampler._held.nbytes

    live = stream(sfreq=24)
    sizes = []
    for _ in range(5):
        live.push(signals(24))
        sizes.append(kept(live))
    assert len(set(sizes)) == 1


def test_channels_are_found_by_name_and_units_are_known():
    x = signals()
    wanted = stream().push(x)
    order = [3, 0, 4, 2, 1]
    names = ["ECG", *(f"EEG {CHANNELS[i].upper()}-REF" for i in order)]
    shuffled = np.vstack([np.ones(x.shape[1]), 1e6 * x[order]])
    given = stream(ch_names=names, unit="uV").push(shuffled)
    assert_frame_equal(given, wanted, atol=1e-5, rtol=0)


def test_bad_and_missing_channels_are_masked_out():
    x = signals()
    lost = x.copy()
    lost[[1, 4]] = np.nan
    wanted = stream().push(lost)
    assert not np.allclose(proba(wanted)[2:], proba(stream().push(x))[2:], atol=1e-3)
    info = mne.create_info(list(CHANNELS[:4]), SFREQ, "eeg")
    info["bads"] = [CHANNELS[1]]
    assert_frame_equal(ASGPFStream(fitted(), info).push(x[:4]), wanted)


@pytest.mark.parametrize(
    ("value", "last", "within"), [(np.nan, "no data", "no data"), (0.0, "flat", "")]
)
def test_seconds_without_eeg_have_no_type(value, last, within):
    x = signals().copy()
    x[:, 5 * SFREQ : 6 * SFREQ] = value
    table = stream().push(x).set_index("time")
    assert table.loc[6, "reason"] == last
    assert table.loc[7, "reason"] == within  # the second is in the window still
    assert (table.loc[[1], "reason"] == "starting").all()
    assert (table.loc[[2, 3, 4, 5, 8, 9, 10, 11, 12], "reason"] == "").all()
    assert (np.isnan(proba(table)).all(1) == (table["reason"] != "")).all()


def test_microvolts_taken_for_volts_are_out_of_range():
    assert set(stream().push(1e6 * signals())["reason"]) == {"starting", "out of range"}


def test_lost_samples_stay_in_the_seconds_that_they_enter():
    x = signals(24).copy()
    x[2, 24 * 4] = np.nan
    seconds = CausalResampler(24, SFREQ).push(x)
    hit = [second for second, values in enumerate(seconds) if np.isnan(values).any()]
    assert hit == [2, 3, 4, 5]  # the filter reaches 1.9 s
    clean = CausalResampler(24, SFREQ).push(signals(24))
    for values, wanted in zip(seconds, clean, strict=True):
        np.testing.assert_array_equal(np.delete(values, 2, 0), np.delete(wanted, 2, 0))


@pytest.mark.parametrize("sfreq", [250, 256, 512, 199.8, 128, 200])
def test_resampling_agrees_with_that_of_whole_recordings(sfreq):
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.standard_normal((3, int(20 * sfreq))), axis=1)
    x = mne.filter.filter_data(x, sfreq, None, 0.3 * min(sfreq, 200), verbose="error")
    causal = np.hstack(CausalResampler(sfreq, 200).push(x))
    exact = resample_exact(x, sfreq, 200)[:, : causal.shape[1]]
    inside = slice(400, -400)
    difference = (causal - exact)[:, inside].std() / exact[:, inside].std()
    assert difference < 1e-4


def test_resampling_lets_no_aliases_through():
    times = np.arange(20 * 512) / 512
    tones = np.sin(2 * np.pi * np.array([[110.0], [150], [190], [250]]) * times)
    assert np.hstack(CausalResampler(512, 200).push(tones))[:, 400:].std() < 1e-3


def test_refusals():
    with pytest.raises(InputError, match="give the stream's 5 channels"):
        stream().push(signals()[:4])
    with pytest.raises(InputError, match="its channels or its sampling rate are unknown"):
        ASGPFStream(fitted(), sfreq=SFREQ)
    with pytest.raises(InputError, match="nothing above"):
        stream(sfreq=5)
    with pytest.raises(InputError, match="Pz"):
        stream(ch_names=CHANNELS[:2])
    with pytest.raises(ValueError, match="unit"):
        stream(unit="auto")
    unnamed = classifier(max_epochs=1).fit(
        1e-5 * np.random.default_rng(0).standard_normal((8, 3, 32)), [0, 1] * 4
    )
    with pytest.raises(InputError, match="3 channels without names"):
        stream(unnamed)
