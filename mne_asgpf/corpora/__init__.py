"""Reading the corpora: TUSZ's two layouts, label files, EDF headers, checks."""

from .annotation_files import AnnotationFile, read_annotation_file, write_annotation_file
from .crosswalk import match_recordings, match_seizures
from .edf_header import EdfHeader, read_edf_header
from .index import find_recordings
from .recording_check import Check
from .recording_labels import channel_events, read_recording_labels, recording_events

__all__ = [
    "AnnotationFile",
    "Check",
    "EdfHeader",
    "channel_events",
    "find_recordings",
    "match_recordings",
    "match_seizures",
    "read_annotation_file",
    "read_edf_header",
    "read_recording_labels",
    "recording_events",
    "write_annotation_file",
]
