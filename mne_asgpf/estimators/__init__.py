"""The two stages as estimators: pre-training and classification."""

from .classifier import ASGPFClassifier
from .patient_split import PatientSplit
from .pretrainer import ASGPFPretrainer
from .progress import StageProgress
from .reading import read_asgpf
from .recording_typing import RecordingTyping

__all__ = [
    "ASGPFClassifier",
    "ASGPFPretrainer",
    "PatientSplit",
    "RecordingTyping",
    "StageProgress",
    "read_asgpf",
]
