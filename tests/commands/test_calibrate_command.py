"""``mne_asgpf calibrate``, what ``predict`` makes of it, and what ``evaluate`` prints of it."""

import json
from pathlib import Path

import mne
import pandas as pd
import pytest
from edf_files import set_field
from small_net import TONES, Recorded, classifier, make_raw, make_raws

from mne_asgpf import read_asgpf
from mne_asgpf.commands._calibration import fit_events_of_validation
from mne_asgpf.commands.main import main


def write_dataset(folder, patients):
    """Write a recording of each patient with its events.tsv."""
    folder.mkdir()
    for number in patients:
        raw = make_raw(number, list(TONES)[number % 2])
        stem = f"sub-p{number}_task-rest"
        mne.export.export_raw(folder / f"{stem}_eeg.edf", raw, verbose="error")
        label = raw.annotations.description[0]
        (folder / f"{stem}_events.tsv").write_text(
            f"onset\tduration\ttrial_type\n10\t10\t{label}\n"
        )
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model"
    net = classifier(max_epochs=10, train_split=None).fit(make_raws(8))
    net.save(path, notes={"synthetic": True})
    return path


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Recordings of ten patients who are not in the training."""
    return write_dataset(tmp_path_factory.mktemp("data") / "own", range(20, 30))


@pytest.fixture(scope="module")
def calibrated(model, own, tmp_path_factory):
    out = tmp_path_factory.mktemp("calibrated")
    assert run("calibrate", model, own, out) == 0
    return out / "model"


def run(*words):
    return main([str(word) for word in words])


def test_the_new_model_has_the_old_weights_and_knows_the_patients(model, calibrated, own, capsys):
    old, new = read_asgpf(model), read_asgpf(calibrated)
    assert old.calibration_ is None and new.calibration_.n_patients == 10
    assert new.event_rule_.n_patients == 10 and new.event_rule_.onset_error is not None
    assert new.notes_["synthetic"] is True and "10 patients" in new.notes_["calibrated on"]
    saved = [json.loads((path / "model.json").read_text()) for path in (model, calibrated)]
    assert saved[0]["weights_sha256"] == saved[1]["weights_sha256"]
    capsys.readouterr()
    assert run("info", calibrated) == 0
    told = capsys.readouterr().out
    assert "Rule for events" in told and "Calibrated on" in told
    assert run("calibrate", calibrated, own, calibrated.parent, "--overwrite") == 2
    assert "holds a model already" in capsys.readouterr().err


def test_without_a_rule_the_defaults_stay(model, own, tmp_path):
    assert run("calibrate", model, own, tmp_path / "out", "--no-event-rule") == 0
    assert read_asgpf(tmp_path / "out" / "model").event_rule_.n_seizures == 0


def test_predict_says_not_sure_and_lists_types(calibrated, own, tmp_path):
    edf = own / "sub-p20_task-rest_eeg.edf"
    words = ["predict", edf, "--model", calibrated, "--out", tmp_path]
    assert run(*words, "--min-confidence", "1", "--coverage", "0.9") == 0
    start = str(tmp_path / "sub-p20_task-rest_desc-asgpf")
    table = pd.read_csv(f"{start}_events.tsv", sep="\t")
    assert set(table["trial_type"]) == {"not sure"} and set(table["eventType"]) == {"sz"}
    assert table["possible_types"].str.len().min() >= 2
    about = json.loads(Path(f"{start}_events.json").read_text())
    assert (about["MinConfidence"], about["Coverage"]) == (1.0, 0.9)
    assert "validation patients" in about["TimeErrorFrom"]
    assert set(mne.read_annotations(f"{start}-annot.fif").description) == {"not sure"}
    report = Path(f"{start}_report.html").read_text(encoding="utf-8")
    assert "not sure, most probably" in report and "Possible types" in report
    assert run(*words, "--min-confidence", "1", "--coverage", "0.9", "--resume") == 0
    assert run(*words, "--resume") == 0  # of another threshold nothing is kept
    assert "not sure" not in set(pd.read_csv(f"{start}_events.tsv", sep="\t")["trial_type"])


def test_sets_need_a_calibrated_model(model, own, tmp_path, capsys):
    words = ["predict", own, "--model", model, "--out", tmp_path, "--coverage", "0.9"]
    assert run(*words) == 2
    assert "not calibrated" in capsys.readouterr().err


def test_evaluate_prints_both_levels_and_compares(model, calibrated, own, tmp_path, capsys):
    test = write_dataset(tmp_path / "test", range(40, 50))
    words = ["evaluate", calibrated, test, "--out", tmp_path / "scores"]
    assert run(*words, "--compare-with", model, "--baseline", own) == 0
    told = capsys.readouterr().out
    assert "NOT A TEST" not in told
    scores = pd.read_csv(tmp_path / "scores" / "scores.tsv", sep="\t")["system"].tolist()
    assert scores == ["ASGPF", "other model", "spectrum baseline", "most frequent class"]
    confidence = pd.read_csv(tmp_path / "scores" / "confidence_scores.tsv", sep="\t")
    figures = confidence.set_index(["of", "figure"])["value"]
    assert figures["types, given a seizure", "set_coverage"] > 0.5
    assert 0 <= figures["classes, with background", "calibration_error"] <= 1
    events = pd.read_csv(tmp_path / "scores" / "event_scores.tsv", sep="\t")
    assert set(events["system"]) == {
        "ASGPF", "other model", "spectrum baseline", "nothing found", "all one event",
    }  # fmt: skip
    compared = pd.read_csv(tmp_path / "scores" / "comparison.tsv", sep="\t")
    assert set(compared["other"]) == {"other model", "spectrum baseline"}
    same = compared.set_index(["other", "figure"])["difference"]
    assert same["other model", "weighted_f1 of clips"] == 0  # the same weights
    assert run("evaluate", calibrated, own, "--out", tmp_path / "own", "--clips-only") == 0
    assert "trained or calibrated on 10 of these patients" in capsys.readouterr().out


def test_evaluate_scores_recordings_of_unknown_patients(model, tmp_path):
    write_dataset(tmp_path / "own", range(40, 44))
    for path in sorted((tmp_path / "own").iterdir()):  # no header, no name of a file tells them
        if path.suffix == ".edf":
            set_field(path, 8, 80, "X X X X")
        path.rename(path.with_name(path.name.removeprefix("sub-").replace("_eeg", "")))
    assert run("evaluate", model, tmp_path / "own", "--out", tmp_path / "scores") == 0
    scores = pd.read_csv(tmp_path / "scores" / "scores.tsv", sep="\t")
    assert scores["n_patients"].tolist() == [4, 4]
    events = pd.read_csv(tmp_path / "scores" / "event_scores.tsv", sep="\t")
    false_alarms = events[events["figure"] == "false_alarms_per_day"].set_index("system")
    assert false_alarms["low"].notna().all()  # there are several patients to draw from


def test_what_is_not_compared(model, own, tmp_path, capsys):
    other = tmp_path / "other"
    classifier(clip_len=3, max_epochs=1, train_split=None).fit(make_raws(4)).save(other)
    words = ["evaluate", model, own, "--out", tmp_path / "out"]
    assert run(*words, "--compare-with", other) == 2
    assert "differs from MODEL in clip_len" in capsys.readouterr().err
    assert run(*words, "--baseline", own) == 2
    assert "its patients are among those to be scored" in capsys.readouterr().err


def test_train_fits_the_rule_on_its_validation_patients_only(capsys):
    raws = make_raws(8)
    net = classifier(train_split=Recorded(0.4), max_epochs=4).fit(raws)
    assert set(net.validation_patients_) == net.train_split.valid
    fit_events_of_validation(net, raws)
    assert 0 < net.event_rule_.n_patients <= len(net.train_split.valid) < 9
    assert net.event_rule_.onset_error is None
    without = classifier(train_split=None, max_epochs=1).fit(raws[:4])
    fit_events_of_validation(without, raws[:4])
    assert "no known patients were left out" in capsys.readouterr().out
    assert without.event_rule_.n_seizures == 0
