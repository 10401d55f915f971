"""Metadata of windows: descriptions, seizures and classes, and selected windows."""

import pandas as pd
import pytest
from raws import numbered_raw

from mne_asgpf import InputError, pretraining_windows, recording_windows, typed_windows
from mne_asgpf.windows import detection_windows, metadata_from_path, select_windows

V1 = "/data/edf/dev/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t000.edf"
V2 = "/data/edf/eval/aaaaaajy/s002_2003/01_tcp_ar/aaaaaajy_s002_t000.edf"
BIDS = "sub-aaaaaajy/ses-002/eeg/sub-aaaaaajy_ses-002_task-szMonitoring_acq-ar_run-01_eeg.edf"


@pytest.fixture
def bids_path(tmp_path):
    (tmp_path / "participants.tsv").write_text(
        "participant_id\tage\ttusz_split\nsub-aaaaaajy\tn/a\teval\nsub-aaaaaaaa\t3\tn/a\n"
    )
    return tmp_path / BIDS


def test_patient_session_and_split_are_read_from_paths(bids_path):
    assert metadata_from_path(V1) == {
        "patient": "00000258",
        "session": "002",
        "recording": "00000258_s002_t000",
        "split": "dev",
    }
    expected = {"patient": "aaaaaajy", "session": "002", "split": "eval"}
    for path in (V2, bids_path):
        described = metadata_from_path(path)
        assert {key: described[key] for key in expected} == expected
    assert metadata_from_path("ward/monday.edf")["recording"] == "monday"
    other = bids_path.parents[3] / "sub-aaaaaaaa/eeg/sub-aaaaaaaa_task-rest_eeg.edf"
    assert metadata_from_path(other)["split"] is None


def test_every_window_has_its_origin():
    raws = [
        numbered_raw([(10, 9, "nesz"), (30, 20, "cpsz"), (55, 4, "mysz")], name=V1),
        numbered_raw([(20, 20, "absz"), (45, 10, "tnsz")], patient=None, name=V2),
        numbered_raw([(20, 20, "gnsz")], patient=None),
    ]
    metadata = typed_windows(raws, scheme=8).get_metadata()
    columns = ["patient", "session", "recording", "split", "seizure", "class", "label"]
    told = metadata[columns].astype(object).where(metadata[columns].notna(), None)
    assert told.values.tolist() == [
        ["p1", "002", "00000258_s002_t000", "dev", 0, "cpsz", "cpsz"],
        ["p1", "002", "00000258_s002_t000", "dev", 1, "mysz", "mysz"],
        ["aaaaaajy", "002", "aaaaaajy_s002_t000", "eval", 0, "absz", "absz"],
        ["aaaaaajy", "002", "aaaaaajy_s002_t000", "eval", 1, "tnsz", "tnsz"],
        ["recording-2", None, "recording-2", None, 0, "gnsz", "gnsz"],
    ]
    for windows in (pretraining_windows(raws), recording_windows(raws), detection_windows(raws)):
        assert windows.get_metadata()["split"].isna().mean() == pytest.approx(1 / 3)
        assert windows.get_metadata()["seizure"].isna().all()
        assert windows.description["split"].tolist()[:2] == ["dev", "eval"]


def test_files_of_one_name_in_different_folders_are_of_different_patients():
    names = [
        "/data/P01/day/EEG.edf",
        "/data/P02/day/EEG.edf",
        "/data/other.edf",
        "/data/P01/day/EEG.edf",
    ]
    raws = [numbered_raw([(20, 20, "gnsz")], patient=None, name=name) for name in names]
    patients = typed_windows(raws).get_metadata()["patient"].tolist()
    assert patients == ["P01/day/EEG.edf", "P02/day/EEG.edf", "other", "P01/day/EEG.edf"]


def test_metadata_of_the_user_take_precedence():
    raws = [numbered_raw([(20, 20, "gnsz")], name=V1), numbered_raw([(20, 20, "absz")])]
    given = pd.DataFrame(
        {"patient": ["x", None], "split": ["train", "train"], "age": [3, 4], "bag": [{}, []]}
    )
    metadata = typed_windows(raws, descriptions=given).get_metadata()
    assert metadata["patient"].tolist() == ["x", "p1"]
    assert metadata["split"].tolist() == ["train", "train"]
    assert metadata["age"].tolist() == [3, 4]
    assert "bag" not in metadata
    with pytest.raises(InputError, match="length 1, expected 2"):
        typed_windows(raws, descriptions=[{}])
    with pytest.raises(InputError, match="label, target"):
        typed_windows(raws, descriptions=[{"target": 0}, {"label": "absz"}])


def test_detection_windows_are_ictal_if_they_overlap_with_any_seizure():
    raws = [
        numbered_raw([(13, 1, "mysz"), (30, 6, "seiz"), (50, 1, "nesz")]),
        numbered_raw([(47.9, 0.2, "CF")], seconds=59),
    ]
    windows = detection_windows(raws)
    assert windows.classes == ("bckg", "seiz")
    metadata = windows.get_metadata()
    assert metadata["target"].tolist() == [0, 1, 1, 0, 0, 0, 0, 0, 1]
    assert metadata["class"].map(windows.classes.index).tolist() == metadata["target"].tolist()
    assert metadata["length"].unique().tolist() == [12.0]
    X, y, place = windows[2]
    assert (X.shape, y, place, X[0, 0]) == ((19, 2400), 1, [2, 4800, 7200], 4800)


def test_selected_windows_keep_their_metadata():
    raws = [numbered_raw([(20, 20, "gnsz"), (50, 9, "absz")], patient=p) for p in ("a", "b", "c")]
    windows = typed_windows(raws)
    windows.transform = lambda window: window[:2]
    selected = select_windows(windows, [5, 3, 0])
    assert selected.get_metadata()["patient"].tolist() == ["a", "b", "b"][:1] + ["b", "c"]
    assert selected.classes == windows.classes
    for got, index in zip(range(3), (0, 3, 5), strict=True):
        assert selected[got][0].shape == (2, 2400)
        assert selected[got][1:] == windows[index][1:]
