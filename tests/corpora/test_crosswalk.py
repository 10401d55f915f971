"""The crosswalk of TUSZ v1.5 and v2: recordings by id, seizures by the time they share."""

import pandas as pd
import pytest
from edf_files import write_edf
from label_files import label, seizure

from mne_asgpf.corpora import find_recordings, match_recordings, match_seizures

V1 = "edf/{split}/01_tcp_ar/098/{patient}/s00{session}_2012_01_01/{patient}_s00{session}_t00{token}"
V2 = "edf/{split}/{patient}/s00{session}_2012/01_tcp_ar/{patient}_s00{session}_t00{token}"
SECONDS = 60


def write_v1(
    root, *seizures, patient="00009839", split="train", session=1, token=0, seconds=SECONDS
):
    """Write a recording as v1.5 has it."""
    name = V1.format(split=split, patient=patient, session=session, token=token)
    label(write_edf(root / f"{name}.edf", seconds=seconds), "tse", *seizures, duration=seconds)


def write_v2(root, *seizures, patient="aaaaaool", split="train", session=1, token=0):
    """Write a recording as v2 has it."""
    name = V2.format(split=split, patient=patient, session=session, token=token)
    path = write_edf(root / f"{name}.edf", seconds=SECONDS)
    label(path, "csv", *seizures, duration=SECONDS)
    whole = [row | {"label": "seiz"} for row in seizures]
    label(path, "csv_bi", *whole, duration=SECONDS)


def crosswalk(folder):
    """Index both versions and match them."""
    indices = [find_recordings(folder / name, verbose="error") for name in ("v1", "v2")]
    recordings = match_recordings(*indices)
    return recordings, match_seizures(recordings, verbose="error")


def test_revised_annotations_are_matched_by_overlap(tmp_path):
    """Moved, retyped, removed, added, split and joined seizures are identified."""
    write_v1(
        tmp_path / "v1",
        seizure(2, 3, "gnsz"),  # removed
        seizure(10, 5, "gnsz"),  # moved and retyped
        seizure(20, 10, "cpsz"),  # split
        seizure(40, 4, "absz"),  # joined with the next
        seizure(46, 6, "absz"),
    )
    write_v2(
        tmp_path / "v2",
        seizure(11, 6, "fnsz"),
        seizure(20, 4, "cpsz"),
        seizure(24, 6, "cpsz"),
        seizure(33, 2, "tcsz"),  # added
        seizure(40, 12, "absz"),
    )
    _, seizures = crosswalk(tmp_path)
    told = seizures[["number_v1", "number_v2", "label_v1", "label_v2", "found", "overlap"]]
    told = told.astype(object).where(told.notna(), None)
    assert told.values.tolist() == [
        [0, None, "gnsz", None, "v1 only", 0],
        [1, 0, "gnsz", "fnsz", "both", 4],
        [2, 2, "cpsz", "cpsz", "both", 6],
        [None, 1, None, "cpsz", "v2 only", 4],
        [None, 3, None, "tcsz", "v2 only", 0],
        [3, None, "absz", None, "v1 only", 4],
        [4, 4, "absz", "absz", "both", 6],
    ]
    assert seizures[["patient", "patient_v1"]].drop_duplicates().values.tolist() == [
        ["aaaaaool", "00009839"]
    ]


def test_the_largest_overlap_is_matched(tmp_path):
    """A seizure does not go with the one it overlaps first, but where all share most."""
    write_v1(tmp_path / "v1", seizure(0, 10, "cpsz"), seizure(10, 10, "cpsz"))
    write_v2(tmp_path / "v2", seizure(0, 5, "cpsz"), seizure(5, 7, "cpsz"))
    _, seizures = crosswalk(tmp_path)
    told = seizures[["number_v1", "number_v2", "overlap"]]
    assert told.values.tolist() == [[0, 0, 5], [1, 1, 2]]


def test_recordings_of_one_version_are_listed(tmp_path):
    """Recordings of only one version and different lengths are listed."""
    first, second = tmp_path / "v1", tmp_path / "v2"
    write_v1(first, split="dev", seconds=50)
    write_v1(first, seizure(5, 5, "absz"), session=2)
    write_v2(second, split="eval")
    write_v2(second, seizure(7, 5, "tnsz"), token=1)
    recordings, seizures = crosswalk(tmp_path)
    assert recordings[["patient_v1", "session", "token", "found"]].values.tolist() == [
        ["00009839", "001", 0, "both"],
        ["00009839", "001", 1, "v2 only"],
        ["00009839", "002", 0, "v1 only"],
    ]
    assert recordings[["split_v1", "split_v2"]].iloc[0].tolist() == ["dev", "eval"]
    assert recordings["same_length"].tolist() == [False, False, False]
    assert seizures[["session", "token", "found", "overlap"]].values.tolist() == [
        ["001", 1, "v2 only", 0],
        ["002", 0, "v1 only", 0],
    ]


def test_recordings_without_labels_are_left_out(tmp_path):
    """Where the labels of a version are missing, the other's seizures are not unmatched."""
    write_v1(tmp_path / "v1", seizure(5, 5, "absz"))
    write_v2(tmp_path / "v2", seizure(5, 5, "absz"))
    for path in (tmp_path / "v2").rglob("*.csv*"):
        path.unlink()
    recordings, seizures = crosswalk(tmp_path)
    assert recordings["same_length"].tolist() == [True]
    assert seizures.empty and "onset_v2" in seizures


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_number_of_processes_does_not_matter(tmp_path, n_jobs):
    """The table is in the order of the recordings, however many read at a time."""
    for token in range(3):
        write_v1(tmp_path / "v1", seizure(5 + token, 5, "absz"), token=token)
        write_v2(tmp_path / "v2", seizure(6, 5, "absz"), token=token)
    indices = [find_recordings(tmp_path / name, verbose="error") for name in ("v1", "v2")]
    seizures = match_seizures(match_recordings(*indices), n_jobs=n_jobs, verbose="error")
    assert seizures["token"].tolist() == [0, 1, 2]
    pd.testing.assert_series_equal(
        seizures["overlap"], pd.Series([4.0, 5.0, 4.0]), check_names=False
    )
