"""Cutting windows from recordings, and their metadata, splits and augmentation."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .adaptation import RunningAdaptation, TypicalSpectrum, typical_spectrum  # noqa: E402
from .augmentation import (  # noqa: E402
    AmplitudeScaling,
    ElectrodeDropout,
    FrequencyStretch,
    LeftRightReflection,
    TimeCrop,
    published_augmentation,
    varied_augmentation,
)
from .detection import detection_windows  # noqa: E402
from .published_lists import (  # noqa: E402
    EXCLUDED_PATIENTS,
    read_published_list,
    select_published,
)
from .recording_metadata import metadata_from_path  # noqa: E402
from .recordings_dataset import recordings_dataset  # noqa: E402
from .select import select_windows  # noqa: E402
from .splitters import (  # noqa: E402
    LabelFraction,
    OfficialSplit,
    PatientKFold,
    split_by_patient,
)
from .typed import typed_windows  # noqa: E402
from .unlabelled import pretraining_windows, recording_windows  # noqa: E402

__all__ = [
    "EXCLUDED_PATIENTS",
    "AmplitudeScaling",
    "ElectrodeDropout",
    "FrequencyStretch",
    "LabelFraction",
    "LeftRightReflection",
    "OfficialSplit",
    "PatientKFold",
    "RunningAdaptation",
    "TimeCrop",
    "TypicalSpectrum",
    "metadata_from_path",
    "detection_windows",
    "pretraining_windows",
    "published_augmentation",
    "read_published_list",
    "recording_windows",
    "recordings_dataset",
    "select_published",
    "select_windows",
    "split_by_patient",
    "typed_windows",
    "typical_spectrum",
    "varied_augmentation",
]
