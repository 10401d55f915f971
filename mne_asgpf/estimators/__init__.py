"""The estimators of the two stages: pre-training and classification."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .classifier import ASGPFClassifier  # noqa: E402  (only after the check of the installation)
from .forecast_results import RecordingForecast  # noqa: E402
from .occlusion import occlude  # noqa: E402
from .pretrainer import ASGPFPretrainer  # noqa: E402
from .read import read_asgpf  # noqa: E402
from .results import RecordingTyping  # noqa: E402
from .stream import ASGPFStream  # noqa: E402
from .training.patient_split import PatientSplit  # noqa: E402
from .training.progress import StageProgress  # noqa: E402

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
