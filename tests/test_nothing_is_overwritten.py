"""Existing files are kept: other files, inputs, and results of the same name."""

import os
import shutil

import mne
import pytest
from edf_files import write_edf
from folders import content
from hypothesis import given, settings
from hypothesis import strategies as st
from small_net import classifier, make_raw, make_raws

from mne_asgpf import InputError, read_asgpf
from mne_asgpf.atomic import atomic_path, check_targets
from mne_asgpf.bids import read_events_tsv, write_szcore_view
from mne_asgpf.checkpoints.model_card import SYNTHETIC_ONLY
from mne_asgpf.commands.main import main
from mne_asgpf.event_table import make_event_table
from mne_asgpf.events import write_events
from mne_asgpf.report import recording_results
from mne_asgpf.signals import find_prepared, prepare_corpus

GIVEN = "onset\tduration\ttrial_type\n10\t6\tfnsz\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model"
    classifier(max_epochs=1).fit(make_raws()).save(path, notes={"data": "x", "synthetic": True})
    return path


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "sub-1_task-x_eeg.edf"
    mne.export.export_raw(path, make_raw(), verbose="error")
    return path


def predict(path, model, out, *words):
    return main(["predict", str(path), "--model", str(model), "--out", str(out), *map(str, words)])


def test_existing_events_next_to_the_recording_are_kept(model, recording, capsys):
    folder = recording.parent
    events = folder / "sub-1_task-x_events.tsv"
    events.write_text(GIVEN)
    for name in ("config.yaml", "sub-1_task-x_eeg_events.tsv", "sub-1_task-x_eeg-annot.fif"):
        (folder / name).write_text("mine")
    before = content(folder)
    assert predict(recording, model, folder, "--events", events) == 0
    after = content(folder)
    assert {path: after[path] for path in before} == before
    assert {path.name.partition("desc-asgpf")[1] for path in after.keys() - before} == {
        "desc-asgpf"
    }
    for lost in ("_events.tsv", "_report.html", "-annot.fif"):
        (folder / f"sub-1_task-x_desc-asgpf{lost}").unlink()
        before = content(folder)
        assert predict(recording, model, folder, "--events", events) == 2
        assert "already exists" in capsys.readouterr().err
        assert content(folder) == before  # nothing is written where one thing cannot be
    assert predict(recording, model, folder, "--events", events, "--overwrite") == 0


@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_events_that_are_read_are_not_overwritten(model, recording, tmp_path, link, capsys):
    ours = tmp_path / "sub-1_task-x_desc-asgpf_events.tsv"
    events = tmp_path / "mine.tsv" if link else ours
    events.write_text(GIVEN)
    if link:
        link(events, ours)
    assert predict(recording, model, tmp_path, "--events", events, "--overwrite") == 2
    assert "is an input" in capsys.readouterr().err
    assert events.read_text() == GIVEN


def test_recordings_of_the_same_name_have_different_targets(model, recording, tmp_path, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    for place in ("a/b_c.edf", "a_b/c.edf", "x.edf", "x.EDF"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(recording, folder / place)
    assert predict(folder, model, out) == 0
    told = capsys.readouterr().out
    assert "3 of 4 recordings classified" in told
    assert "x.edf: its results would replace those of" in told
    assert len(list(out.rglob("*_desc-asgpf_events.tsv"))) == 3
    assert predict(folder, model, out) == 2  # the results are there


def test_events_are_written_all_or_none(tmp_path):
    (tmp_path / "x_desc-asgpf-annot.fif").write_text("mine")
    with pytest.raises(InputError, match="already exists"):
        write_events(make_event_table(), tmp_path, "x", recording_duration=9)
    assert [path.name for path in tmp_path.iterdir()] == ["x_desc-asgpf-annot.fif"]


def test_targets_are_distinct_files(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path / "nowhere", tmp_path / "link")
    for name in ("folder", "pipe"):
        with pytest.raises(InputError, match="exists and is not a file"):
            check_targets([tmp_path / name], overwrite=True)
    with pytest.raises(InputError, match="exists"):
        check_targets([tmp_path / "link"])
    with pytest.raises(InputError, match="would be written there, too"):
        check_targets([tmp_path / "R\u00e9.tsv", tmp_path / "re\u0301.TSV"])
    with pytest.raises(InputError, match="too long"):
        check_targets([tmp_path / ("x" * 256)])
    with atomic_path(tmp_path / ("x" * 251 + ".tsv")) as temporary:
        temporary.write_text("as long as a name can be")
    assert (tmp_path / ("x" * 251 + ".tsv")).is_file()


def test_a_model_of_synthetic_data_is_marked_wherever_it_is_applied(
    model, recording, tmp_path, capsys
):
    assert predict(recording, model, tmp_path / "out") == 0
    assert SYNTHETIC_ONLY in capsys.readouterr().out
    stem = tmp_path / "out" / "sub-1_task-x_desc-asgpf"
    assert SYNTHETIC_ONLY in stem.with_name(f"{stem.name}_events.json").read_text()
    report = stem.with_name(f"{stem.name}_report.html").read_text(encoding="utf-8")
    assert 0 < report.find("only on synthetic data") < report.find("Recording and model")
    assert predict(recording, model, tmp_path / "quiet", "--quiet", "--no-report") == 0
    assert "by a model of synthetic data only" in capsys.readouterr().out
    mne.set_log_level("warning")
    estimator = read_asgpf(model)
    assert SYNTHETIC_ONLY in capsys.readouterr().out
    estimator.save(tmp_path / "real", notes={"data": "x", "synthetic": False})
    assert predict(recording, tmp_path / "real", tmp_path / "real_out") == 0
    assert "synthetic data only" not in capsys.readouterr().out
    for path in (tmp_path / "real_out").iterdir():
        assert b"only on synthetic data" not in path.read_bytes()
    assert len(read_events_tsv(stem.with_name(f"{stem.name}_events.tsv"))) > 0


NAMES = st.lists(
    st.sampled_from(["aaaaaaab_s001_t000.edf", "aaaaaaab_s001_t000.EDF", "aaaaaaac_s001_t000.edf",
                     "aaaaaaad_s001_t001.edf", "Aaaaaaad_s001_t001.edf"]),
    min_size=1, unique=True,
)  # fmt: skip


@settings(deadline=None, max_examples=8)
@given(names=NAMES)
def test_each_row_of_the_store_describes_its_recording(names, tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    names = [*names, "aaaaaaae_s001_t000.edf"]  # a corpus has one at least
    for name in names:
        write_edf(folder / "in" / name)
    outcomes = prepare_corpus(folder / "in", folder / "out")
    assert sorted(path.name for path in outcomes["source"]) == sorted(names)
    done = outcomes[outcomes["outcome"] == "done"]
    assert (done["source"].map(lambda path: path.stem) == done["path"].map(lambda p: p.stem)).all()
    assert outcomes.loc[outcomes["outcome"] == "failed", "problem"].notna().all()
    assert set(find_prepared(folder / "out")["path"]) == set(done["path"])


def test_other_files_in_the_store_are_kept(tmp_path):
    write_edf(tmp_path / "in" / "aaaaaaab_s001_t000.edf")
    theirs = tmp_path / "out" / "aaaaaaab_s001_t000.h5"
    theirs.parent.mkdir()
    theirs.write_text("mine")
    outcomes = prepare_corpus(tmp_path / "in", tmp_path / "out")
    assert outcomes["outcome"].tolist() == ["failed"]
    assert outcomes["problem"][0] == "already exists"
    assert theirs.read_text() == "mine"


def test_a_view_for_szcore_does_not_replace_its_source(tmp_path):
    folder = tmp_path / "bids" / "sub-1" / "eeg"
    folder.mkdir(parents=True)
    (tmp_path / "bids" / "dataset_description.json").write_text("{}")
    for task in "xy":
        (folder / f"sub-1_task-{task}_eeg.edf").touch()
        (folder / f"sub-1_task-{task}_eeg.json").write_text('{"RecordingDuration": 60}')
        (folder / f"sub-1_task-{task}_events.tsv").write_text(GIVEN)
    before = content(tmp_path)
    with pytest.raises(InputError, match="is an input"):
        write_szcore_view(tmp_path / "bids", tmp_path / "bids", overwrite=True)
    assert content(tmp_path) == before
    view = tmp_path / "view"
    (view / "sub-1" / "eeg").mkdir(parents=True)
    theirs = view / "sub-1" / "eeg" / "sub-1_task-y_events.tsv"
    theirs.write_text("mine")
    with pytest.raises(InputError, match="already exists"):
        write_szcore_view(tmp_path / "bids", view)
    assert list(content(view).values()) == [b"mine"]
    paths = write_szcore_view(tmp_path / "bids", view, overwrite=True)
    assert write_szcore_view(tmp_path / "bids", view) == paths  # equal content
    assert b"sz_foc" in theirs.read_bytes()


@pytest.mark.parametrize("odd", [b"caf\xe9", b"a\nb\x1b[31m", "\u202e".encode()])
def test_recordings_with_odd_names_are_predicted(model, recording, tmp_path, odd, capsys):
    path = tmp_path / "in" / (os.fsdecode(odd) + ".edf")
    path.parent.mkdir()
    shutil.copyfile(recording, path)
    assert predict(path, model, tmp_path / "file") == 0
    assert predict(path.parent, model, tmp_path / "folder", "--no-report") == 0
    printed = capsys.readouterr().out
    assert "\x1b[31m" not in printed and "\u202e" not in printed
    for out in ("file", "folder"):
        (table,) = (tmp_path / out).glob("*_events.tsv")
        assert table.name.startswith(os.fsdecode(odd)) and len(read_events_tsv(table)) > 0


def test_no_results_are_written_without_their_report(model, recording, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise InputError("x", "cannot be drawn", "wait")

    monkeypatch.setattr(recording_results, "add_typing", fail)
    assert predict(recording, model, tmp_path / "out") == 2
    assert not list(tmp_path.glob("out/*_desc-asgpf_events.*"))
