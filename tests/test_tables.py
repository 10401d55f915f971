"""Tables of other tools are read unchanged, or refused by file, line and field."""

import json
import os

import pandas as pd
import pytest
from edf_files import write_edf
from hypothesis import given, settings
from hypothesis import strategies as st

from mne_asgpf import InputError, read_recording
from mne_asgpf.bids import bad_channels, read_events_tsv
from mne_asgpf.bids.dataset_files import check_destination, write_participants
from mne_asgpf.bids.events_tsv import read_recording_times
from mne_asgpf.bids.read import participant_splits
from mne_asgpf.evaluation.audit_table import read_audit_table
from mne_asgpf.jobs import JobItem, run_job
from mne_asgpf.tables import read_table, table_text
from mne_asgpf.windows import read_published_list
from mne_asgpf.windows.relabelled import read_relabelled

HEADER = "onset\tduration\ttrial_type\tconfidence\tchannels"
CLIP = "00000001_s001_t000.edf"


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["9\t1\t2\tfnsz\t1\tF7"], "line 2 has 6 fields, expected 5"),
        (["1\t2\tfnsz\t1"], "line 2 has 4 fields"),
        (["1\t2\tfnsz\t1\tF7", "1\t2\tfnsz\t1\tF7\t"], "line 3 has 6 fields"),
        (['"1\t2\tfnsz\t1\tF7', "1\t2\tfnsz\t1\tF7"], "line 2: onset is '\"1'"),
        (["inf\t2\tfnsz\t1\tF7"], "line 2: onset is 'inf'"),
        (["1e400\t2\tfnsz\t1\tF7"], "line 2: onset is '1e400', not from"),
        (["-3\t2\tfnsz\t1\tF7"], "line 2: onset is '-3', not from 0"),
        (["n/a\t2\tfnsz\t1\tF7"], "line 2: onset is 'n/a'"),
        (["1\t-2\tfnsz\t1\tF7"], "line 2: duration is '-2'"),
        (["1\tnan\tfnsz\t1\tF7"], "line 2: duration is 'nan'"),
        (["1_0\t2\tfnsz\t1\tF7"], "line 2: onset is '1_0'"),
        (["", "1\t2\tfnsz\t7\tF7"], "line 3: confidence is '7', not from 0 to 1"),
        (["1\t2\tfnsz\t-0.1\tF7"], "line 2: confidence"),
        (["1\t2\tfnsz\t1\tF7,,T3"], "line 2: channels"),
        (["1\t2\t\t1\tF7"], "line 2: trial_type"),
    ],
)
def test_malformed_events_are_refused_by_line_and_field(tmp_path, rows, problem):
    path = tmp_path / "x_events.tsv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    with pytest.raises(InputError, match=problem) as refusal:
        read_events_tsv(path)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"onset\tduration\ttrial_type\t\n1\t2\tfnsz\t\n", "line 1: a column has no name"),
        (b"onset\tonset\tduration\ttrial_type\n1\t2\t3\tfnsz\n", "more than one column onset"),
        (b"onset\tduration\ttrial_type\n1\t2\tfnsz\xff\n", "is not a table"),
        (b"onset\tduration\ttrial_type\n1\t2\tfn\0sz\n", "is not a table"),
        (b"\n\n", "is empty"),
    ],
)
def test_a_file_that_is_not_a_table_of_events_is_refused(tmp_path, content, problem):
    path = tmp_path / "x_events.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        read_events_tsv(path)


def test_a_pipe_as_a_table_is_refused_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "x_events.tsv")
    (tmp_path / "y_events.tsv").mkdir()
    for name in ("x_events.tsv", "y_events.tsv"):
        with pytest.raises(InputError, match="does not exist"):
            read_events_tsv(tmp_path / name)


def test_quotes_empty_fields_and_additional_columns_are_unchanged(tmp_path):
    path = tmp_path / "x_events.tsv"
    path.write_bytes(
        b"\xef\xbb\xbfonset\tduration\ttrial_type\tchannels\tlabel\tnote\tp\r\n"
        b'1\t2\tfnsz\t\tgnsz\t"left\t0.5\r\n'
        b"5\tn/a\tgnsz\tF7, T3\tfnsz\tinf\tn/a\r\n"
    )
    events = read_events_tsv(path)
    assert events["label"].tolist() == ["fnsz", "gnsz"]  # not from another column
    assert events["channels"].tolist() == [(), ("F7", "T3")]
    assert events["duration"].tolist() == [2, 0]
    assert events["note"].tolist() == ['"left', "inf"]
    assert events["p"].iloc[0] == 0.5 and pd.isna(events["p"].iloc[1])


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_tables_are_read_back_as_written(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "x.tsv"
    path.write_bytes(table_text(pd.DataFrame(rows, columns=["one", "two"])).encode())
    told = [[None if field == "n/a" else field for field in row] for row in rows]
    assert read_table(path, "give a table").to_numpy().tolist() == told


@settings(deadline=None, max_examples=200)
@given(
    text=st.text(st.sampled_from('\t\n\r",1.-e n/a\0é'), max_size=40),
    separator=st.sampled_from("\t,"),
)
def test_a_table_is_read_field_by_field_or_refused(text, separator, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "x.tsv"
    path.write_bytes(text.encode())
    try:
        table = read_table(path, "give a table", separator=separator)
    except InputError:
        return
    if separator == "\t" and not text.lstrip("\r\n").startswith("\t"):
        lines = [line for line in text.replace("\r", "\n").split("\n") if line]
        fields = [["" if field is None else field for field in row] for row in table.to_numpy()]
        assert [[*table.columns], *fields] == [
            [field if field != "n/a" or i == 0 else "" for field in line.split("\t")]
            for i, line in enumerate(lines)
        ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name\tstatus\nFp1\tgood\tx\n", "line 2 has 3 fields"),
        ("name\tstatus\nFp1\tgood\nFp2\tbda\n", "line 3: status is 'bda'"),
        ("label\tstatus\nFp1\tbad\n", "no column name"),
    ],
)
def test_malformed_channels_tables_are_refused(tmp_path, text, problem):
    (tmp_path / "sub-1_channels.tsv").write_text(text)
    with pytest.raises(InputError, match=problem):
        bad_channels(tmp_path / "sub-1_eeg.edf")


def test_a_quote_in_a_channels_table_does_not_hide_rows(tmp_path):
    (tmp_path / "sub-1_channels.tsv").write_text('name\tstatus\n"Fp1\tgood\nFp2\tBad\n')
    assert bad_channels(tmp_path / "sub-1_eeg.edf") == ["Fp2"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("participant_id\ttusz_split\nsub-1\ttrain\nsub-1\teval\n", "line 3: participant_id sub-1"),
        ("participant_id\ttusz_split\nn/a\ttrain\n", "line 2: participant_id n/a is missing"),
        ("participant_id\ttusz_split\nsub-1\t40\ttrain\n", "line 2 has 3 fields"),
        ("id\ttusz_split\nsub-1\ttrain\n", "no column participant_id"),
    ],
)
def test_malformed_participants_are_refused(tmp_path, text, problem):
    path = tmp_path / "participants.tsv"
    path.write_text(text)
    with pytest.raises(InputError, match=problem):
        participant_splits(path)
    with pytest.raises(InputError, match=problem):
        write_participants(
            tmp_path, pd.DataFrame([{"participant_id": "sub-2", "tusz_split": "n/a"}])
        )
    assert path.read_text() == text


@pytest.mark.parametrize(
    "sidecar", ["[]", "{", '{"RecordingDuration": "inf"}', "{}", '{"RecordingDuration": -1}']
)
def test_a_recording_has_a_length(tmp_path, sidecar):
    path = tmp_path / "x_events.tsv"
    path.write_text("onset\tduration\ttrial_type\n1\t2\tfnsz\n")
    (tmp_path / "x_eeg.json").write_text(sidecar)
    with pytest.raises(InputError, match="the length of the recording is not stated"):
        read_recording_times(path, tmp_path / "x_eeg.edf")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (f"{CLIP},0,inf,gnsz,fnsz", "line 2: stop is 'inf'"),
        (f"{CLIP},-5,9,gnsz,fnsz", "line 2: start is '-5'"),
        (f"{CLIP},0,9,gnsz,fnsz,more", "line 2 has 6 fields"),
        (f'"{CLIP},0,9,gnsz,fnsz', "line 2 cannot be read"),
    ],
)
def test_malformed_relabelled_seizures_are_refused(tmp_path, row, problem):
    path = tmp_path / "list.csv"
    path.write_text(
        f"File Name,Seizure Start (sec),Seizure End (sec),TUSZ Label,Our Label\n{row}\n"
    )
    with pytest.raises(InputError, match=problem):
        read_relabelled(path)
    with pytest.raises(InputError, match="does not exist"):
        read_relabelled(tmp_path / "missing.csv")


def test_contradictory_published_lists_raise_a_warning(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{CLIP},0,1\n{CLIP},2,1\n")
    with pytest.warns(RuntimeWarning, match="line 2.*contradicts"):
        assert read_published_list(path)["target"].tolist() == [0, 2]
    path.write_text(f"{CLIP},0,{'9' * 5000}")
    with pytest.raises(InputError, match="line 1"):
        read_published_list(path)
    with pytest.raises(InputError, match="does not exist"):
        read_published_list(tmp_path / "missing.txt")


FIELD = st.one_of(
    st.floats().map(str), st.sampled_from(["n/a", "", "fnsz", "bckg", "1", "0.5", '"', "1,2", "-1"])
)


@settings(deadline=None, max_examples=150)
@given(rows=st.lists(st.lists(FIELD, min_size=4, max_size=6), max_size=3))
@pytest.mark.filterwarnings("ignore")
def test_events_are_in_range_or_refused(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("events") / "x_events.tsv"
    path.write_text("\n".join([HEADER, *("\t".join(row) for row in rows)]))
    try:
        events = read_events_tsv(path)
    except InputError as refusal:
        assert "line" in refusal.problem
        return
    assert len(events) == len([row for row in rows if any(row)])
    assert events["onset"].between(0, 1e9).all() and events["duration"].between(0, 1e9).all()
    assert events["confidence"].between(0, 1).all()
    assert all("" not in names for names in events["channels"])


def test_audited_tables_are_split_by_their_columns(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('patient,split\n"Smith, J",train\n2,eval,x\n')
    with pytest.raises(InputError, match="line 3 has 3 fields"):
        read_audit_table(path)
    path.write_text('patient,split\n"Smith, J",train\n')
    assert read_audit_table(path)["patient"].tolist() == ["Smith, J"]


@pytest.mark.parametrize(
    "damaged",
    [
        '{"files": 5}',
        '{"files": [1]}',
        '{"files": {"a\\u0000": {}}}',
        "[" * 100000,
        "5",
        '{"files": {"../../x": 1}}',
    ],
)
def test_a_damaged_record_of_a_job_is_ignored(tmp_path, damaged):
    source, target = tmp_path / "source", tmp_path / "out" / "a.txt"
    source.write_text("x")

    def work():
        target.write_text("made")
        return [target]

    (target.parent / "manifest").mkdir(parents=True)
    (target.parent / "manifest" / "a.json").write_text(damaged)
    outcomes = run_job(
        work, {"a": JobItem(source)}, target.parent, manifest=target.parent / "manifest", desc="x"
    )
    assert outcomes["outcome"].tolist() == ["done"] and target.read_text() == "made"
    assert "a.txt" in json.loads((target.parent / "manifest" / "a.json").read_text())["files"]


@pytest.mark.parametrize(
    ("told", "bads"), [("EEG CZ-REF", ["Cz"]), ("Cz", ["Cz"]), ("cz", ["Cz"]), ("Q9", [])]
)
def test_bad_channels_are_found_in_any_spelling(tmp_path, told, bads):
    path = write_edf(tmp_path / "sub-1_eeg.edf")
    (tmp_path / "sub-1_channels.tsv").write_text(f"name\tstatus\n{told}\tbad\n")
    if bads:
        raw = read_recording(path)
    else:
        with pytest.warns(RuntimeWarning, match="unknown channels as bad: Q9"):
            raw = read_recording(path)
    assert raw.info["bads"] == bads


@pytest.mark.parametrize("content", ["[]", '{"GeneratedBy": 5}', '{"GeneratedBy": ["x"]}', "{"])
def test_an_invalid_description_is_refused(tmp_path, content):
    (tmp_path / "dataset_description.json").write_text(content)
    with pytest.raises(InputError, match="cannot be read"):
        check_destination(tmp_path / "corpus", tmp_path, {"GeneratedBy": [{}]})
