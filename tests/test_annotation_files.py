"""The six kinds of label files: what is written is read, what is broken is named."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from mne_asgpf.corpora.annotation_files import (
    ANNOTATION_KINDS,
    read_annotation_file,
    write_annotation_file,
)
from mne_asgpf.corpora.derivations import MONTAGE_FOLDERS, montage_derivations
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import make_event_table
from mne_asgpf.labels import LABELS, is_seizure

FEW = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DURATION = 600.0


@st.composite
def event_tables(draw, montage, confidences):
    """Draw events that do not overlap, at times of four decimals."""
    edges = draw(st.lists(st.integers(0, 6_000_000), max_size=10, unique=True).map(sorted))
    rows = []
    for start, stop in zip(edges[::2], edges[1::2], strict=False):
        names = montage_derivations(montage)
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


@pytest.mark.parametrize("kind", ANNOTATION_KINDS)
@pytest.mark.parametrize("montage", MONTAGE_FOLDERS)
@given(data=st.data())
@settings(FEW, max_examples=10)
def test_what_is_written_is_read(kind, montage, tmp_path, data):
    """Each kind gives back what it can hold: types, channels, confidence."""
    events = data.draw(event_tables(montage, confidences="lbl" not in kind))
    path = tmp_path / f"recording.{kind}"
    write_annotation_file(path, events, duration=DURATION, montage=montage)
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


@pytest.mark.parametrize("kind", ANNOTATION_KINDS)
@given(data=st.data())
@FEW
def test_bytes_at_random_raise_nothing_but_input_error(kind, tmp_path, data):
    """Garbage, and a good file with garbage inserted, are read or refused by name."""
    path = tmp_path / f"recording.{kind}"
    write_annotation_file(
        path,
        make_event_table([{"onset": 1, "duration": 2, "label": "cpsz"}]),
        duration=5,
    )
    good = path.read_bytes()
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(good))] * 2)))
    pieces = st.sampled_from(
        [b"label = {", b"symbols[0] = {", b"nan", b"1e999", b"montage =", b","]
    )
    garbage = data.draw(st.one_of(st.binary(), pieces))
    path.write_bytes(data.draw(st.sampled_from([garbage, good[:first] + garbage + good[second:]])))
    try:
        read_annotation_file(path)
    except InputError as error:
        assert str(path) in str(error) and "Remedy" in str(error)


def test_windows_ends_marks_blanks_and_extra_headers(tmp_path):
    """Byte-order mark, CRLF, blank lines, trailing blanks and header lines pass."""
    path = tmp_path / "a.tse"
    path.write_bytes(
        b"\xef\xbb\xbfversion = tse_v1.0.0 \r\nsite = x\r\n\r\n\r\n10.0 35.5 gnsz 1.0000  \r\n\r\n"
    )
    read = read_annotation_file(path)
    assert read.events[["onset", "duration", "label"]].values.tolist() == [[10.0, 25.5, "gnsz"]]
    assert read.duration == 35.5


def test_only_a_header_is_no_event(tmp_path):
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


def test_lbl_obeys_the_files_own_tables(tmp_path):
    """Symbols and channels mean what this file says, not what others say."""
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


HEADER = "channel,start_time,stop_time,label,confidence\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tse", "", "empty label file"),
        ("a.tse", "version = tse_v2.0.0\n", "line 1 states version"),
        ("a.tse", "version = tse_v1.0.0\n\n0.0 1.0 bckg\n", "line 3 has 3 fields"),
        ("a.tse", "0.0 1.0 xxsz 1.0\n", "line 1 has the unknown label 'xxsz'"),
        ("a.tse_bi", "2.0 1.0 seiz 1.0\n", "line 1 has times out of order"),
        ("a.tse", "0.0 nan seiz 1.0\n", "line 1 has stop 'nan'"),
        ("a.tse", "0.0 1.0 seiz 1.5\n", "line 1 has confidence 1.5"),
        ("a.csv", "FP1-F7,0,1,cpsz,1\n", "line 1 is not the column line"),
        ("a.csv", HEADER + "FP1,0,1,cpsz,1\n", "line 2 has channel 'FP1'"),
        ("a.csv_bi", "# duration = long\n", "line 1 has duration 'long'"),
        ("a.csv_bi", HEADER + "TERM,0,1,seiz\n", "line 2 has 4 fields"),
        ("a.lbl", "label = {0, 0, 0.0, 1.0, 0, [1.0]}\n", "symbols[0] lacks"),
        ("a.lbl", "symbols[0] = {0: 'bckg'}\nlabel = {0, 0, 0, 1, 4, [1.0]}\n", "channel 4"),
        ("a.lbl", "symbols[0] = {0: 'bckg'}\nlabel = {0, 0, 0, 1, 4, [0.0]}\n", "without a label"),
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


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"onset": 1, "duration": 2, "label": "CF"}, "unknown label 'CF'"),
        ({"onset": 8, "duration": 3, "label": "cpsz"}, "outside 0 to 10 s"),
        ({"onset": 1, "duration": 1, "label": "cpsz", "channels": ("A1-T3",)}, "A1-T3"),
    ],
)
def test_what_no_label_file_can_hold_is_not_written(tmp_path, row, message):
    """Events that would be read back differently are refused."""
    path = tmp_path / "a.csv"
    with pytest.raises(InputError, match=message):
        write_annotation_file(path, make_event_table([row]), duration=10, montage="ar_a")
    assert not path.exists()
