"""Sections of an mne.Report: a corpus, a training, scores, a recording with its events."""

from .corpus_report import add_corpus
from .model_report import add_scores, add_training
from .recording_report import add_recording
from .recording_results import add_typing, write_recording_results
from .write import save_report

__all__ = [
    "add_corpus",
    "add_recording",
    "add_scores",
    "add_training",
    "add_typing",
    "save_report",
    "write_recording_results",
]
