"""``mne_asgpf predict``: SzCORE's contract, many recordings, going on, JSON."""

import errno
import json
import re
import shlex
import shutil
from pathlib import Path

import mne
import numpy as np
import pandas as pd
import pytest
from small_net import classifier, make_raw, make_raws

from mne_asgpf import read_asgpf
from mne_asgpf.bids.events_tsv import SZCORE_COLUMNS
from mne_asgpf.commands.main import main
from mne_asgpf.estimators.calibration import Calibration
from mne_asgpf.estimators.inputs.recordings import load_recording
from mne_asgpf.events import read_events
from mne_asgpf.events.write import event_paths

CONTAINERS = Path(__file__).parents[2] / "containers"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model"
    classifier(max_epochs=1).fit(make_raws()).save(path, notes={"synthetic": True})
    return path


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    (folder / "ward").mkdir(parents=True)
    mne.export.export_raw(folder / "a.edf", make_raw(0), verbose="error")
    mne.export.export_raw(folder / "ward" / "b.edf", make_raw(1), verbose="error")
    (folder / "broken.edf").write_text("this is not EDF")
    return folder


def predict(model, *words):
    return main(["predict", *map(str, words), "--model", str(model), "--threshold", "0"])


def test_szcore_takes_one_edf_and_writes_one_tsv(model, folder, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    assert predict(model, "--szcore", folder / "a.edf", out / "a.tsv") == 0
    assert [path.name for path in out.iterdir()] == ["a.tsv"]
    table = pd.read_csv(out / "a.tsv", sep="\t")
    assert tuple(table.columns) == SZCORE_COLUMNS
    assert table["recordingDuration"].tolist() == [20.0] * len(table)
    assert predict(model, "--szcore", folder / "a.edf", out / "a.tsv") == 2  # it is there
    assert predict(model, "--szcore", folder / "a.edf") == 2
    assert predict(model, "--szcore", folder, out / "b.tsv") == 2
    assert predict(model, "--szcore", folder / "broken.edf", out / "b.tsv") == 2
    assert [path.name for path in out.iterdir()] == ["a.tsv"]
    monkeypatch.setenv("MNE_ASGPF_MODEL", str(model))
    assert main(["predict", "--szcore", str(folder / "a.edf"), str(out / "c.tsv")]) == 0


def test_the_container_runs_a_command_that_exists(model, folder, tmp_path, monkeypatch):
    text = (CONTAINERS / "Dockerfile").read_text()
    line = re.search(r"^CMD (.*)$", text, re.M).group(1)
    assert re.search(r"^ENV MNE_ASGPF_MODEL=", text, re.M)
    places = {"/data/$INPUT": str(folder / "a.edf"), "/output/$OUTPUT": str(tmp_path / "o.tsv")}
    words = [places.get(word, word) for word in shlex.split(line)]
    assert words.pop(0) == "mne_asgpf"
    monkeypatch.setenv("MNE_ASGPF_MODEL", str(model))
    assert main(words) == 0
    assert (tmp_path / "o.tsv").is_file()


def test_many_recordings_have_one_table(model, folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert predict(model, folder, "--out", out) == 0
    assert "2 of 3 recordings classified, 0.0 h, 2 events" in capsys.readouterr().out
    table = pd.read_csv(out / "desc-asgpf_summary.tsv", sep="\t").set_index("recording")
    assert table["outcome"].to_dict() == {
        "a.edf": "done", "broken.edf": "left out", "ward/b.edf": "done",
    }  # fmt: skip
    a = table.loc["a.edf"]
    assert a["hours"] == pytest.approx(20 / 3600, abs=1e-4)
    assert a["n_events"] == a[["n_CF", "n_GN", "n_AB", "n_CT"]].sum() == 1
    assert isinstance(table.loc["broken.edf", "problem"], str)
    assert isinstance(table.loc["broken.edf", "remedy"], str)
    page = re.sub(r"base64,[^\"]*", "", (out / "desc-asgpf_summary.html").read_text("utf-8"))
    assert "1 of 3 files was left out" in page and "trained only on synthetic data" in page
    rows = [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row) for row in page.split("<tr")]
    events = {row[0]: row[3] for row in rows if len(row) == 9}
    assert events == {"Recording": "Events", "1": "1", "3": "1", "all": "2"}
    assert [row[0] for row in rows if len(row) == 3][-2:] == ["File", "2"]
    assert "CF (combined focal)" in page
    assert "broken.edf" not in page and "ward/b" not in page
    assert predict(model, folder, "--out", out, "--overwrite", "--include-names") == 0
    page = (out / "desc-asgpf_summary.html").read_text("utf-8")
    assert "broken.edf" in page and "ward/b.edf" in page


def test_it_resumes_where_it_was_interrupted(model, folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert predict(model, folder, "--out", out) == 0
    report = out / "a_desc-asgpf_report.html"
    (out / "ward" / "b_desc-asgpf_report.html").unlink()
    before = report.stat().st_mtime_ns
    capsys.readouterr()
    assert predict(model, folder, "--out", out) == 2
    assert predict(model, folder, "--out", out, "--resume") == 0
    assert "2 of 3 recordings classified (1 kept)" in capsys.readouterr().out
    assert report.stat().st_mtime_ns == before
    assert (out / "ward" / "b_desc-asgpf_report.html").is_file()
    assert predict(model, folder, "--out", out, "--resume", "--step", "2") == 0
    assert "kept" not in capsys.readouterr().out  # of another step nothing is kept
    assert report.stat().st_mtime_ns != before


def test_without_reports_none_of_earlier_results_stays(model, folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert predict(model, folder, "--out", out, "--no-report", "--json") == 0
    assert set(out.glob("a_*")) == set(event_paths(out, "a").values())
    assert "report" not in json.loads(capsys.readouterr().out)["recordings"][0]["files"]
    assert predict(model, folder, "--out", out, "--no-report", "--resume") == 0
    assert "(2 kept)" in capsys.readouterr().out
    assert predict(model, folder, "--out", out, "--resume") == 0  # now with reports
    report = out / "a_desc-asgpf_report.html"
    assert "kept" not in capsys.readouterr().out and report.is_file()
    assert predict(model, folder, "--out", out, "--resume", "--no-report") == 0
    assert "(2 kept)" in capsys.readouterr().out and report.is_file()  # it is of these results
    assert predict(model, folder, "--out", out, "--no-report") == 2
    assert report.is_file()
    assert predict(model, folder, "--out", out, "--no-report", "--overwrite", "--step", "2") == 0
    assert not report.exists()


def test_a_disk_that_fails_once_does_not_stop_the_others(
    model, folder, tmp_path, monkeypatch, capsys
):
    def read(recording, **wanted):
        if recording.path.name == "a.edf":
            raise OSError(errno.EIO, "Input/output error", str(recording.path))
        return load_recording(recording, **wanted)

    monkeypatch.setattr("mne_asgpf.commands._predictions.load_recording", read)
    assert predict(model, folder, "--out", tmp_path / "out") == 1
    out = capsys.readouterr().out
    assert "1 of 3 recordings classified" in out
    assert f"failed: {folder / 'a.edf'}: cannot be read (Input/output error)" in out
    table = pd.read_csv(tmp_path / "out" / "desc-asgpf_summary.tsv", sep="\t")
    assert table["outcome"].tolist() == ["failed", "left out", "done"]

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mne_asgpf.commands._predictions.write_recording_results", full)
    assert predict(model, folder, "--out", tmp_path / "out", "--overwrite") == 2
    assert "No space left" in capsys.readouterr().err


CHANGES = {
    "temperature": lambda model, edf, sidecar: calibrated(model, 2.0),
    "calibration": lambda model, edf, sidecar: calibrated(model, 1.0),
    "recording": lambda model, edf, sidecar: mne.export.export_raw(
        edf, make_raw(3), overwrite=True, verbose="error"
    ),
    "channels.tsv": lambda model, edf, sidecar: (edf.parent / "channels.tsv").write_text(
        "name\tstatus\nCz\tgood\n"
    ),
    "other version": lambda model, edf, sidecar: told_otherwise(sidecar, GeneratedBy=[]),
    "earlier version": lambda model, edf, sidecar: told_otherwise(sidecar, Sources=None),
    "names in the report": lambda model, edf, sidecar: told_otherwise(sidecar, IncludesNames=True),
    "damaged sidecar": lambda model, edf, sidecar: sidecar.write_text("{"),
    "another sidecar": lambda model, edf, sidecar: sidecar.write_text("[]"),
}


def calibrated(model, temperature):
    """Calibrate a saved model, whose weights stay."""
    one = read_asgpf(model)
    rows = np.full((4, len(one.classes_)), 1 / len(one.classes_))
    one.calibration_ = Calibration(temperature, rows, np.zeros(4, int), np.arange(4))
    one.save(model, overwrite=True)


def told_otherwise(sidecar, **changes):
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | changes))


def test_results_of_another_calibration_or_recording_are_not_kept(model, tmp_path, capsys):
    copy, edf = tmp_path / "model", tmp_path / "a_eeg.edf"
    shutil.copytree(model, copy)
    mne.export.export_raw(edf, make_raw(0), verbose="error")

    def outcome():
        capsys.readouterr()
        assert predict(copy, edf, "--out", tmp_path / "out", "--resume", "--json") == 0
        return json.loads(capsys.readouterr().out)["recordings"][0]["outcome"]

    assert outcome() == "done"
    for what, change in CHANGES.items():
        change(copy, edf, tmp_path / "out" / "a_desc-asgpf_events.json")
        assert (what, outcome()) == (what, "done")
    assert outcome() == "kept"


@pytest.mark.parametrize(
    "step", ["report.recording_results.save_report", "events.write.to_annotations"]
)
def test_results_partly_of_another_model_are_not_kept(model, tmp_path, monkeypatch, capsys, step):
    copy, edf = tmp_path / "model", tmp_path / "a_eeg.edf"
    shutil.copytree(model, copy)
    mne.export.export_raw(edf, make_raw(0), verbose="error")
    words = [edf, "--out", tmp_path / "out", "--resume", "--json"]
    assert predict(copy, *words) == 0
    calibrated(copy, 2.0)

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"mne_asgpf.{step}", stop)
        assert predict(copy, *words) == 130
    capsys.readouterr()
    assert predict(copy, *words) == 0
    assert json.loads(capsys.readouterr().out)["recordings"][0]["outcome"] == "done"


def test_results_of_other_events_are_not_kept(model, folder, tmp_path, capsys):
    for name, onset in (("one", 1), ("other", 9)):
        (tmp_path / f"{name}.tsv").write_text(f"onset\tduration\ttrial_type\n{onset}\t6\tfnsz\n")
    words = (folder / "a.edf", "--out", tmp_path / "out", "--events")
    assert predict(model, *words, tmp_path / "one.tsv") == 0
    assert predict(model, *words, tmp_path / "other.tsv", "--resume") == 0
    found = pd.read_csv(tmp_path / "out" / "a_desc-asgpf_events.tsv", sep="\t")
    assert found["onset"].tolist() == [9]


@pytest.mark.parametrize("option", ["--json", "--no-report", "--resume", "--strict"])
def test_options_that_szcore_does_not_take(model, folder, tmp_path, capsys, option):
    assert predict(model, "--szcore", folder / "a.edf", tmp_path / "a.tsv", option) == 2
    assert f"does not take {option}" in capsys.readouterr().err


def test_json_is_all_that_is_printed(model, folder, tmp_path, capsys):
    assert predict(model, folder, "--out", tmp_path / "out", "--json", "--strict") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["synthetic_model"] is True
    a, broken, _ = told["recordings"]
    assert broken["outcome"] == "left out" and broken["problem"]
    assert a["n_events"] == len(a["events"]) == 1
    assert Path(a["files"]["bids"]).is_file()
    assert predict(model, folder / "a.edf", "--out", tmp_path / "one", "--json") == 0
    assert json.loads(capsys.readouterr().out)["recordings"][0]["outcome"] == "done"


def test_the_sidecar_names_model_and_rule_and_the_edf_is_read(model, folder, tmp_path):
    assert predict(model, folder / "a.edf", "--out", tmp_path) == 0
    told = json.loads((tmp_path / "a_desc-asgpf_events.json").read_text())
    saved = json.loads((model / "model.json").read_text())
    assert told["Model"]["WeightsSHA256"] == saved["weights_sha256"]
    assert told["Synthetic"] is True
    assert told["EventRule"]["threshold"] == 0 and told["EventRule"]["step"] == 1
    assert "half a window" in told["TimeErrorFrom"]
    table = pd.read_csv(tmp_path / "a_desc-asgpf_events.tsv", sep="\t")
    assert table["onset_error"].tolist() == [1.0]  # half of 2 s
    of_edf = read_events(tmp_path / "a_desc-asgpf_annotations.edf")
    assert of_edf["label"].tolist() == table["trial_type"].tolist()
