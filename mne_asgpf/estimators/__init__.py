"""The estimators of the two stages: pre-training and classification."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .classifier import ASGPFClassifier
from .forecast_results import RecordingForecast
from .occlusion import occlude
from .pretrainer import ASGPFPretrainer
from .read import read_asgpf
from .results import RecordingTyping
from .stream import ASGPFStream
from .training.callbacks import StageProgress
from .training.patients import PatientSplit

__all__ = [
    "ASGPFClassifier",
    "ASGPFPretrainer",
    "ASGPFStream",
    "PatientSplit",
    "RecordingForecast",
    "RecordingTyping",
    "StageProgress",
    "occlude",
    "read_asgpf",
]
