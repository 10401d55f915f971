"""The BIDS dataset that a corpus becomes, and event files."""

import json
import subprocess
import sysconfig
from datetime import date, datetime
from pathlib import Path

import edfio
import mne
import mne_bids
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from folders import content
from hypothesis import given, settings
from hypothesis import strategies as st
from tusz_files import BARE, CALM, V1, V2, tusz_recording

from mne_asgpf.bids import (
    convert_to_bids,
    find_bids_recordings,
    read_events_tsv,
    write_events_tsv,
    write_szcore_tsv,
    write_szcore_view,
)
from mne_asgpf.bids.anonymize import copy_without_identity
from mne_asgpf.commands.convert import convert
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import make_event_table
from mne_asgpf.labels import CLASS_SCHEMES, LABELS

BROKEN = "edf/eval/aaaaaaad/s001_2001/01_tcp_ar/aaaaaaad_s001_t001.edf"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    tusz_recording(root / V2, ["csv", "csv_bi"], (3.0, 4.5, "cpsz"), (12.0, 6.0, "absz"))
    tusz_recording(root / CALM, ["csv", "csv_bi"])
    tusz_recording(root / V1, ["tse"], (2.5, 10.0, "tcsz"))
    tusz_recording(root / BARE, [])
    (root / BROKEN).write_bytes((root / BARE).read_bytes()[:9000])
    return root


@pytest.fixture(scope="module")
def converted(corpus, tmp_path_factory):
    root = tmp_path_factory.mktemp("bids") / "dataset"
    return root, convert_to_bids(corpus, root)


def test_every_recording_has_its_outcome(corpus, converted):
    root, recordings = converted
    outcomes = recordings.set_index(recordings["path"].map(lambda path: path.name))
    assert outcomes["outcome"].value_counts().to_dict() == {"converted": 4, "refused": 1}
    assert "truncated" in outcomes.loc["aaaaaaad_s001_t001.edf", "problem"]
    edf = root / (
        "sub-aaaaapks/ses-001/eeg/sub-aaaaapks_ses-001_task-szMonitoring_acq-le_run-01_eeg.edf"
    )
    assert outcomes.loc["aaaaapks_s001_t000.edf", "bids_path"] == edf
    assert edf.read_bytes() == (corpus / V2).read_bytes()
    log = pd.read_csv(root / "sourcedata" / "conversion.tsv", sep="\t")
    assert log.set_index("source")["outcome"].to_dict() == {
        V2: "converted", CALM: "converted", V1: "converted", BARE: "converted", BROKEN: "refused",
    }  # fmt: skip


def test_events_are_typed_and_their_absence_is_recorded(converted):
    root, _ = converted
    found = find_bids_recordings(root).set_index("patient")
    assert found["split"].to_dict() == {
        "aaaaapks": "train", "aaaaaaac": "dev", "aaaaaajy": "train", "aaaaaaad": "eval",
    }  # fmt: skip
    assert found.loc["aaaaaaad", "events"] is None
    events = read_events_tsv(found.loc["aaaaapks", "events"])
    assert events["label"].tolist() == ["cpsz", "absz"]
    assert events[["onset", "duration"]].to_numpy().tolist() == [[3.0, 4.5], [12.0, 6.0]]
    calm = read_events_tsv(found.loc["aaaaaaac", "events"])
    assert calm[["onset", "duration", "label"]].to_numpy().tolist() == [[0.0, 20.0, "bckg"]]
    assert read_events_tsv(found.loc["aaaaaajy", "events"])["label"].tolist() == ["tcsz"]
    assert found.loc["aaaaaajy", ["session", "run"]].tolist() == ["002", "05"]


def test_participants(converted):
    participants = pd.read_csv(converted[0] / "participants.tsv", sep="\t", dtype=str)
    row = participants.set_index("participant_id").loc["sub-aaaaaajy"]
    assert row.tolist() == ["89", "F", "train", "00000258"]


def test_a_second_run_keeps_and_adds(corpus, tmp_path):
    convert_to_bids(corpus / "edf" / "train", tmp_path / "dataset")
    recordings = convert_to_bids(corpus, tmp_path / "dataset", n_jobs=2)
    assert recordings["outcome"].value_counts().to_dict() == {
        "converted": 2, "kept": 2, "refused": 1,
    }  # fmt: skip
    assert len(pd.read_csv(tmp_path / "dataset" / "participants.tsv", sep="\t")) == 4


def test_a_patient_added_from_another_split_is_in_both(tmp_path):
    for split in ("train", "dev"):
        tusz_recording(tmp_path / "c" / "edf" / split / f"aaaaaaac_s001_t00{len(split)}.edf", [])
        convert_to_bids(tmp_path / "c" / "edf" / split, tmp_path / "dataset")
    for _ in range(2):
        assert set(find_bids_recordings(tmp_path / "dataset")["split"]) == {"dev,train"}
        convert_to_bids(tmp_path / "c", tmp_path / "dataset")
    log = pd.read_csv(tmp_path / "dataset" / "sourcedata" / "conversion.tsv", sep="\t")
    assert len(log) == 2


def test_the_same_recording_twice_is_refused_once(corpus, tmp_path):
    for folder in ("train", "dev"):
        tusz_recording(tmp_path / "c" / "edf" / folder / "aaaaaaac_s001_t000.edf", ["csv_bi"])
    recordings = convert_to_bids(tmp_path / "c", tmp_path / "dataset")
    assert recordings["outcome"].tolist() == ["converted", "refused"]
    assert "same patient, session and token" in recordings["problem"][1]


@pytest.mark.parametrize("anonymize", [None, "a secret"])
def test_recordings_of_another_corpus_are_not_replaced(tmp_path, anonymize):
    for folder, label in (("one", "cpsz"), ("two", "absz")):
        tusz_recording(tmp_path / folder / V2, ["csv", "csv_bi"], (3.0, 4.5, label))
    root = tmp_path / "dataset"
    convert_to_bids(tmp_path / "one", root, anonymize=anonymize)
    before = content(root)
    with pytest.raises(
        InputError, match="holds other results of these names, not from .*two: sub-"
    ):
        convert_to_bids(tmp_path / "two", root, anonymize=anonymize)
    assert content(root) == before
    (tmp_path / "one").rename(tmp_path / "moved")
    again = convert_to_bids(tmp_path / "moved", root, anonymize=anonymize)
    assert again["outcome"].tolist() == ["kept"]


def test_a_wrong_destination_is_named(corpus, tmp_path):
    with pytest.raises(InputError, match="is inside the corpus"):
        convert_to_bids(corpus, corpus / "bids")
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not a BIDS dataset"):
        convert_to_bids(corpus, tmp_path)
    with pytest.raises(InputError, match="mne_asgpf convert"):
        find_bids_recordings(tmp_path)


def test_the_command_lists_what_was_refused(corpus, tmp_path):
    arguments = [str(corpus), str(tmp_path / "dataset")]
    result = CliRunner().invoke(convert, arguments)
    assert result.exit_code == 0, result.output
    assert "aaaaaaad_s001_t001.edf" in result.output
    assert "5 recordings: 4 converted, 0 kept, 1 refused" in result.output
    assert CliRunner().invoke(convert, [*arguments, "--strict"]).exit_code == 1


def test_mne_bids_reads_types_back(converted):
    root, _ = converted
    path = mne_bids.get_bids_path_from_fname(
        find_bids_recordings(root).query("patient == 'aaaaapks'")["path"].iloc[0]
    )
    raw = mne_bids.read_raw_bids(path, verbose="error")
    assert list(raw.annotations.description) == ["cpsz", "absz"]
    assert raw.annotations.extras[0]["eventType"] == "sz_foc_ia"
    assert raw.get_channel_types(picks=["EEG FP1-REF", "EEG EKG1-REF", "BURSTS"]) == [
        "eeg", "ecg", "misc",
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # warnings of braindecode and mne-bids
def test_braindecode_reads_types_back(converted):
    from braindecode.datasets import BIDSDataset

    dataset = BIDSDataset(root=converted[0])
    labels = {
        one.description["subject"]: list(one.raw.annotations.description)
        for one in dataset.datasets
    }
    assert labels == {
        "aaaaaaac": ["bckg"], "aaaaaaad": [], "aaaaaajy": ["tcsz"], "aaaaapks": ["cpsz", "absz"],
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("anonymize", [None, "a secret"])
def test_the_validator_does_not_find_errors(corpus, tmp_path, anonymize):
    convert_to_bids(corpus, tmp_path / "dataset", anonymize=anonymize)
    validator = Path(sysconfig.get_path("scripts")) / "bids-validator-deno"
    command = [str(validator), str(tmp_path / "dataset"), "--format", "json", "-r"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []


LABEL = st.sampled_from([*LABELS, *CLASS_SCHEMES[4]])
EVENTS = st.lists(
    st.builds(
        lambda onset, duration, label, confidence, channels: {
            "onset": onset / 1e4,
            "duration": duration / 1e4,
            "label": label,
            "confidence": confidence / 1e4,
            "channels": tuple(channels),
        },
        st.integers(0, 10**8),
        st.integers(0, 10**7),
        LABEL,
        st.integers(0, 10**4),
        st.lists(st.sampled_from(["Fp1", "T7", "T3-C3"]), max_size=2, unique=True),
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=40)
@given(rows=EVENTS)
def test_events_come_back_as_written(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("events") / "x_events.tsv"
    events = make_event_table(rows)
    write_events_tsv(path, events, recording_duration=1e4)
    pd.testing.assert_frame_equal(read_events_tsv(path), events, atol=1e-4)


def test_szcore_files_have_its_columns(tmp_path):
    events = make_event_table([{"onset": 1.0, "duration": 2.0, "label": "GN", "p_GN": 0.75}])
    path = tmp_path / "rec.tsv"
    start = datetime(2015, 8, 24, 13, 5)
    write_szcore_tsv(path, events, recording_duration=60, start=start)
    assert path.read_text().splitlines() == [
        "onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration",
        "1.0000\t2.0000\tsz_gen\t1.0000\tn/a\t2015-08-24 13:05:00\t60.0000",
    ]
    assert read_events_tsv(path)["label"].tolist() == ["gnsz"]
    write_szcore_tsv(path, make_event_table(), recording_duration=60)
    assert "0.0000\t60.0000\tbckg" in path.read_text()
    write_events_tsv(path, events, recording_duration=60)
    assert read_events_tsv(path)["p_GN"].tolist() == [0.75]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a table"),
        ("onset\tlabel\n1\tx\n", "no column duration, trial_type"),
        ("onset\tduration\ttrial_type\n1\tlong\tfnsz\n", "line 2: duration is 'long'"),
        ("onset\tduration\ttrial_type\n1\t2\tfnsz\n1\t2\tn/a\n", "line 3: trial_type"),
    ],
)
def test_bad_event_files_are_named(tmp_path, text, problem):
    path = tmp_path / "bad_events.tsv"
    path.write_text(text)
    with pytest.raises(InputError, match=problem):
        read_events_tsv(path)
    with pytest.raises(InputError, match="missing_events.tsv"):
        read_events_tsv(tmp_path / "missing_events.tsv")


def test_unknown_labels_are_not_written(tmp_path):
    events = make_event_table([{"onset": 1.0, "duration": 2.0, "label": "fit"}])
    with pytest.raises(InputError, match="'fit'"):
        write_events_tsv(tmp_path / "x_events.tsv", events, recording_duration=60)
    assert not list(tmp_path.iterdir())


def test_the_channels_of_a_seizure_and_its_origin_are_kept(corpus, converted):
    root, _ = converted
    folder = root / "derivatives" / "mne_asgpf" / "sub-aaaaapks" / "ses-001" / "eeg"
    stem = "sub-aaaaapks_ses-001_task-szMonitoring_acq-le_run-01_desc-channels_events"
    events = read_events_tsv(folder / f"{stem}.tsv")
    assert set(events["channels"]) == {("FP1-F7", "F7-T3")}
    assert set(events["label"]) == {"cpsz", "absz"}
    origin = json.loads((folder / f"{stem}.json").read_text())
    assert set(origin["SourcesSHA256"]) == {
        f"aaaaapks_s001_t000{suffix}" for suffix in (".edf", ".csv", ".csv_bi")
    }


def test_anonymized(corpus, tmp_path):
    root = tmp_path / "dataset"
    recordings = convert_to_bids(corpus, root, anonymize="a secret")
    again = convert_to_bids(corpus, root, anonymize="a secret")
    assert set(again["outcome"]) == {"kept", "refused"}
    ids = ["aaaaapks", "aaaaaaac", "aaaaajy", "aaaaaaad", "00000258", "s001_t000", "1960", "2002"]
    for path in [root, *root.rglob("*")]:
        told = [name for name in ids if name in path.relative_to(tmp_path).as_posix()]
        if path.is_file() and path.suffix != ".edf":
            told += [name for name in ids if name in path.read_text()]
        if path.suffix == ".edf":
            told += [name for name in ids if name.encode() in path.read_bytes()]
        assert told == [], path
    done = recordings.dropna(subset="bids_path")
    other = convert_to_bids(corpus, tmp_path / "other", anonymize="another secret")
    assert done["bids_path"].iloc[0].name != other["bids_path"].dropna().iloc[0].name
    for row in done.itertuples():
        kept = mne.io.read_raw_edf(row.bids_path, verbose="error")
        source = mne.io.read_raw_edf(row.path, verbose="error")
        assert (kept.get_data() == source.get_data()).all()
    found = find_bids_recordings(root)
    assert len(found) == len(done)
    assert found["split"].tolist() != [None] * len(done)
    participants = pd.read_csv(root / "participants.tsv", sep="\t")
    assert set(participants["participant_id"]) == {p.name for p in root.glob("sub-*")}
    for secret in (None, "another secret"):
        with pytest.raises(InputError, match="the same passphrase"):
            convert_to_bids(corpus, root, anonymize=secret)
    with pytest.raises(InputError, match="empty passphrase"):
        convert_to_bids(corpus, tmp_path / "new", anonymize="")


def test_annotations_of_an_anonymized_copy_do_not_identify_anyone(tmp_path):
    path = tmp_path / "named.edf"
    signal = edfio.EdfSignal(np.zeros(400), 200, label="EEG FP1-REF", physical_range=(-1, 1))
    notes = [edfio.EdfAnnotation(0.5, None, "Mrs Smith moves"), edfio.EdfAnnotation(1.5, 0.2, "x")]
    who = edfio.Patient(name="Smith", birthdate=date(1960, 1, 2))
    when = edfio.Recording(startdate=date(2002, 3, 4), equipment_code="St_Mary")
    edfio.Edf([signal], annotations=notes, patient=who, recording=when).write(path)
    copy_without_identity(path, tmp_path / "copy.edf")
    assert b"Smith" not in (tmp_path / "copy.edf").read_bytes()
    copy = edfio.read_edf(tmp_path / "copy.edf")
    assert len(copy.annotations) == 0
    assert copy.local_patient_identification == "X X X X"
    assert copy.local_recording_identification == "Startdate X X X X"
    assert copy.duration == 2


def test_szcore_view(converted, tmp_path):
    root, _ = converted
    paths = write_szcore_view(root, tmp_path / "view")
    assert sorted(tmp_path.rglob("*.tsv")) == sorted(paths)
    assert len(paths) == 3
    table = pd.read_csv(next(path for path in paths if "aaaaapks" in path.name), sep="\t")
    assert table["eventType"].tolist() == ["sz_foc_ia", "sz_gen_nm"]
    assert table["recordingDuration"].tolist() == [20.0, 20.0]


def test_modified_files_are_converted_again(corpus, tmp_path):
    root = tmp_path / "dataset"
    path = convert_to_bids(corpus / "edf" / "train", root)["bids_path"].iloc[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    assert set(convert_to_bids(corpus / "edf" / "train", root)["outcome"]) == {"kept"}
    again = convert_to_bids(corpus / "edf" / "train", root, verify=True)
    assert sorted(again["outcome"]) == ["converted", "kept"]
    assert path.read_bytes() == whole


def test_labels_that_appear_later_are_converted(tmp_path):
    source = tusz_recording(tmp_path / "c" / V2, [])
    row = convert_to_bids(tmp_path / "c", tmp_path / "dataset").iloc[0]
    assert find_bids_recordings(tmp_path / "dataset")["events"].tolist() == [None]
    write_annotation_file(source.with_suffix(".csv_bi"), make_event_table(), duration=20.0)
    row = convert_to_bids(tmp_path / "c", tmp_path / "dataset").iloc[0]
    assert row["outcome"] == "converted"
    assert find_bids_recordings(tmp_path / "dataset")["events"].notna().all()


def test_removed_labels_remove_the_events(tmp_path):
    source = tusz_recording(tmp_path / "c" / V2, ["csv_bi"], (3.0, 4.5, "cpsz"))
    convert_to_bids(tmp_path / "c", tmp_path / "dataset")
    source.with_suffix(".csv_bi").unlink()
    convert_to_bids(tmp_path / "c", tmp_path / "dataset")
    convert_to_bids(tmp_path / "c", tmp_path / "fresh")
    assert {p.relative_to(tmp_path / "dataset") for p in (tmp_path / "dataset").rglob("*.*")} == {
        p.relative_to(tmp_path / "fresh") for p in (tmp_path / "fresh").rglob("*.*")
    }


def test_a_recording_that_is_refused_later_leaves_the_dataset(tmp_path):
    sources = [
        tusz_recording(tmp_path / "c" / one, ["csv_bi"], (3.0, 4.5, "cpsz")) for one in (V2, V1)
    ]
    root = tmp_path / "dataset"
    paths = convert_to_bids(tmp_path / "c", root).set_index("path")["bids_path"]
    labels = sources[0].with_suffix(".csv_bi")
    good = labels.read_text()
    labels.write_text(f"{good}TERM,not a number\n")
    for _ in range(2):
        again = convert_to_bids(tmp_path / "c", root).set_index("path")
        assert again["outcome"].to_dict() == {sources[0]: "refused", sources[1]: "kept"}
        assert again.loc[sources[0], "bids_path"] is None
        assert find_bids_recordings(root)["path"].tolist() == [paths[sources[1]]]
        stem = paths[sources[0]].stem.removesuffix("_eeg")
        assert not list(root.rglob(f"{stem}*"))
    labels.write_text(good)
    assert set(convert_to_bids(tmp_path / "c", root)["outcome"]) == {"converted", "kept"}


def test_a_refused_namesake_removes_nothing(tmp_path):
    root = tmp_path / "dataset"
    source = tusz_recording(tmp_path / "c" / "edf/dev/aaaaaaac_s001_t000.edf", ["csv_bi"])
    assert convert_to_bids(tmp_path / "c", root)["outcome"].tolist() == ["converted"]
    other = tmp_path / "c" / "edf/train" / source.name
    other.parent.mkdir()
    other.write_bytes(source.read_bytes()[:9000])
    assert convert_to_bids(tmp_path / "c", root)["outcome"].tolist() == ["kept", "refused"]
    assert len(find_bids_recordings(root)) == 1
