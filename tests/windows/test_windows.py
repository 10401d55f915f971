"""Braindecode datasets cut from recordings."""

import numpy as np
import pytest
from braindecode.datasets import BaseConcatDataset
from raws import numbered_raw

from mne_asgpf.errors import InputError
from mne_asgpf.windows import (
    detection_windows,
    pretraining_windows,
    recording_windows,
    typed_windows,
)


def test_typed_windows_follow_the_published_rule():
    raws = [
        numbered_raw([(10.0, 30.0, "fnsz"), (45.0, 6.5, "tcsz")]),
        numbered_raw(
            [(3.0, 9.0, "mysz"), (20.0, 20.0, "GN"), (50.0, 5.0, "eyes closed")], patient="p2"
        ),
    ]
    windows = typed_windows(raws)
    assert isinstance(windows, BaseConcatDataset)
    assert windows.classes == ("CF", "GN", "AB", "CT")
    metadata = windows.get_metadata()
    assert metadata["target"].tolist() == [0, 3, 1]
    assert metadata["label"].tolist() == ["fnsz", "tcsz", "GN"]
    assert metadata["onset"].tolist() == [8.0, 43.0, 18.0]
    assert metadata["length"].tolist() == [12.0, 8.0, 12.0]
    assert metadata["patient"].tolist() == ["p1", "p1", "p2"]
    X, y, crop = windows[1]
    assert (X.shape, X.dtype, y, crop) == ((19, 2400), np.float32, 3, [1, 8600, 10200])
    np.testing.assert_array_equal(X[0, :1600], np.arange(8600, 10200))
    assert np.isnan(X[:, 1600:]).all()


def test_eight_classes_and_clips_through_the_seizure():
    raw = numbered_raw([(10.0, 28.5, "fnsz"), (45.0, 6.5, "mysz")])
    windows = typed_windows(raw, scheme=8, first_clip_only=False)
    metadata = windows.get_metadata()
    assert metadata["onset"].tolist() == [8.0, 20.0, 32.0, 43.0]
    assert [windows.classes[y] for y in metadata["target"]] == ["fnsz"] * 3 + ["mysz"]


def test_background_does_not_overlap_with_seizures_of_any_type():
    raws = [
        numbered_raw([(13.0, 9.0, "fnsz"), (37.0, 1.0, "nesz")]),
        numbered_raw([(1.0, 9.0, "mysz")], patient="p2"),
    ]
    windows = typed_windows(raws, background=20, random_state=0)
    metadata = windows.get_metadata()
    drawn = metadata[metadata["label"] == "bckg"]
    assert windows.classes[-1] == "bckg"
    assert set(drawn["target"]) == {4}
    assert drawn.groupby("patient")["onset"].apply(list).to_dict() == {
        "p1": [0.0, 24.0, 48.0],
        "p2": [12.0, 24.0, 36.0, 48.0],
    }
    one = typed_windows(raws, background=True, random_state=3).get_metadata()
    assert (one["label"] == "bckg").sum() == 1
    again = typed_windows(raws, background=True, random_state=3).get_metadata()
    assert one.equals(again)


def test_no_seizure_of_the_scheme_is_an_error_that_names_the_labels():
    with pytest.raises(InputError, match="annotations found: Fokal, mysz"):
        typed_windows([numbered_raw([(10.0, 5.0, "mysz"), (20.0, 5.0, "Fokal")])])


def test_recordings_must_agree():
    with pytest.raises(InputError, match="prepare_raw"):
        recording_windows([numbered_raw(), numbered_raw(sfreq=256.0)])
    with pytest.raises(InputError, match="whole number"):
        recording_windows(numbered_raw(), clip_len=2.5)


def test_pretraining_windows_hold_a_clip_and_the_next():
    windows = pretraining_windows([numbered_raw(seconds=47.0), numbered_raw(seconds=23.0)])
    assert [crop for _, _, crop in windows] == [[0, 0, 4800], [1, 2400, 7200]]
    assert windows[1][0].shape == (19, 4800)
    with pytest.raises(InputError, match="24 s"):
        pretraining_windows(numbered_raw(seconds=23.0))


def test_recording_windows_cover_the_recording():
    windows = recording_windows(numbered_raw(seconds=29.3))
    metadata = windows.get_metadata()
    assert metadata["onset"].tolist() == [0.0, 12.0, pytest.approx(17.3)]
    assert metadata["length"].tolist() == [12.0, 12.0, 12.0]
    assert set(metadata["target"]) == {-1}
    np.testing.assert_array_equal(windows[2][0][0], np.arange(3460, 5860))
    short = recording_windows(numbered_raw(seconds=5.3))
    assert short.get_metadata()["length"].tolist() == [5.0]
    assert np.isnan(short[0][0][:, 1000:]).all()
    overlapping = recording_windows(numbered_raw(seconds=29.3), stride=6.0)
    assert overlapping.get_metadata()["onset"].tolist() == [0.0, 6.0, 12.0, pytest.approx(17.3)]
    with pytest.raises(InputError, match="stride"):
        recording_windows(numbered_raw(), stride=0)


def onsets(windows):
    return windows.get_metadata()["onset"].tolist()


def test_windows_hold_a_second_of_data_in_a_row():
    raw = numbered_raw([(2.0, 6.0, "fnsz"), (50.0, 6.0, "fnsz")], seconds=96.0)
    raw._data[:, 9600:14300] = np.nan  # from 48 s to 71.5 s: no more than half a second of a window
    assert onsets(detection_windows(raw)) == [0.0, 12.0, 24.0, 36.0, 72.0, 84.0]
    assert onsets(typed_windows(raw)) == [0.005]
    drawn = typed_windows(raw, background=20, random_state=0)
    assert onsets(drawn) == [0.005, 12.0, 24.0, 36.0, 72.0, 84.0]
    # Both the clip and the one after it hold data.
    assert onsets(pretraining_windows(raw)) == [0.0, 12.0, 24.0, 72.0]
    for cut in (detection_windows, pretraining_windows):
        raw._data[:] = np.nan
        with pytest.raises(InputError, match="no recording holds enough data"):
            cut(raw)
    with pytest.raises(InputError, match="holds data"):
        typed_windows(raw)


def test_background_that_is_cut_short_holds_data():
    raw = numbered_raw([(2.0, 2.0, "fnsz")], seconds=36.0)
    raw._data[:, 2400:3600] = np.nan  # the first 6 s of a window whose other 6 s are cut off
    assert onsets(typed_windows(raw, background=5, random_state=0)) == [0.005, 24.0]


def test_recordings_without_a_patient_are_different_patients():
    windows = recording_windows(
        [numbered_raw(patient=None), numbered_raw(patient="X")], clip_len=60.0
    )
    assert windows.get_metadata()["patient"].tolist() == ["recording-0", "recording-1"]
