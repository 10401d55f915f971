"""Preparing signals: channels by name, one sampling rate, and a store of the results."""

from .check import check_file, check_folder
from .corpus_store import find_prepared, prepare_corpus
from .prepared_raw import PreparedRaw
from .recording import prepare_raw, read_recording
from .source import Source, SourceRecording, open_source
from .stored_raw import RawASGPF, read_raw_asgpf_h5

__all__ = [
    "PreparedRaw",
    "RawASGPF",
    "Source",
    "SourceRecording",
    "check_file",
    "check_folder",
    "find_prepared",
    "open_source",
    "prepare_corpus",
    "prepare_raw",
    "read_raw_asgpf_h5",
    "read_recording",
]
