"""A corpus in the signal store: prepared, resumed, found again, cut into windows."""

import json

import pytest
from click.testing import CliRunner
from edf_files import write_edf
from folders import content

from mne_asgpf.bids import convert_to_bids
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.commands.prepare import prepare
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import make_event_table
from mne_asgpf.signals import (
    corpus_store,
    find_prepared,
    prepare_corpus,
    read_raw_asgpf_h5,
    read_recording,
)
from mne_asgpf.windows import typed_windows

ICTAL = "edf/train/aaaaapks/s001_2002/02_tcp_le/aaaaapks_s001_t000"
CALM = "edf/dev/aaaaaaac/s003_2015/01_tcp_ar/aaaaaaac_s003_t001"
V1 = "edf/train/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t004"
BARE = "edf/eval/aaaaaaad/s001_2001/01_tcp_ar/aaaaaaad_s001_t000"
BROKEN = "edf/eval/aaaaaaad/s001_2001/01_tcp_ar/aaaaaaad_s001_t001"
NAMELESS = "edf/eval/notes"


@pytest.fixture
def corpus(tmp_path):
    """Recordings of both layouts: with seizures, without, unlabelled, cut off, without a name."""
    root = tmp_path / "corpus"
    for number, (name, kind, labels) in enumerate(
        [(ICTAL, "csv", ["cpsz", "absz"]), (CALM, "csv_bi", []), (V1, "tse", ["tcsz"])]
    ):
        path = write_edf(root / f"{name}.edf", sfreq=256, seconds=40 + number)
        events = make_event_table(
            {"onset": 5.0 + 20 * i, "duration": 8.5, "label": label, "channels": ("FP1-F7",)}
            if kind == "csv"
            else {"onset": 5.0 + 20 * i, "duration": 8.5, "label": label}
            for i, label in enumerate(labels)
        )
        write_annotation_file(path.with_suffix(f".{kind}"), events, duration=40.0)
    write_edf(root / f"{BARE}.edf", seconds=30)
    (root / f"{BROKEN}.edf").write_bytes((root / f"{BARE}.edf").read_bytes()[:9000])
    write_edf(root / f"{NAMELESS}.edf", seconds=2)
    return root


def test_each_recording_becomes_a_file_or_a_reason(corpus, tmp_path):
    out = tmp_path / "out"
    outcomes = prepare_corpus(corpus, out).set_index("source")
    assert len(outcomes) == 6
    failed = outcomes[outcomes["outcome"] == "failed"]
    assert {path.stem for path in failed.index} == {"aaaaaaad_s001_t001", "notes"}
    assert failed["problem"].str.contains("truncated|not have a TUSZ file name").all()
    done = outcomes[outcomes["outcome"] == "done"]
    assert {path.relative_to(out).as_posix() for path in done["path"]} == {
        f"{name}.h5" for name in (ICTAL, CALM, V1, BARE)
    }

    raw = read_raw_asgpf_h5(out / f"{ICTAL}.h5")
    assert tuple(raw.ch_names) == ELECTRODES
    assert list(raw.annotations.description) == ["cpsz", "absz"]
    assert raw.provenance["source"] == "aaaaapks_s001_t000.edf"
    assert raw.provenance["source_sfreq"] == 256
    assert json.loads(raw.provenance["source_labels"])["T7"] == "EEG T3-REF"
    assert set(json.loads(raw.provenance["versions"])) > {"mne_asgpf", "mne", "h5py"}
    scale = 2e-8  # V, more than a step
    wanted = read_recording(corpus / f"{ICTAL}.edf")
    assert abs(raw.get_data() - wanted.get_data()).max() < scale


def test_prepared_recordings_are_found_and_cut(corpus, tmp_path):
    prepare_corpus(corpus, tmp_path / "out")
    found = find_prepared(tmp_path / "out").set_index("patient")
    assert found["split"].to_dict() == {
        "aaaaapks": "train", "aaaaaaac": "dev", "00000258": "train", "aaaaaaad": "eval",
    }  # fmt: skip
    assert found["session"].to_dict() == {
        "aaaaapks": "001", "aaaaaaac": "003", "00000258": "002", "aaaaaaad": "001",
    }  # fmt: skip
    assert found.loc["aaaaapks", "seizures"] == {"cpsz": 1, "absz": 1}
    assert found.loc["aaaaaaac", "seizures"] == {}
    assert found.loc["aaaaaaad", "seizures"] is None
    assert found["duration"].to_dict() == {
        "aaaaapks": 40.0, "aaaaaaac": 41.0, "00000258": 42.0, "aaaaaaad": 30.0,
    }  # fmt: skip
    windows = typed_windows([read_raw_asgpf_h5(path) for path in found["path"]])
    metadata = windows.get_metadata()
    assert sorted(metadata["label"]) == ["absz", "cpsz", "tcsz"]
    assert set(metadata["patient"]) == {"aaaaapks", "00000258"}


def test_a_bids_dataset_yields_the_same(corpus, tmp_path):
    convert_to_bids(corpus, tmp_path / "bids")
    prepare_corpus(corpus, tmp_path / "one")
    outcomes = prepare_corpus(tmp_path / "bids", tmp_path / "other")
    assert set(outcomes["outcome"]) == {"done"}
    one = find_prepared(tmp_path / "one").sort_values("duration")
    other = find_prepared(tmp_path / "other").sort_values("duration")
    assert one["seizures"].tolist() == other["seizures"].tolist()
    assert one["split"].tolist() == other["split"].tolist()
    for a, b in zip(one["path"], other["path"], strict=True):
        assert (read_raw_asgpf_h5(a).get_data() == read_raw_asgpf_h5(b).get_data()).all()


def test_an_interrupted_run_is_resumed_to_the_same_bytes(corpus, tmp_path, monkeypatch):
    prepare_corpus(corpus, tmp_path / "undisturbed")
    out, written = tmp_path / "out", []

    def interrupted(path, *args, **options):
        if len(written) == 2:
            (out / f"{V1}.h5").parent.mkdir(parents=True, exist_ok=True)
            (out / f"{V1}.h5").write_bytes(b"half")  # which an atomic writer does not leave
            raise KeyboardInterrupt
        written.append(path)
        write_signals(path, *args, **options)

    write_signals = corpus_store.write_signals
    monkeypatch.setattr(corpus_store, "write_signals", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare_corpus(corpus, out)
    monkeypatch.undo()
    outcomes = prepare_corpus(corpus, out)["outcome"].tolist()
    assert sorted(outcomes) == ["done", "done", "failed", "failed", "kept", "kept"]
    assert content(out) == content(tmp_path / "undisturbed")


def test_changed_recordings_are_prepared_again(corpus, tmp_path):
    out = tmp_path / "out"
    prepare_corpus(corpus, out)

    def n_done(**options):
        return (prepare_corpus(corpus, out, **options)["outcome"] == "done").sum()

    assert n_done() == 0
    (corpus / f"{V1}.tse").write_text("version = tse_v1.0.0\n\n0.0 40.0 bckg 1.0\n")
    assert n_done() == 1
    assert not len(read_raw_asgpf_h5(out / f"{V1}.h5").annotations)
    assert n_done(dtype="float32") == 4
    assert read_raw_asgpf_h5(out / f"{V1}.h5").orig_format == "single"


def test_settings(corpus, tmp_path):
    prepare_corpus(
        corpus, tmp_path / "out", channels=["T3", "Cz"], sfreq=100, resampling="released"
    )
    raw = read_raw_asgpf_h5(tmp_path / "out" / f"{CALM}.h5")
    assert (raw.ch_names, raw.info["sfreq"], raw.n_times) == (["T7", "Cz"], 100.0, 4100)
    assert json.loads(raw.provenance["settings"])["resampling"] == "released"
    for wrong in ({"resampling": "linear"}, {"dtype": "int8"}):
        with pytest.raises(ValueError, match="Allowed values"):
            prepare_corpus(corpus, tmp_path / "out", **wrong)
    with pytest.raises(InputError, match="in the signal store already"):
        prepare_corpus(tmp_path / "out", tmp_path / "again")
    with pytest.raises(InputError, match="signal store"):
        find_prepared(corpus)


def test_command(corpus, tmp_path):
    arguments = [str(corpus), str(tmp_path / "out"), "--jobs", "2"]
    result = CliRunner().invoke(prepare, arguments)
    assert result.exit_code == 0
    assert result.output.count("left out\t") == 2
    assert "6 recordings: 4 done, 0 kept, 2 failed" in result.output
    result = CliRunner().invoke(prepare, [*arguments, "--strict", "--verify"])
    assert result.exit_code == 1
    assert "6 recordings: 0 done, 4 kept, 2 failed" in result.output
    few = [str(corpus), str(tmp_path / "few"), "--channels", "T3, Cz", "--sfreq", "100"]
    assert CliRunner().invoke(prepare, few).exit_code == 0
    assert find_prepared(tmp_path / "few")["missing"].tolist() == [()] * 4
