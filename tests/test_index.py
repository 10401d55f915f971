"""The index of a corpus, and what the paths of its recordings say."""

import pytest
from edf_files import TUSZ_LABELS, write_edf
from label_files import label, seizure

from mne_asgpf.corpora.index import find_recordings
from mne_asgpf.corpora.layout import parse_tusz_path, patient_v1, patient_v2
from mne_asgpf.errors import InputError

V1 = "edf/dev_test/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t000.edf"
V2 = "edf/train/aaaaaool/s004_2012/03_tcp_ar_a/aaaaaool_s004_t001.edf"


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
