"""The six kinds of label files: round trips, and named errors of malformed files."""

from datetime import UTC, datetime

import hypothesis.strategies as st
import mne
import numpy as np
import pandas as pd
import pytest
from edf_files import set_field, write_edf
from hypothesis import given, settings

from mne_asgpf.corpora.annotation_files import (
    ANNOTATION_KINDS,
    read_annotation_file,
    write_annotation_file,
)
from mne_asgpf.corpora.derivations import MONTAGE_FOLDERS, montage_derivations
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import from_annotations, make_event_table
from mne_asgpf.labels import LABELS, is_seizure

DURATION = 600.0


@st.composite
def event_tables(draw, montage, confidences):
    """Draw events, overlapping and touching ones among them, at times of four decimals."""
    names = montage_derivations(montage)
    edges = st.lists(st.integers(0, 6_000_000), min_size=2, max_size=2, unique=True).map(sorted)
    rows = []
    for start, stop in draw(st.lists(edges, max_size=6, unique_by=tuple)):
        chosen = draw(st.sets(st.sampled_from(names), max_size=len(names) - 1))
        rows.append(
            {
                "onset": start / 1e4,
                "duration": (stop - start) / 1e4,
                "label": draw(st.sampled_from(sorted(set(LABELS) - {"bckg"}))),
                "confidence": draw(st.integers(0, 10_000)) / 1e4 if confidences else 1.0,
                "channels": tuple(name for name in names if name in chosen),
            }
        )
    return make_event_table(rows)


def respell(text, line_end, mark, trailing):
    """Write a text as other systems would: line ends, a mark, blanks, blank lines."""
    lines = [line + trailing for line in text.splitlines()]
    return (b"\xef\xbb\xbf" if mark else b"") + line_end.join([*lines, "", ""]).encode()


@pytest.mark.parametrize("kind", ANNOTATION_KINDS)
@pytest.mark.parametrize("montage", MONTAGE_FOLDERS)
@given(data=st.data())
@settings(max_examples=10)
def test_written_files_are_read_back(kind, montage, tmp_path, data):
    """Each kind keeps what it can store: types, channels, confidence."""
    events = data.draw(event_tables(montage, confidences="lbl" not in kind))
    path = tmp_path / f"recording.{kind}"
    write_annotation_file(path, events, duration=DURATION, montage=montage)
    line_end = data.draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n \n"]))
    spelling = data.draw(st.booleans()), data.draw(st.sampled_from(["", " ", "\t "]))
    path.write_bytes(respell(path.read_text(), line_end, *spelling))
    read = read_annotation_file(path)

    if kind.endswith("_bi"):
        events = events[events["label"].map(is_seizure).astype(bool)].assign(label="seiz")
    if kind in ("tse", "tse_bi", "csv_bi"):
        events = events.assign(channels=[()] * len(events))
    assert read.kind == kind
    np.testing.assert_allclose(read.duration, DURATION)
    np.testing.assert_allclose(
        read.events[["onset", "duration", "confidence"]],
        events[["onset", "duration", "confidence"]],
        atol=1e-6,
    )
    assert list(read.events["label"]) == list(events["label"])
    assert list(read.events["channels"]) == list(events["channels"])


def test_line_ends_byte_order_marks_blanks_and_extra_headers(tmp_path):
    """Byte-order mark, CRLF, blank lines, trailing blanks and header lines pass."""
    path = tmp_path / "a.tse"
    path.write_bytes(
        b"\xef\xbb\xbfversion = tse_v1.0.0 \r\nsite = x\r\n\r\n\r\n10.0 35.5 gnsz 1.0000  \r\n\r\n"
    )
    read = read_annotation_file(path)
    assert read.events[["onset", "duration", "label"]].values.tolist() == [[10.0, 25.5, "gnsz"]]
    assert read.duration == 35.5


def test_a_file_with_only_a_header_has_no_events(tmp_path):
    """A file that holds a header only states that there is nothing."""
    path = tmp_path / "a.csv_bi"
    path.write_text("# version = csv_v1.0.0\n# duration = 301.00 secs\n#\n")
    read = read_annotation_file(path)
    assert read.events.empty
    assert read.duration == 301


def test_per_channel_rows_are_joined(tmp_path):
    """Rows with the same times are one event; different times stay apart."""
    path = tmp_path / "a.csv"
    path.write_text(
        "# version = csv_v1.0.0\n# duration = 200.00 secs\n#\n"
        "channel,start_time,stop_time,label,confidence\n"
        "FP1-F7,36.8868,183.3055,cpsz,1.0000\n"
        "F7-T3,36.8868,183.3055,cpsz,1.0000\n"
        "C3-CZ,40.0000,183.3055,cpsz,1.0000\n"
    )
    assert list(read_annotation_file(path).events["channels"]) == [("FP1-F7", "F7-T3"), ("C3-CZ",)]


def test_lbl_uses_the_tables_of_the_file(tmp_path):
    """Symbols and channels are those of the file's own tables."""
    path = tmp_path / "a.lbl"
    path.write_text(
        "version = lbl_v1.0.0\nmontage =  3, C3-CZ: EEG C3-REF --  EEG CZ-REF\n"
        "montage =  7, CZ-C4: EEG CZ-REF --  EEG C4-REF\n"
        "number_of_levels = 1\nlevel[0] = 1\nsymbols[0] = {0: '(null)', 1: 'absz', 2: 'bckg'}\n"
        "label = {0, 0, 0.0, 10.0, 3, [0.0, 0.0, 1.0]}\n"
        "label = {0, 0, 10.0, 35.0, 3, [0.0, 1.0, 0.0]}\n"
        "label = {0, 0, 35.0, 36.0, 3, [1.0, 0.0, 0.0]}\n"
    )
    read = read_annotation_file(path)
    assert read.events[["onset", "label", "channels"]].values.tolist() == [
        [10.0, "absz", ("C3-CZ",)]
    ]
    assert read.duration == 36


def test_files_that_do_not_tile_the_recording(tmp_path):
    """Background is the time without seizures, with or without rows for it."""
    path = tmp_path / "a.csv_bi"
    seizures = write_rows(path, "TERM,36.5,40.5,seiz,1.0", duration=466)
    assert (seizures.duration, list(seizures.events["onset"])) == (466, [36.5])
    background = write_rows(path, "TERM,0.0,1.0,bckg,1.0", duration=466)
    assert (background.duration, len(background.events)) == (466, 0)


def write_rows(path, *rows, duration=200, **options):
    """Write rows below the header of v2 and read the file."""
    head = f"# version = csv_v1.0.0\n# duration = {duration:.2f} secs\n#\n{HEADER}"
    path.write_text(head + "\n".join(rows))
    return read_annotation_file(path, **options)


def test_overlapping_touching_and_repeated_rows(tmp_path):
    """Touching and overlapping events stay separate; duplicates count once."""
    path = tmp_path / "a.tse"
    path.write_text(
        "5 9 cpsz 1\n9 12 cpsz 1\n10 30 gnsz 1\n5 9 cpsz 1\n12.0 12.0 bckg 1\n30 31 bckg 1\n"
    )
    read = read_annotation_file(path)
    assert read.events[["onset", "duration", "label"]].values.tolist() == [
        [5, 4, "cpsz"],
        [9, 3, "cpsz"],
        [10, 20, "gnsz"],
    ]


def test_dates_instead_of_seconds(tmp_path):
    """Date-times are relative to the start of the recording: given, or that of the EDF."""
    path = tmp_path / "a.csv_bi"
    row = "TERM,2003-07-21T10:00:02.5000,2003-07-21 10:00:04,seiz,1.0"
    with pytest.raises(InputError, match="line 5 has start .* start of the recording is unknown"):
        write_rows(path, row)
    given = write_rows(path, row, meas_date=datetime(2003, 7, 21, 10, tzinfo=UTC))
    assert given.events[["onset", "duration"]].values.tolist() == [[2.5, 1.5]]
    edf = write_edf(tmp_path / "a.edf")
    set_field(edf, 168, 16, "21.07.0309.59.59")
    assert write_rows(path, row).events["onset"].tolist() == [3.5]
    zoned = row.replace("5000", "5000Z")
    with pytest.raises(InputError, match="time zone"):
        write_rows(path, zoned)
    assert write_rows(path, zoned, lenient=True).events["onset"].tolist() == [3.5]


def test_columns_are_found_by_name(tmp_path):
    """Another order and additional columns are accepted, as columns have names."""
    path = tmp_path / "a.csv"
    path.write_text(
        "label,channel,start_time,stop_time,dateTime,confidence\n"
        "cpsz,FP1-F7,1,2,2003-07-21 10:00:00,0.5\n"
    )
    row = read_annotation_file(path).events.iloc[0]
    assert (row.label, row.channels, row.onset, row.confidence) == ("cpsz", ("FP1-F7",), 1, 0.5)


def test_lbl_rows_for_every_channel(tmp_path):
    """Channel -1 is the whole recording."""
    path = tmp_path / "a.lbl"
    path.write_text("symbols[0] = {0: 'absz'}\nlabel = {0, 0, 1.0, 2.0, -1, [1.0]}\n")
    assert list(read_annotation_file(path).events["channels"]) == [()]


def test_annotations_hold_channels_and_confidence(tmp_path):
    """Annotations of a label file fit any Raw and convert back to the event table."""
    path = tmp_path / "a.csv"
    read = write_rows(path, "FP1-F7,1,3,cpsz,0.0", "F7-T3,1,3,cpsz,0.0", "TERM,8,9,gnsz,0.5")
    annotations = read.to_annotations()
    assert list(annotations.extras[0].items()) == [
        ("confidence", 0.0),
        ("channels", "FP1-F7,F7-T3"),
    ]
    raw = mne.io.RawArray(np.zeros((1, 2000)), mne.create_info(["Fp1"], 200), verbose="error")
    raw.set_annotations(annotations)
    pd.testing.assert_frame_equal(from_annotations(raw.annotations), read.events)


HEADER = "channel,start_time,stop_time,label,confidence\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tse", "", "empty label file"),
        ("a.tse", "version = tse_v2.0.0\n", "line 1 states version"),
        ("a.tse", "version = tse_v1.0.0\n\n0.0 1.0 bckg\n", "line 3 has 3 fields"),
        ("a.tse", "0.0 1.0 xxsz 1.0\n", "line 1 has the unknown label 'xxsz'"),
        ("a.tse_bi", "2.0 1.0 seiz 1.0\n", "line 1 has times out of order"),
        ("a.tse_bi", "1.0 1.0 seiz 1.0\n", "line 1 has no extent"),
        ("a.tse_bi", "-1.0 1.0 bckg 1.0\n", "line 1 starts at -1 s, before the recording"),
        ("a.tse", "0.0 nan seiz 1.0\n", "line 1 has stop 'nan'"),
        ("a.tse", "0.0 1e999 seiz 1.0\n", "line 1 has stop '1e999', which is not a time"),
        ("a.tse", "0.0 1_0.0 seiz 1.0\n", "line 1 has stop '1_0.0', which is not a number"),
        ("a.tse", "0.0 1.0 seiz 1.5\n", "line 1 has confidence 1.5"),
        ("a.csv", "FP1-F7,0,1,cpsz,1\n", "line 1 is not the column line"),
        ("a.csv", HEADER + "FP1,0,1,cpsz,1\n", "line 2 has channel 'FP1'"),
        ("a.csv_bi", "# duration = long\n", "line 1 has duration 'long'"),
        ("a.csv_bi", "# duration = 9 s\n" + HEADER + "TERM,5,11,seiz,1", "line 3 stops at 11 s"),
        ("a.csv_bi", "# duration = 9 s\n" + HEADER + "TERM,10,11,seiz,1", "line 3 starts at 10 s"),
        ("a.csv_bi", HEADER + "TERM,0,1,seiz\n", "line 2 has 4 fields"),
        ("a.lbl", "label = {0, 0, 0.0, 1.0, 0, [1.0]}\n", "is missing from symbols[0]"),
        ("a.lbl", "symbols[0] = {0: 'bckg'}\nlabel = {0, 0, 0, 1, 4, [1.0]}\n", "channel 4"),
        ("a.lbl", "symbols[0] = {0: 'bckg'}\nlabel = {0, 0, 0, 1, 4, [0.0]}\n", "without a label"),
        ("a.lbl", "symbols[0] = {0: 'bckg'}\nlabel = {0, 0, 0, 1, -1, [1.0, 1.0]}\n", "several"),
        ("a.lbl", "symbols[0] = {0: 'bckg' 1: 'seiz'}\n", "line 1 is a malformed symbols line"),
        ("a.lbl", "label = {0, 0}\n", "line 1 is a malformed label line"),
        ("a.lbl", "hello\n", "line 1 is neither a setting nor a label"),
        ("a.txt", "hello\n", "suffix '.txt'"),
    ],
)
def test_malformed_files_are_named_with_their_line(tmp_path, name, text, message):
    """Each way to be broken has its own words, with the number of the line."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_annotation_file(path)
    assert message in str(caught.value) and str(path) in str(caught.value)


REPAIRS = {
    "TERM,9,5,seiz,1": ([5, 4, 1], "line 5 has times out of order: 9 to 5 s: swapped"),
    "TERM,-2,5,seiz,1": ([0, 5, 1], "before the recording: cut at 0 s"),
    "TERM,5,9,seiz,1.5": ([5, 4, 1], "not in 0 to 1: clipped to 0 to 1"),
    "TERM,5,9,seiz,": ([5, 4, 1], "has confidence '', which is not a number: set to 1"),
    "TERM,190,209,seiz,1": ([190, 10, 1], "after the end at 200 s: cut"),
}


@pytest.mark.parametrize("row", REPAIRS)
def test_lenient_reading_repairs_and_logs(tmp_path, row):
    """Each repair is listed and logged with its line; without lenience it is refused."""
    path = tmp_path / "a.csv_bi"
    expected, message = REPAIRS[row]
    with mne.utils.catch_logging() as log:
        read = write_rows(path, row, lenient=True)
    assert read.events[["onset", "duration", "confidence"]].values.tolist() == [expected]
    assert len(read.repairs) == 1 and message in str(read.repairs[0])
    assert f"{path}: {read.repairs[0]}" in log.getvalue()
    with pytest.raises(InputError, match="line 5"):
        write_rows(path, row)


@pytest.mark.parametrize(
    "row",
    ["TERM,5,5,seiz,1", "TERM,201,209,seiz,1", "TERM,5,9,xxsz,1", "TERM,5,seiz", "TERM,a,b,seiz,1"],
)
def test_lenient_reading_skips_lines_that_cannot_be_parsed(tmp_path, row):
    """A line that cannot be parsed is skipped and listed, unless nothing remains."""
    path = tmp_path / "a.csv_bi"
    read = write_rows(path, row, "TERM,20,30,seiz,1", lenient=True)
    assert list(read.events["onset"]) == [20]
    assert [repair.line for repair in read.repairs] == [5]
    assert read.repairs[0].repair == "the line is skipped"
    with pytest.raises(InputError, match="line 5"):
        write_rows(path, row, lenient=True)


def test_lenient_reading_of_headers(tmp_path):
    """A missing column line, another version and Latin-1 are repaired."""
    path = tmp_path / "a.csv_bi"
    path.write_bytes(b"# version = csv_v2.0\n# site = K\xf6ln\nTERM,5,9,seiz,1\n")
    read = read_annotation_file(path, lenient=True)
    assert list(read.events["onset"]) == [5]
    assert sorted(repair.line for repair in read.repairs) == [1, 2, 3]


def test_end_of_the_recording(tmp_path):
    """Labels may exceed the end by their rounding, not by more; background may."""
    path = tmp_path / "a.tse"
    path.write_text("0 10 bckg 1\n10 20.9 cpsz 1\n20.9 40 bckg 1\n")
    read = read_annotation_file(path, recording_duration=20)
    assert list(read.events["duration"]) == pytest.approx([10.9])
    with pytest.raises(InputError, match="line 2 stops at 20.9 s, after the end at 19 s"):
        read_annotation_file(path, recording_duration=19)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"onset": 1, "duration": 2, "label": "CF"}, "unknown label 'CF'"),
        ({"onset": 8, "duration": 3, "label": "cpsz"}, "outside 0 to 10 s"),
        ({"onset": 8, "duration": 1e-5, "label": "cpsz"}, "no extent"),
        ({"onset": 8, "duration": -1, "label": "cpsz"}, "outside 0 to 10 s"),
        ({"onset": 8, "duration": 1, "label": "cpsz", "confidence": 2}, "confidence 2"),
        ({"onset": 1, "duration": 1, "label": "cpsz", "channels": ("A1-T3",)}, "A1-T3"),
    ],
)
def test_invalid_events_are_not_written(tmp_path, row, message):
    """Events that would be read back differently are refused."""
    path = tmp_path / "a.csv"
    with pytest.raises(InputError, match=message):
        write_annotation_file(path, make_event_table([row]), duration=10, montage="ar_a")
    assert not path.exists()
