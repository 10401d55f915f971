"""Event files and what other readers make of them."""

from datetime import UTC, datetime

import mne
import pandas as pd
import pytest

from mne_asgpf.event_table import from_annotations, make_event_table
from mne_asgpf.events import write_events

EVENTS = make_event_table(
    [
        {"onset": 12.0, "duration": 24.0, "label": "CF", "confidence": 0.75, "p_CF": 0.8},
        {"onset": 60.5, "duration": 3.25, "label": "absz", "confidence": 0.5, "p_CF": 0.1},
    ]
)


def test_all_formats_are_written_and_nothing_else(tmp_path):
    paths = write_events(EVENTS, tmp_path / "new", "rec", recording_duration=90.0)
    assert {path.name for path in paths.values()} == {
        "rec_desc-asgpf_events.tsv", "rec_desc-asgpf_events.json", "rec_desc-asgpf_szcore.tsv",
        "rec_desc-asgpf-annot.fif", "rec_desc-asgpf_annotations.edf",
    }  # fmt: skip
    assert set((tmp_path / "new").iterdir()) == set(paths.values())


def test_tables_keep_type_and_confidence(tmp_path):
    paths = write_events(EVENTS, tmp_path, "rec", recording_duration=90.0)
    bids = pd.read_csv(paths["bids"], sep="\t")
    assert bids["onset"].tolist() == [12.0, 60.5]
    assert bids["trial_type"].tolist() == ["CF", "absz"]
    assert bids["confidence"].tolist() == [0.75, 0.5]
    szcore = pd.read_csv(paths["szcore"], sep="\t")
    assert szcore["eventType"].tolist() == ["sz_foc", "sz_gen_nm"]


@pytest.mark.parametrize("orig_time", [None, datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)])
def test_annotations_come_back_through_mne(tmp_path, orig_time):
    paths = write_events(EVENTS, tmp_path, "rec", recording_duration=90.0, orig_time=orig_time)
    annotations = mne.read_annotations(paths["annotations"])
    assert annotations.orig_time == orig_time
    assert from_annotations(annotations).equals(
        EVENTS[["onset", "duration", "label", "confidence", "channels"]]
    )
    assert [extra["p_CF"] for extra in annotations.extras] == [0.8, 0.1]


def test_edf_holds_the_same_annotations_and_no_date(tmp_path):
    path = write_events(EVENTS, tmp_path, "rec", recording_duration=90.0)["edf"]
    annotations = mne.read_annotations(path)
    assert annotations.onset.tolist() == [12.0, 60.5]
    assert annotations.duration.tolist() == [24.0, 3.25]
    assert annotations.description.tolist() == ["CF", "absz"]
    assert b"Startdate X X X X" in path.read_bytes()


def test_no_events_and_second_writing(tmp_path):
    for events in (EVENTS, make_event_table()):
        paths = write_events(events, tmp_path, "rec", recording_duration=90.0, overwrite=True)
    assert len(mne.read_annotations(paths["annotations"])) == 0
    assert mne.read_annotations(paths["edf"]).description.tolist() == ["bckg"]
    assert "2001" not in paths["bids"].read_text()
