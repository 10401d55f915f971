"""The synthetic corpus: what its signals are like, its files, and what it tells of itself."""

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
from mne_asgpf.evaluation.typing import clip_arrays
from mne_asgpf.signals import prepare_raw, read_recording
from mne_asgpf.simulation import draw_patient, simulate_corpus, simulate_recording
from mne_asgpf.windows import typed_windows


@pytest.fixture(scope="module", params=["v1", "v2"])
def corpus(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("corpora") / request.param
    truth = simulate_corpus(root, layout=request.param, n_patients=4, seed=3, n_broken=3)
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


def test_focal_seizure_starts_where_it_says():
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


def test_seed_decides():
    first, second, other = (
        simulate_recording(("gnsz",), duration=40.0, random_state=seed)[0].get_data()
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, second)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_types_are_neither_told_by_the_spectrum_alone_nor_hidden():
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


def test_focal_labels_are_bound_to_derivations(corpus):
    layout, root, truth = corpus
    focal = truth[truth["label"].isin(["fnsz", "cpsz", "spsz"])].iloc[0]
    suffix = ".csv" if layout == "v2" else ".lbl"
    events = read_annotation_file((root / focal["path"]).with_suffix(suffix)).events
    inside = events[(events["onset"] >= focal["onset"] - 0.01) & (events["label"] != "bckg")]
    first = inside.iloc[0]
    named = {electrode(site) for name in first["channels"] for site in name.split("-")}
    assert named & set(focal["onset_region"])


def test_corpus_depends_on_the_seed_alone(tmp_path):
    for name, n_jobs in (("one", None), ("two", 2)):
        simulate_corpus(tmp_path / name, n_patients=2, seed=9, n_broken=0, n_jobs=n_jobs)
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in files}
        for name in ("one", "two")
        for files in [[p for p in (tmp_path / name).rglob("*") if p.is_file()]]
    )
    assert one == two
    with pytest.raises(InputError, match="holds something already"):
        simulate_corpus(tmp_path / "one", n_patients=2)
