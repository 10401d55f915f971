"""Lists of clips and of relabelled seizures, in their published forms."""

import pandas as pd
import pytest
from edf_files import write_edf
from label_files import label, seizure
from raws import numbered_raw

from mne_asgpf import (
    InputError,
    find_recordings,
    pretraining_windows,
    read_recording,
    typed_windows,
)
from mne_asgpf.corpora import match_recordings, match_seizures, recording_events
from mne_asgpf.windows import (
    EXCLUDED_PATIENTS,
    detection_windows,
    read_published_list,
    select_published,
)
from mne_asgpf.windows.relabelled import read_relabelled

# Invented names: the lists themselves are not part of this package.
ONE, TWO = "00000001_s001_t000", "00000002_s003_t012"
EVENTS = [(5, 3, "mysz"), (15, 10, "fnsz"), (30, 10, "gnsz"), (50, 8, "absz")]


def named(recording, events=EVENTS):
    return numbered_raw(events, name=f"{recording}.edf", patient=recording.split("_")[0])


@pytest.fixture
def raws():
    return [named(ONE), named(TWO)]


def write(tmp_path, *lines, name="list.txt"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n")
    return path


def chosen(windows):
    metadata = windows.get_metadata()
    return list(zip(metadata["recording"], metadata["onset"], metadata["class"], strict=True))


def test_typed_clips_are_rebuilt(tmp_path, raws):
    path = write(tmp_path, f"{TWO}.edf,1,2", f"{ONE}.edf,0,1", f"{TWO}.edf,2,3")
    listed = read_published_list(path)
    assert listed["recording"].tolist()[0] == ("00000002", 3, 12)
    assert listed["number"].tolist() == [2, 1, 3] and listed["target"].tolist() == [1, 0, 2]
    windows = select_published(typed_windows(raws), path)
    assert chosen(windows) == [(ONE, 13.0, "CF"), (TWO, 28.0, "GN"), (TWO, 48.0, "AB")]


def test_missing_clips_and_other_classes_raise_a_warning(tmp_path, raws):
    lines = [f"{ONE}.edf,3,1", f"{ONE}.edf,1,2", "00000003_s001_t000.edf,0,0"]
    with pytest.warns(RuntimeWarning, match="1 of 3 clips are missing .* 1 have a different class"):
        windows = select_published(typed_windows(raws), write(tmp_path, *lines))
    assert len(windows) == 2
    with pytest.raises(InputError, match="names none of the windows"):
        select_published(typed_windows(raws), write(tmp_path, lines[2]))


def test_clips_for_detection_and_pairs(tmp_path, raws):
    path = write(tmp_path, f"{ONE}.edf_0.h5,1", f"{TWO}.edf_4.h5,1")
    windows = select_published(detection_windows(raws), path)
    assert chosen(windows) == [(ONE, 0.0, "seiz"), (TWO, 48.0, "seiz")]
    path = write(tmp_path, f"{ONE}.edf_1.h5,{ONE}.edf_2.h5", f"{TWO}.edf_3.h5,{TWO}.edf_4.h5")
    windows = select_published(pretraining_windows(raws), path)
    assert chosen(windows) == [(ONE, 12.0, None), (TWO, 36.0, None)]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "is empty"),
        (["a,b,c"], "line 1"),
        ([f"{ONE}.edf,0,1", "", f"{ONE}.edf_3.h5,1"], "line 3"),
        ([f"{ONE}.edf_3.h5,{ONE}.edf_5.h5"], "line 1 does not name a pair"),
        ([f"{ONE}.edf_3.h5,2"], "line 1"),
    ],
)
def test_a_file_that_is_not_a_list_is_refused(tmp_path, lines, problem):
    with pytest.raises(InputError, match=problem):
        read_published_list(write(tmp_path, *lines))


def test_v2_needs_a_crosswalk(tmp_path):
    # v2 lacks the myoclonic seizure and the absence, has a new one, and moved the others.
    events = [(14, 11, "fnsz"), (26, 2, "fnsz"), (31, 9, "gnsz")]
    windows = typed_windows([named("aaaaaaab_s001_t000", events)])
    path = write(tmp_path, f"{ONE}.edf,0,1", f"{ONE}.edf,1,2", f"{ONE}.edf,2,3")
    with pytest.raises(InputError, match="match_seizures"):
        select_published(windows, path)
    crosswalk = pd.DataFrame(
        [
            ("00000001", "001", 0, 0, None, "v1 only"),
            ("00000001", "001", 0, 1, 0, "both"),
            ("00000001", "001", 0, None, 1, "v2 only"),
            ("00000001", "001", 0, 2, 2, "both"),
            ("00000001", "001", 0, 3, None, "v1 only"),
        ],
        columns=["patient_v1", "session", "token", "number_v1", "number_v2", "found"],
    ).astype({"number_v1": "Int64", "number_v2": "Int64"})
    with pytest.warns(RuntimeWarning, match="1 of 3 clips are missing"):
        found = select_published(windows, path, crosswalk=crosswalk)
    assert [(onset, name) for _, onset, name in chosen(found)] == [(12.0, "CF"), (29.0, "GN")]


def test_a_bids_dataset_is_treated_as_v1_with_a_warning(tmp_path):
    name = "sub-aaaaaaab_ses-001_task-szMonitoring_acq-ar_run-01_eeg"
    path = write(tmp_path, f"{ONE}.edf,1,2")
    with pytest.warns(RuntimeWarning, match="crosswalk"):
        windows = select_published(typed_windows([named(name)]), path)
    assert chosen(windows) == [(name, 28.0, "GN")]


def test_patients_left_out_are_known_by_both_ids():
    assert {"00001027", "aaaaabnn"} <= EXCLUDED_PATIENTS
    assert len(EXCLUDED_PATIENTS) == 10


HEADER = "File Name,Seizure Start (sec),Seizure End (sec),TUSZ Label,Our Label"
FOCAL = "generalized non-specific seizure,focal seizure"


@pytest.mark.parametrize("recording", [ONE, "aaaaaaab_s001_t000"])
def test_relabelled_seizures_have_their_other_type(tmp_path, recording):
    raws = [named(recording), named(TWO)]
    # The second line is of another type than the seizure has, the third of a sliver of it.
    path = write(
        tmp_path,
        HEADER,
        f"dev/01_tcp_ar/000/{ONE}.edf,29.0,39.5,{FOCAL}",
        f"dev/01_tcp_ar/000/{ONE}.edf,50,58,{FOCAL}",
        f"{TWO}.edf,39,59,gnsz,cpsz",
    )
    before, after = typed_windows(raws), typed_windows(raws, relabelled=path)
    assert before.get_metadata()["label"].tolist() == ["fnsz", "gnsz", "absz"] * 2
    assert after.get_metadata()["label"].tolist() == ["fnsz", "fnsz", "absz"] + [
        "fnsz",
        "gnsz",
        "absz",
    ]
    assert after.get_metadata()["target"].tolist() == [0, 0, 2, 0, 1, 2]
    assert typed_windows(raws, scheme=8, relabelled=path).get_metadata()["class"].tolist()[2] == (
        "fnsz"
    )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["recording,start"], "no column File Name"),
        ([HEADER, f"somebody.edf,1,2,{FOCAL}"], "line 2"),
        ([HEADER, f"{ONE}.edf,1,2,{FOCAL}", f"{ONE}.edf,2,1,{FOCAL}"], "line 3"),
        ([HEADER, f"{ONE}.edf,1,2,gnsz,focal"], "line 2"),
    ],
)
def test_a_file_that_is_not_a_list_of_relabelled_seizures_is_refused(tmp_path, lines, problem):
    with pytest.raises(InputError, match=problem):
        read_relabelled(write(tmp_path, *lines))


def test_a_list_is_rebuilt_from_the_files_of_either_version(tmp_path):
    v1 = tmp_path / f"v1/edf/dev/01_tcp_ar/000/00000001/s001_2010_01_01/{ONE}.edf"
    v2 = tmp_path / "v2/edf/eval/aaaaaaab/s001_2010/01_tcp_ar/aaaaaaab_s001_t000.edf"
    kept, added = seizure(30.5, 20, "gnsz", ("FP1-F7",)), seizure(2, 6, "fnsz", ("FP1-F7",))
    for path in (v1, v2):
        write_edf(path, seconds=60)
    label(v1, "tse", seizure(20, 5, "mysz"), seizure(30, 22, "gnsz"), duration=60)
    label(v2, "csv", added, kept, duration=60)
    label(v2, "csv_bi", added | {"label": "seiz"}, kept | {"label": "seiz"}, duration=60)
    raws = [read_recording(path, events=recording_events(path)) for path in (v1, v2)]
    path = write(tmp_path, f"{ONE}.edf,1,1")
    old = select_published(typed_windows(raws[0]), path).get_metadata()
    assert old[["split", "onset", "class"]].values.tolist() == [["dev", 28.0, "GN"]]
    indices = [find_recordings(tmp_path / name, cache=False) for name in ("v1", "v2")]
    crosswalk = match_seizures(match_recordings(*indices))
    new = select_published(typed_windows(raws[1]), path, crosswalk=crosswalk).get_metadata()
    assert new[["split", "onset", "class"]].values.tolist() == [["eval", 28.5, "GN"]]
    assert new["seizure"].tolist() == [1]
