"""The synthetic corpus: its signals, files and metadata."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.signal import welch
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from mne_asgpf.channels import ELECTRODES, electrode
from mne_asgpf.corpora import find_recordings, read_annotation_file, recording_events
from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.errors import InputError
from mne_asgpf.evaluation import spectrum_baseline
from mne_asgpf.evaluation.typing_scores import clip_arrays
from mne_asgpf.signals import prepare_raw, read_recording
from mne_asgpf.simulation import draw_patient, simulate_corpus, simulate_recording
from mne_asgpf.simulation.leadfield import SENSORS, leadfield
from mne_asgpf.simulation.vigilance import STATES, draw_states, simulate_sleep
from mne_asgpf.windows import typed_windows


@pytest.fixture(scope="module", params=["v1", "v2"])
def corpus(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("corpora") / request.param
    truth = simulate_corpus(root, layout=request.param, n_patients=4, random_state=3, n_broken=3)
    return request.param, root, truth


def spectrum(raw, picks, start, stop):
    data = 1e6 * raw.get_data(picks, tmin=start, tmax=stop)
    frequencies, power = welch(data, raw.info["sfreq"], nperseg=int(2 * raw.info["sfreq"]))
    return frequencies, power.mean(0)


def test_background_looks_like_eeg():
    raw, events = simulate_recording((), duration=120.0, random_state=1)
    assert len(events) == 0
    eeg = [name for name in ELECTRODES if name in raw.ch_names]
    assert 5 < 1e6 * np.median(raw.get_data(eeg).std(1)) < 60  # uV
    frequencies, power = spectrum(raw, eeg, 0, 119)
    inside = (frequencies >= 2) & (frequencies <= 40)
    slope = np.polyfit(np.log(frequencies[inside]), np.log(power[inside]), 1)[0]
    assert -3 < slope < -0.7
    alpha = (frequencies >= 8) & (frequencies <= 12)
    posterior, frontal = (
        spectrum(raw, picks, 0, 119)[1][alpha].sum() for picks in (["O1", "O2"], ["F3", "F4"])
    )
    assert posterior > frontal
    # Volume conduction: neighbours resemble each other more than far sites do.
    near = np.corrcoef(raw.get_data(["C3", "P3"]))[0, 1]
    far = np.corrcoef(raw.get_data(["F8", "P7"]))[0, 1]
    assert near > far


def test_absence_is_three_per_second_and_generalised():
    slowest = []
    for seed in range(4):
        patient = draw_patient("absz", seed)
        raw, events = simulate_recording(
            ("absz",), duration=60.0, patient=patient, random_state=seed
        )
        event = events.iloc[0]
        frequencies, power = spectrum(
            raw, "eeg", event["onset"], event["onset"] + event["duration"]
        )
        low = (frequencies >= 1.5) & (frequencies <= 6)
        slowest.append(frequencies[low][power[low].argmax()])
        assert len(event["recruitment"]) >= 15
    assert 2.0 <= np.median(slowest) <= 4.5


def test_focal_seizure_starts_at_its_onset_region():
    shares = []
    for seed in range(6):
        raw, events = simulate_recording(("fnsz",), duration=90.0, random_state=seed)
        event = events.iloc[0]
        assert 0 < len(event["onset_region"]) < 8
        delays = event["recruitment"]
        assert min(delays.values()) == min(delays[site] for site in event["onset_region"])
        late = event["onset"] + 0.3 * event["duration"]
        during = raw.get_data(ELECTRODES, tmin=event["onset"], tmax=late).var(1)
        before = raw.get_data(ELECTRODES, tmin=0, tmax=event["onset"]).var(1)
        gain = dict(zip(ELECTRODES, np.log(during / before), strict=True))
        inside = np.mean([gain[site] for site in event["onset_region"]])
        outside = np.mean([gain[site] for site in gain if site not in event["onset_region"]])
        shares.append(inside - outside)
    assert np.mean(shares) > 0


def test_the_seed_determines_the_recording():
    first, second, other = (
        simulate_recording(("gnsz",), duration=40.0, random_state=seed)[0].get_data()
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, second)
    assert first.shape != other.shape or not np.array_equal(first, other)


def minutes_of_alpha(raw):
    """Return the logarithm of the posterior alpha power of each minute."""
    frequencies, _ = spectrum(raw, ["O1", "O2"], 0, 59)
    alpha = (frequencies >= 8) & (frequencies <= 12)
    starts = range(0, int(raw.duration) - 59, 60)
    return [np.log(spectrum(raw, ["O1", "O2"], t, t + 59)[1][alpha].sum()) for t in starts]


def test_varied_background_changes_over_minutes():
    variances = {
        background: [
            np.var(minutes_of_alpha(raw))
            for seed in range(3)
            for raw, _ in [
                simulate_recording((), duration=480.0, background=background, random_state=seed)
            ]
        ]
        for background in ("stationary", "varied")
    }
    assert np.median(variances["varied"]) > 3 * np.median(variances["stationary"])


def test_varied_background_stays_plausible():
    for seed in range(4):
        raw, _ = simulate_recording((), duration=300.0, background="varied", random_state=seed)
        signals = 1e6 * raw.get_data("eeg")
        assert np.isfinite(signals).all()
        assert 5 < np.median(signals.std(1)) < 60  # uV
        assert np.abs(signals).max() < 2000


def test_states_add_up_to_one_and_last():
    states = draw_states(36000, 10.0, np.random.default_rng(0))
    assert states.shape == (3, 36000)
    assert states.min() >= 0
    np.testing.assert_allclose(states.sum(0), 1, atol=1e-5)
    assert np.abs(np.diff(states)).max() < 0.02  # smooth: a tenth of a second changes little
    changes = np.count_nonzero(np.diff(states.argmax(0)))
    assert 10 < changes < 60  # in an hour
    assert (states.max(0) > 0.99).mean() > 0.5


@pytest.mark.parametrize("name, low, high", [("drowsy", 4, 7), ("asleep", 12, 14.5)])
def test_states_have_their_rhythms(name, low, high):
    sfreq, n_times = 200.0, 24000
    power = {}
    for state in STATES:
        states = np.zeros((3, n_times), np.float32)
        states[STATES.index(state)] = 1
        activity = simulate_sleep(states, sfreq, np.random.default_rng(0))
        signal = (leadfield() @ activity)[SENSORS.index("Cz")]
        frequencies, density = welch(signal, sfreq, nperseg=400)
        power[state] = density[(frequencies >= low) & (frequencies <= high)].sum()
    assert power["awake"] == 0
    assert max(power, key=power.get) == name


@pytest.mark.parametrize("make_seed", [int, np.random.SeedSequence, np.random.default_rng])
def test_both_backgrounds_have_the_same_seizures(make_seed):
    def simulate(**options):
        shared = {"duration": 90.0, "random_state": make_seed(4)}
        return simulate_recording(("fnsz", "tcsz"), **shared, **options)

    (plain, events), (stationary, _), (varied, same), (again, _) = (
        simulate(),
        simulate(background="stationary"),
        simulate(background="varied"),
        simulate(background="varied"),
    )
    pd.testing.assert_frame_equal(events, same)
    np.testing.assert_array_equal(plain.get_data(), stationary.get_data())
    np.testing.assert_array_equal(varied.get_data(), again.get_data())
    np.testing.assert_array_equal(plain.get_data("ecg"), varied.get_data("ecg"))
    assert not np.allclose(plain.get_data("eeg"), varied.get_data("eeg"))


def test_varied_background_does_not_change_the_given_seed():
    seed, rng = np.random.SeedSequence(1), np.random.default_rng(1)
    options = {"duration": 10.0, "background": "varied"}
    first, second = (simulate_recording((), random_state=seed, **options)[0] for _ in range(2))
    np.testing.assert_array_equal(first.get_data(), second.get_data())
    simulate_recording((), random_state=rng, **options)
    other = np.random.default_rng(1)
    simulate_recording((), random_state=other, duration=10.0)
    assert rng.random() == other.random()


def test_unknown_background_is_refused():
    with pytest.raises(ValueError, match="background"):
        simulate_recording((), duration=10.0, background="lively")


def test_types_are_partly_separable_by_the_spectrum():
    raws = []
    for i in range(24):
        patient = draw_patient(("fnsz", "gnsz", "absz", "tcsz")[i % 4], i)
        seizures = [patient.seizure_types[0]] * 2
        raw, _ = simulate_recording(seizures, duration=90.0, patient=patient, random_state=i)
        raws.append(prepare_raw(raw))
        raws[-1].info["subject_info"] = {"his_id": f"patient{i}"}
    windows = typed_windows(raws)
    clips, classes = clip_arrays(windows)[:2]
    patients = windows.get_metadata()["patient"]
    predicted = cross_val_predict(
        spectrum_baseline(random_state=0), clips, classes, groups=patients, cv=GroupKFold(4)
    )
    assert len(set(patients)) == 24
    assert f1_score(classes, ["CF"] * len(classes), average="weighted") < 0.3
    assert 0.3 < f1_score(classes, predicted, average="weighted") < 0.95


def test_corpus_is_found_and_its_labels_are_the_truth(corpus):
    layout, root, truth = corpus
    index = find_recordings(root)
    assert set(index["layout"].dropna()) == {layout}
    whole = index[index["status"] != "refused"]
    broken = pd.read_csv(root / "broken.csv")
    assert set(broken["damage"]) == {"truncated", "no EDF", "bipolar"}
    assert len(whole) == 8
    assert len(index) == 11
    assert whole["split"].isin(["train", "dev", "eval"]).all()
    assert ("eval" in set(whole["split"])) == (layout == "v2")
    for row in whole.itertuples():
        told = recording_events(row.path)
        true = truth[truth["path"] == row.path.relative_to(root).as_posix()]
        assert list(told["label"]) == list(true["label"])
        np.testing.assert_allclose(told["onset"], true["onset"], atol=1e-3)
        assert set(true["split"]) <= {row.split}
    assert "SYNTHETIC" in (root / "README.txt").read_text()


def test_channels_are_those_of_the_real_corpus(corpus):
    _, root, _ = corpus
    path = next(row.path for row in find_recordings(root).itertuples() if row.status != "refused")
    header = read_edf_header(path)
    rates = dict(zip(header.labels, header.sfreqs, strict=True))
    assert {rates[name] for name in ("IBI", "BURSTS", "SUPPR")} == {1}
    assert any(label.startswith("EEG T3-") for label in rates)
    assert len({electrode(label) for label in rates} & set(ELECTRODES)) >= 17
    raw = read_recording(path, events=recording_events(path))
    assert raw.info["sfreq"] == 200
    assert 5 < 1e6 * np.nanmedian(np.nanstd(raw.get_data(), 1)) < 100


def test_focal_labels_have_derivations(corpus):
    layout, root, truth = corpus
    focal = truth[truth["label"].isin(["fnsz", "cpsz", "spsz"])].iloc[0]
    suffix = ".csv" if layout == "v2" else ".lbl"
    events = read_annotation_file((root / focal["path"]).with_suffix(suffix)).events
    inside = events[(events["onset"] >= focal["onset"] - 0.01) & (events["label"] != "bckg")]
    first = inside.iloc[0]
    named = {electrode(site) for name in first["channels"] for site in name.split("-")}
    assert named & set(focal["onset_region"])


def test_corpus_with_varied_background_has_the_same_seizures(tmp_path):
    options = {"n_patients": 2, "random_state": 9, "n_broken": 0}
    plain = simulate_corpus(tmp_path / "stationary", **options)
    varied = simulate_corpus(tmp_path / "varied", background="varied", **options)
    pd.testing.assert_frame_equal(plain, varied)
    assert "varied background" in (tmp_path / "varied" / "README.txt").read_text()
    first = plain["path"][0]
    signals = [(tmp_path / name / first).read_bytes() for name in ("stationary", "varied")]
    assert signals[0] != signals[1]


def test_unlabelled_recordings_are_of_other_patients(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    from synthetic_recordings import simulate_patients, simulate_unlabelled

    options = {"duration": 20.0, "n_jobs": 1}
    labelled, _ = simulate_patients(2, 0, 0, background="varied", n_seizures=1, **options)
    raws = simulate_unlabelled(2, 0, **options)
    stored = simulate_unlabelled(2, 0, folder=tmp_path / "store", **options)
    names = {raw.info["subject_info"]["his_id"] for raw in labelled + raws}
    assert len(names) == 4
    for raw, file, other in zip(raws, stored, labelled, strict=True):
        assert raw.get_data().dtype == np.float32
        assert len(raw.annotations) == 0
        np.testing.assert_array_equal(raw.get_data(), file.get_data())
        assert raw.ch_names == other.ch_names
        assert not np.allclose(raw.get_data(), other.get_data(), equal_nan=True)


def test_corpus_depends_only_on_the_seed(tmp_path):
    for name, n_jobs in (("one", None), ("two", 2)):
        simulate_corpus(tmp_path / name, n_patients=2, random_state=9, n_broken=0, n_jobs=n_jobs)
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in files}
        for name in ("one", "two")
        for files in [[p for p in (tmp_path / name).rglob("*") if p.is_file()]]
    )
    assert one == two
    with pytest.raises(InputError, match="is not empty"):
        simulate_corpus(tmp_path / "one", n_patients=2)
