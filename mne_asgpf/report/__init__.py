"""Sections of an mne.Report: a corpus, a model, its scores, a recording with its events."""

from .corpus_report import add_corpus
from .model_report import add_model, add_scores, add_training
from .recording_report import add_recording
from .recording_results import add_typing, write_recording_results
from .write import new_report, save_report

__all__ = [
    "add_corpus",
    "add_model",
    "add_recording",
    "add_scores",
    "add_training",
    "add_typing",
    "new_report",
    "save_report",
    "write_recording_results",
]
