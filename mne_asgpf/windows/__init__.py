"""Cutting windows from recordings, and their metadata, splits and augmentation."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .adaptation import RunningAdaptation, TypicalSpectrum, typical_spectrum
from .augmentation import (
    AmplitudeScaling,
    ElectrodeDropout,
    FrequencyStretch,
    LeftRightReflection,
    TimeCrop,
    published_augmentation,
    varied_augmentation,
)
from .detection import detection_windows
from .published_lists import (
    EXCLUDED_PATIENTS,
    read_published_list,
    select_published,
)
from .recording_metadata import metadata_from_path
from .recordings_dataset import recordings_dataset
from .select import select_windows
from .splitters import (
    LabelFraction,
    OfficialSplit,
    PatientKFold,
    split_by_patient,
)
from .typed import typed_windows
from .unlabelled import pretraining_windows, recording_windows

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
