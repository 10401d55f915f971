"""The full pipeline on the command line: demo, then its model on other files."""

import shutil

import mne
import pandas as pd
import pytest

from mne_asgpf import read_asgpf
from mne_asgpf.bids import find_bids_recordings, read_events_tsv
from mne_asgpf.commands.main import main

pytestmark = pytest.mark.slow

REAL = {
    "eegmat_Subject00_1.edf": 0,
    "eegmmidb_S001R01.edf": 0,
    "neonatal_8ch.edf": 2,
    "sparcnet_SZ_sample1.edf": 0,
    "vonwegner_rest.edf": 0,
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "out"
    small = ["--n-patients", "8", "--pretrain-epochs", "1", "--epochs", "2", "--jobs", "1"]
    assert main(["demo", str(folder), *small]) == 0
    return folder


def test_every_step_writes_its_result(demo):
    scores = pd.read_csv(demo / "scores.tsv", sep="\t", index_col="system")
    assert {"ASGPF, pre-trained", "Spectrum only", "Majority class"} <= set(scores.index)
    assert scores["weighted_f1"].between(0, 1).all()
    report = (demo / "report.html").read_text(encoding="utf-8")
    for part in ("Synthetic data", "truncated", "Confusion matrix", "learned graph", "Macro AUROC"):
        assert part in report
    assert list(read_asgpf(demo / "model").classes_) == ["CF", "GN", "AB", "CT", "bckg"]
    held_out = find_bids_recordings(demo / "bids").query("split == 'eval'")
    derivatives = demo / "bids" / "derivatives" / "mne_asgpf"
    for row in held_out.itertuples():
        relative = row.path.relative_to(demo / "bids").parent
        stem = row.path.stem.removesuffix("_eeg")
        events = read_events_tsv(derivatives / relative / f"{stem}_desc-asgpf_events.tsv")
        annotations = mne.read_annotations(derivatives / relative / f"{stem}_desc-asgpf-annot.fif")
        found = events[events["label"] != "bckg"]
        assert list(annotations.description) == list(found["label"])
        assert (derivatives / relative / f"{stem}_desc-asgpf_szcore.tsv").is_file()
    beside = list((demo / "corpus").rglob("*-annot.fif"))
    assert len(beside) == len(held_out)
    assert all(path.with_name(f"{path.name[:-10]}.edf").is_file() for path in beside)


def test_an_earlier_demo_is_replaced_only_on_request(demo, tmp_path, capsys):
    assert main(["demo", str(demo)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    (tmp_path / "precious.txt").write_text("mine")
    assert main(["demo", str(tmp_path), "--overwrite"]) == 2
    assert (tmp_path / "precious.txt").read_text() == "mine"


@pytest.mark.filterwarnings("ignore:1 recording is sampled below")
@pytest.mark.parametrize(("name", "status"), REAL.items())
def test_model_runs_on_real_recordings(demo, shared, tmp_path, capsys, name, status):
    file = shared / "data" / "eeg" / name
    assert (
        main(["predict", str(file), "--model", str(demo / "model"), "--out", str(tmp_path)])
        == status
    )
    written = {path.name.removeprefix(file.stem) for path in tmp_path.iterdir()}
    if status:
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert name in error
        assert not written
    else:
        ends = (
            "_events.tsv", "_events.json", "_szcore.tsv", "-annot.fif", "_annotations.edf",
            "_report.html", "_config.yaml",
        )  # fmt: skip
        assert written == {f"_desc-asgpf{end}" for end in ends}


def test_a_bad_file_in_a_folder_is_skipped(demo, tmp_path, capsys):
    recordings = find_bids_recordings(demo / "bids")
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copyfile(recordings["path"].iloc[0], folder / "good.edf")
    (folder / "bad.edf").write_text("this is not an EDF")
    (folder / "empty.edf").write_bytes(b"")
    options = ["--model", str(demo / "model"), "--out", str(tmp_path / "out")]
    assert main(["predict", str(folder), *options]) == 0
    printed = capsys.readouterr().out
    assert "1 of 3 recordings classified" in printed
    assert "bad.edf" in printed
    assert "empty.edf" in printed
    assert main(["predict", str(folder), *options, "--resume", "--strict"]) == 1


def test_given_events_are_typed(demo, tmp_path, capsys):
    recordings = find_bids_recordings(demo / "bids")
    row = next(
        row
        for row in recordings.itertuples()
        if (read_events_tsv(row.events)["label"] != "bckg").any()
    )
    options = ["--model", str(demo / "model"), "--out", str(tmp_path), "--events", str(row.events)]
    assert main(["predict", str(row.path), *options]) == 0
    typed = read_events_tsv(
        tmp_path / f"{row.path.stem.removesuffix('_eeg')}_desc-asgpf_events.tsv"
    )
    given = read_events_tsv(row.events)
    given = given[given["label"] != "bckg"]
    assert list(typed["onset"]) == pytest.approx(list(given["onset"]), abs=1e-3)
    assert set(typed["label"]) <= {"CF", "GN", "AB", "CT"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda model: shutil.rmtree(model), "not a saved model"),
        (lambda model: (model / "model.json").write_text("{}"), "does not describe a model"),
    ],
)
def test_a_missing_model_is_reported_in_one_line(demo, shared, tmp_path, capsys, change, message):
    model = tmp_path / "model"
    shutil.copytree(demo / "model", model)
    change(model)
    file = shared / "data" / "eeg" / "vonwegner_rest.edf"
    assert main(["predict", str(file), "--model", str(model), "--out", str(tmp_path / "o")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Remedy" in error
    assert error.count("\n") == 1
