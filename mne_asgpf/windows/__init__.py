"""From recordings to windows: how they are prepared, cut, described, split and augmented."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .augmentation import (  # noqa: E402
    AmplitudeScaling,
    LeftRightReflection,
    published_augmentation,
)
from .recording import prepare_raw, read_recording  # noqa: E402
from .splits import split_by_patient  # noqa: E402
from .typed import typed_windows  # noqa: E402
from .unlabelled import pretraining_windows, recording_windows  # noqa: E402

__all__ = [
    "AmplitudeScaling",
    "LeftRightReflection",
    "prepare_raw",
    "pretraining_windows",
    "published_augmentation",
    "read_recording",
    "recording_windows",
    "split_by_patient",
    "typed_windows",
]
