"""Synthetic EEG with seizures whose type, time and place of onset are known."""

from .corpus import simulate_corpus
from .patient import Patient, draw_patient
from .recording import simulate_recording

__all__ = ["Patient", "draw_patient", "simulate_corpus", "simulate_recording"]
