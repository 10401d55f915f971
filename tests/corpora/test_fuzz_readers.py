"""For any bytes, readers of labels and headers only raise InputError."""

import warnings

import hypothesis.strategies as st
import pandas as pd
import pytest
from edf_files import TUSZ_LABELS, write_discontinuous, write_edf
from hypothesis import given

from mne_asgpf.corpora import recording_labels
from mne_asgpf.corpora.annotation_files import (
    ANNOTATION_KINDS,
    read_annotation_file,
    write_annotation_file,
)
from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.corpora.record_gaps import find_record_gaps
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import make_event_table
from mne_asgpf.signals import check_file

EVENTS = [
    {"onset": 1, "duration": 2, "label": "cpsz"},
    {"onset": 2, "duration": 3, "label": "gnsz", "channels": ("FP1-F7", "C3-CZ")},
]
# Keywords of readers, and invalid numbers.
TOKENS = (
    b"label = {", b"symbols[0] = {0: 'seiz'}", b"symbols[", b"montage = 0, A-B:", b"level[0] = 1",
    b"# duration = ", b"# version = csv_v1.0.0", b"version =", b"TERM", b"FP1-F7", b"seiz",
    b"(null)", b"nan", b"inf", b"1e999", b"-1", b"1_0", b"0x1", b"\xd9\xa1", b"9" * 20,
    b"2003-07-21T10:00:00", b"2003-07-21 10:00:00+25:00", b"9999-12-31T23:59:59", b"\xff\xfe",
    b"\xef\xbb\xbf", b",", b"\r", b"\n", b"\r\n", b" ", b"\0", b"#", b"}", b"]",
)  # fmt: skip


@st.composite
def spoilt(draw, good):
    """Draw bytes: garbage, or a good file cut, doubled, or with garbage put into it."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    data = good
    for _ in range(draw(st.integers(1, 4))):
        first, second = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        piece = draw(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=20)))
        how = draw(st.sampled_from(["insert", "overwrite", "cut", "double", "end", "replace"]))
        data = {
            "insert": data[:first] + piece + data[first:],
            "overwrite": data[:first] + piece + data[first + len(piece) :],
            "cut": data[:first] + data[second:],
            "double": data[:second] + data[first:],
            "end": data[:first],
            "replace": data[:first] + piece + data[second:],
        }[how]
    return data


def attempt(read, path, *arguments, **options):
    """Read; return the result, or None if the file was refused by name."""
    try:
        return read(path, *arguments, **options)
    except InputError as error:
        assert str(path.parent) in str(error) and "Remedy" in str(error)
        return None


@pytest.fixture(scope="module")
def label_files(tmp_path_factory):
    """Return the bytes of a valid label file of each kind."""
    folder = tmp_path_factory.mktemp("labels")
    for kind in ANNOTATION_KINDS:
        write_annotation_file(folder / f"a.{kind}", make_event_table(EVENTS), duration=9)
    return {path.suffix[1:]: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", ANNOTATION_KINDS)
@given(data=st.data())
def test_label_files(kind, tmp_path, label_files, data):
    """Reading leniently agrees with reading strictly, and never repairs in silence."""
    path = tmp_path / f"recording.{kind}"
    path.write_bytes(data.draw(spoilt(label_files[kind])))
    strict = attempt(read_annotation_file, path)
    lenient = attempt(read_annotation_file, path, lenient=True)
    if strict is not None:
        pd.testing.assert_frame_equal(lenient.events, strict.events)
        assert lenient.repairs == ()
        assert (strict.events["duration"] > 0).all() and (strict.events["onset"] >= 0).all()
    elif lenient is not None:
        assert lenient.repairs


@pytest.mark.parametrize("kinds", [("csv", "csv_bi"), ("tse",), ("lbl", "tse_bi")])
@given(data=st.data())
def test_labels_of_a_recording(kinds, tmp_path, label_files, data):
    """Several files of a recording are combined or refused."""
    path = tmp_path / "recording.edf"
    for kind in kinds:
        path.with_suffix(f".{kind}").write_bytes(data.draw(spoilt(label_files[kind])))
    lenient = data.draw(st.booleans())
    attempt(recording_labels.channel_events, path, lenient=lenient)
    labels = attempt(recording_labels.read_recording_labels, path, lenient=lenient)
    if labels is not None:
        assert labels.events["type_share"].between(0, 1).all()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Return the bytes of valid recordings."""
    folder = tmp_path_factory.mktemp("good")
    plain = write_edf(folder / "a.edf", TUSZ_LABELS[:2], seconds=3)
    return plain.read_bytes(), write_discontinuous(folder / "b.edf", gap=1).read_bytes()


@given(data=st.data())
def test_headers(tmp_path, recordings, data):
    """Headers, onsets of records and the check as a whole."""
    path = tmp_path / "a.edf"
    good = data.draw(st.sampled_from(recordings))
    n_header = data.draw(st.sampled_from([256, 256 * 3, len(good)]))
    path.write_bytes(data.draw(spoilt(good[:n_header])) + good[n_header:])
    header = attempt(read_edf_header, path)
    if header is not None and header.is_discontinuous:
        attempt(lambda path: find_record_gaps(header), path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_file(path).status in ("ok", "usable", "refused")
