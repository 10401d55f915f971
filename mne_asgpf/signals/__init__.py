"""Signals as windows need them: channels by name, one sampling rate, and a store of them."""

from .corpus_store import find_prepared, is_signal_store, prepare_corpus
from .recording import prepare_raw, read_recording
from .stored_raw import RawASGPF, read_raw_asgpf_h5

__all__ = [
    "RawASGPF",
    "find_prepared",
    "is_signal_store",
    "prepare_corpus",
    "prepare_raw",
    "read_raw_asgpf_h5",
    "read_recording",
]
