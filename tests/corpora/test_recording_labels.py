"""The typed seizures of a recording, from its label files."""

import pytest
from edf_files import write_edf
from label_files import label, seizure

from mne_asgpf.corpora.recording_labels import (
    channel_events,
    read_recording_labels,
    recording_events,
)
from mne_asgpf.errors import InputError


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
    labels = read_recording_labels(path)
    assert labels.events[["onset", "duration", "label", "type_share"]].values.tolist() == [
        [2, 6, "tcsz", 6 / 11],  # 6 channel-seconds against 5, though 1 s against 5
        [10, 2, "cpsz", 0.5],  # a tie: the first
        [15, 2, "seiz", 0],  # no typed row
    ]
    assert list(labels.events["channels"]) == [(), (), ()]
    assert labels.conflicts == (
        "2 to 8 s: types disagree (channel-seconds: fnsz 5, tcsz 6)",
        "10 to 12 s: types disagree (channel-seconds: cpsz 1, gnsz 1)",
        "15 to 17 s: no row states its type",
    )


def test_the_spread_over_channels_is_kept(tmp_path):
    """The channels of a seizure and their times are kept in addition to its extent."""
    path = tmp_path / "a.edf"
    label(path, "csv_bi", seizure(2, 6, "seiz"))
    spread = [seizure(2, 6, "fnsz", ("FP1-F7",)), seizure(4, 4, "fnsz", ("F7-T3", "T3-T5"))]
    label(path, "csv", *spread, seizure(12, 1, "absz"), seizure(12.5, 2, "absz", ("C3-CZ",)))
    events = channel_events(path)
    assert events[["onset", "duration", "label", "channels"]].values.tolist() == [
        [2, 6, "fnsz", ("FP1-F7",)],
        [4, 4, "fnsz", ("F7-T3", "T3-T5")],
        [12, 1, "absz", ()],
        [12.5, 2, "absz", ("C3-CZ",)],
    ]
    labels = read_recording_labels(path)
    assert labels.events[["label", "type_share"]].values.tolist() == [["fnsz", 1]]
    assert labels.conflicts == (
        "12 to 14.5 s: a seizure of single channels is outside all seizures of the whole recording",
    )


def test_labels_of_another_recording(tmp_path):
    """A wrong length is reported; events after the end are refused."""
    path = write_edf(tmp_path / "a.edf")
    label(path, "csv_bi", seizure(2, 3, "seiz"), duration=26)
    label(path, "csv", seizure(2, 3, "absz"), duration=26)
    assert read_recording_labels(path).conflicts == (
        "a.csv_bi covers 26 s, the recording 20 s",
        "a.csv covers 26 s, the recording 20 s",
    )
    label(path, "csv_bi", seizure(2, 23, "seiz"), duration=26)
    with pytest.raises(InputError, match="line 8 stops at 25 s, after the end at 20 s"):
        read_recording_labels(path)
    labels = read_recording_labels(path, lenient=True)
    assert labels.events["duration"].tolist() == [18]
    assert labels.repairs == ("a.csv_bi: line 8 stops at 25 s, after the end at 20 s: cut",)


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


def test_labels_without_seizures_differ_from_missing_labels(tmp_path):
    """A file without seizures yields an empty table; a missing file is an error."""
    path = tmp_path / "a.edf"
    with pytest.raises(InputError, match="no label file next to it"):
        recording_events(path)
    label(path, "csv_bi")
    assert recording_events(path).empty
    assert "type_share" in recording_events(path)
    assert channel_events(path).empty
