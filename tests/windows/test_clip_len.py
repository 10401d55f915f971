"""The length of a window does not reveal its class, in training or in prediction."""

import mne
import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import balanced_accuracy_score
from small_net import CHANNELS, SFREQ, classifier

from mne_asgpf.event_rule import EventRule
from mne_asgpf.event_table import make_event_table
from mne_asgpf.windows import recording_windows, typed_windows

CLIP = 12.0


def noise_raw(seed, seizures=(), seconds=120):
    """Simulate noise that is the same in seizures, which exist as annotations only."""
    rng = np.random.default_rng(seed)
    data = 2e-5 * rng.standard_normal((len(CHANNELS), int(SFREQ * seconds)))
    raw = mne.io.RawArray(data, mne.create_info(list(CHANNELS), SFREQ, "eeg"), verbose="error")
    raw.info["subject_info"] = {"his_id": f"p{seed}"}
    onset, duration, label = zip(*seizures, strict=True) if seizures else ((), (), ())
    return raw.set_annotations(mne.Annotations(onset, duration, label))


def corpus(first_seed, n=10):
    """Simulate recordings with five seizures of 1 to 5 s each: only they make short windows."""
    raws = []
    for seed in range(first_seed, first_seed + n):
        rng = np.random.default_rng(seed)
        seizures = [(14.0 + 24 * i, rng.uniform(1, 5), "fnsz") for i in range(5)]
        raws.append(noise_raw(seed, seizures))
    return raws


@pytest.fixture(scope="module")
def trained():
    options = {
        "clip_len": CLIP,
        "max_epochs": 20,
        "batch_size": 50,
        "lr": 0.05,
        "train_split": None,
    }
    return classifier(**options).fit(corpus(0))


def test_background_has_the_lengths_of_the_seizures():
    windows = typed_windows(corpus(0), background=1, random_state=0).get_metadata()
    lengths = {name: sorted(of_class) for name, of_class in windows.groupby("class")["length"]}
    assert lengths["bckg"] == lengths["CF"]
    assert len(set(lengths["bckg"])) > 2
    other = typed_windows(corpus(0), background=1, random_state=1).get_metadata()
    assert not other["length"].equals(windows["length"])
    many = typed_windows(corpus(0), background=1.5, random_state=0).get_metadata()
    counts = many.groupby("class")["length"].value_counts().unstack("class")
    assert (counts["bckg"] >= counts["CF"]).all()


def test_a_model_that_only_sees_the_length_scores_at_chance(trained):
    windows = typed_windows(corpus(100), background=1, random_state=3)
    true = np.asarray(windows.classes)[windows.get_metadata()["target"]]
    balanced = balanced_accuracy_score(true, trained.predict(windows))
    low, high = binom.interval(0.999, len(true), 0.5)
    assert low / len(true) <= balanced <= high / len(true)


def test_recordings_of_any_length_are_covered_by_full_windows(trained):
    raw = noise_raw(7, seconds=40)
    cuts = [raw.copy().crop(0, seconds, include_tmax=False) for seconds in range(1, 41)]
    metadata = recording_windows(cuts, clip_len=CLIP).get_metadata()
    n_times = np.repeat([cut.n_times for cut in cuts], metadata["recording"].value_counts()[
        [f"recording-{i}" for i in range(40)]])  # fmt: skip
    assert (metadata["length"] == np.minimum(n_times / SFREQ, CLIP)).all()
    last = metadata.groupby("recording", sort=False)["i_stop_in_trial"].last()
    assert last.tolist() == [cut.n_times for cut in cuts]

    probabilities = trained.predict_proba(cuts)
    same = np.full((len(metadata), len(CHANNELS), int(SFREQ * CLIP)), np.nan)
    for window, row in zip(same, metadata.itertuples(), strict=True):
        start, stop = row.i_start_in_trial, row.i_stop_in_trial
        window[:, : stop - start] = raw.get_data(start=start, stop=stop)
    np.testing.assert_allclose(probabilities, trained.predict_proba(same), atol=1e-6)


def test_the_length_of_noise_does_not_change_probabilities(trained):
    noise = np.random.default_rng(5).standard_normal((60, len(CHANNELS), int(SFREQ * CLIP)))
    means = {}
    for seconds in range(1, int(CLIP) + 1):
        cut = 2e-5 * noise
        cut[..., SFREQ * seconds :] = np.nan
        means[seconds] = (
            1 - trained.predict_proba(cut)[:, trained.classes_.tolist().index("bckg")].mean()
        )
    assert np.ptp(list(means.values())) < 0.25, means


@pytest.mark.parametrize("gap", [(0, 5), (20, 31), (30.5, 31), (50, 60)])
def test_time_without_data_is_not_in_windows_or_events(trained, gap):
    raw = noise_raw(8, seconds=60)
    raw._data[:, slice(*(int(SFREQ * edge) for edge in gap))] = np.nan
    metadata = recording_windows(raw, clip_len=CLIP).get_metadata()
    stops = metadata["onset"] + metadata["length"]
    assert ((stops <= gap[0]) | (metadata["onset"] >= gap[1])).all()
    events = trained.type_recording(raw).find_seizures(EventRule(0))  # every window counts
    stops = events["onset"] + events["duration"]
    assert ((stops <= gap[0]) | (events["onset"] >= gap[1])).all()
    assert events["duration"].sum() > 60 - (gap[1] - gap[0]) - 2


def test_a_missing_channel_is_not_time_without_data(trained):
    raw = noise_raw(8, seconds=60)
    raw._data[1] = np.nan
    raw._data[2, 100:200] = np.nan
    assert recording_windows(raw, clip_len=CLIP).get_metadata()["onset"].tolist() == [
        0.0, 12.0, 24.0, 36.0, 48.0,
    ]  # fmt: skip
    nothing = make_event_table([{"onset": 10, "duration": 5, "label": "fnsz"}])
    raw._data[:, 100:400] = np.nan
    assert trained.type_events(raw, nothing).empty
