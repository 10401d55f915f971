"""The index of a corpus, the typed seizures of a recording, and what paths say."""

import pytest
from edf_files import TUSZ_LABELS, write_edf

from mne_asgpf.corpora.annotation_files import write_annotation_file
from mne_asgpf.corpora.index import find_recordings
from mne_asgpf.corpora.layout import parse_tusz_path, patient_v1, patient_v2
from mne_asgpf.corpora.recording_events import recording_events
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import make_event_table

V1 = "edf/dev_test/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t000.edf"
V2 = "edf/train/aaaaaool/s004_2012/03_tcp_ar_a/aaaaaool_s004_t001.edf"


def seizure(onset, duration, label, channels=()):
    """Give one row of an event table."""
    return {"onset": onset, "duration": duration, "label": label, "channels": channels}


def label(edf_path, kind, *rows, duration=20):
    """Write a label file beside a recording."""
    path = edf_path.with_suffix(f".{kind}")
    write_annotation_file(path, make_event_table(rows), duration=duration)
    return path


def test_paths_of_both_layouts(tmp_path):
    """Patient, session, token, split and montage are read off names, at any depth."""
    first = parse_tusz_path(tmp_path / V1)
    assert vars(first) == {
        "patient": "00000258", "session": 2, "token": 0, "layout": "v1", "split": "dev",
        "montage": "ar",
    }  # fmt: skip
    second = parse_tusz_path(tmp_path / V2)
    assert vars(second) == {
        "patient": "aaaaaool", "session": 4, "token": 1, "layout": "v2", "split": "train",
        "montage": "ar_a",
    }  # fmt: skip
    flat = parse_tusz_path("/home/dev/a/b/c/d/e/f/aaaaaool_s004_t001.edf")
    assert (flat.split, flat.montage) == (None, None)
    assert parse_tusz_path(tmp_path / "chb05_06.edf") is None


def test_label_files_tell_the_layout(tmp_path):
    """A v2 id beside v1 label files is v1, whatever its folder."""
    path = write_edf(tmp_path / "aaaaaool_s004_t001.edf")
    assert parse_tusz_path(path).layout == "v2"
    label(path, "tse")
    assert parse_tusz_path(path).layout == "v1"


def test_patient_ids_of_both_versions():
    """The v2 id is the v1 number in base 26."""
    assert patient_v1("aaaaaool") == "00009839" == patient_v1("00009839")
    assert patient_v2("00009839") == "aaaaaool" == patient_v2("aaaaaool")


def test_v1_events_are_those_of_the_tse(tmp_path):
    """The .tse holds typed seizures; non-epileptic ones and background are left out."""
    path = tmp_path / "a.edf"
    label(path, "tse", seizure(2, 3, "absz"), seizure(8, 3, "nesz"))
    label(path, "tse_bi", seizure(1, 9, "seiz"))
    events = recording_events(path)
    assert events[["onset", "duration", "label"]].values.tolist() == [[2, 3, "absz"]]


def test_v2_types_are_the_majority_of_channel_seconds(tmp_path):
    """Extents are those of the .csv_bi; each gets the type with most channel-seconds."""
    path = tmp_path / "a.edf"
    label(path, "csv_bi", seizure(2, 6, "seiz"), seizure(10, 2, "seiz"), seizure(15, 2, "seiz"))
    label(
        path,
        "csv",
        seizure(2, 5, "fnsz", ("FP1-F7",)),
        seizure(3, 1, "tcsz", ("FP2-F8", "F8-T4", "T4-T6", "T6-O2", "A1-T3", "T3-C3")),
        seizure(10, 1, "cpsz", ("C3-CZ",)),
        seizure(11, 1, "gnsz", ("CZ-C4",)),
    )
    events = recording_events(path)
    assert events[["onset", "duration", "label"]].values.tolist() == [
        [2, 6, "tcsz"],  # 6 channel-seconds against 5, though 1 s against 5
        [10, 2, "cpsz"],  # a tie: the first
        [15, 2, "seiz"],  # no typed row
    ]
    assert list(events["channels"]) == [(), (), ()]


def test_per_channel_files_alone(tmp_path):
    """Without a file for the whole recording, seizing channels joined in time count."""
    path = tmp_path / "a.edf"
    rows = (seizure(2, 4, "fnsz", ("FP1-F7",)), seizure(5, 3, "fnsz", ("F7-T3",)))
    label(path, "lbl", *rows, seizure(12, 1, "absz"))
    events = recording_events(path)
    assert events[["onset", "duration", "label"]].values.tolist() == [
        [2, 6, "fnsz"],
        [12, 1, "absz"],
    ]


def test_no_seizure_is_not_no_label_file(tmp_path):
    """A file without seizures gives an empty table; no file is an error."""
    path = tmp_path / "a.edf"
    with pytest.raises(InputError, match="no label file beside it"):
        recording_events(path)
    label(path, "csv_bi")
    assert recording_events(path).empty


def test_index_has_a_row_for_every_recording_whatever_its_state(tmp_path):
    """Both layouts, broken files, missing and malformed labels: all are rows."""
    first = write_edf(tmp_path / V1, sfreq=256, auxiliary=("IBI",))
    label(first, "tse", seizure(2, 3, "absz"), seizure(8, 3, "absz"))
    second = write_edf(tmp_path / V2)
    label(second, "csv_bi", seizure(2, 3, "seiz"))
    label(second, "csv", seizure(2, 3, "tcsz"))
    cut = write_edf(second.with_name("aaaaaool_s004_t002.edf"))
    cut.write_bytes(cut.read_bytes()[:20_000])
    label(cut, "csv_bi", seizure(2, 3, "seiz"))
    unlabelled = write_edf(second.with_name("aaaaaool_s004_t003.EDF"))
    mislabelled = write_edf(second.with_name("aaaaaool_s004_t004.edf"))
    mislabelled.with_suffix(".csv_bi").write_text("hello\n")
    strange = write_edf(tmp_path / "somebody.edf")

    rows = find_recordings(tmp_path, verbose="error").set_index("path")
    assert len(rows) == 6
    row = rows.loc[first]
    assert (row.layout, row.split, row.sfreq, row.n_channels) == ("v1", "dev", 256, 22)
    assert (row.seizures, row.status, row.duration) == ({"absz": 2}, "usable", 20)
    row = rows.loc[second]
    assert (row.seizures, row.status, row.problem, row.montage) == ({"tcsz": 1}, "ok", "", "ar_a")
    row = rows.loc[cut]
    assert row.status == "refused" and "1 of 20 records" in row.problem
    row = rows.loc[unlabelled]
    assert row.status == "usable" and row.seizures is None and "no label file" in row.problem
    row = rows.loc[mislabelled]
    assert row.status == "refused" and "csv_bi: line 1" in row.problem
    row = rows.loc[strange]
    assert row.status == "refused" and row.patient is None


@pytest.mark.parametrize(
    ("labels", "montage"),
    [
        (TUSZ_LABELS, "ar"),
        ([name.replace("-REF", "-LE") for name in TUSZ_LABELS[:-2]], "le_a"),
        ([name.replace("-REF", "") for name in TUSZ_LABELS], None),
    ],
)
def test_labels_tell_the_montage_where_no_folder_does(tmp_path, labels, montage):
    """References and ears in the labels stand in for the folder's name."""
    write_edf(tmp_path / "aaaaaool_s004_t001.edf", labels)
    assert find_recordings(tmp_path, verbose="error").montage[0] == montage


def test_folders_without_a_corpus(tmp_path):
    """A wrong path, an empty folder and EDFs of another corpus each say so."""
    for root, message in ((tmp_path / "none", "does not exist"), (tmp_path, "no EDF file")):
        with pytest.raises(InputError, match=message):
            find_recordings(root, verbose="error")
    write_edf(tmp_path / "somebody.edf")
    with pytest.raises(InputError, match="no EDF in the layout of TUSZ"):
        find_recordings(tmp_path, verbose="error")
