"""Label files made for tests."""

from mne_asgpf.corpora.annotation_files import write_annotation_file
from mne_asgpf.event_table import make_event_table


def seizure(onset, duration, label, channels=()):
    """Return one row of an event table."""
    return {"onset": onset, "duration": duration, "label": label, "channels": channels}


def label(edf_path, kind, *rows, duration=20):
    """Write a label file next to a recording."""
    path = edf_path.with_suffix(f".{kind}")
    write_annotation_file(path, make_event_table(rows), duration=duration)
    return path
