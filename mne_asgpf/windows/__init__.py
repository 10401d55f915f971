"""From recordings to windows: one form for all recordings, the cutting rules, datasets, splits."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .dataset import (  # noqa: E402  (only after the check of the installation)
    pretraining_windows,
    recording_windows,
    typed_windows,
)
from .recording import prepare_raw, read_recording  # noqa: E402
from .splits import split_by_patient  # noqa: E402

__all__ = [
    "prepare_raw",
    "pretraining_windows",
    "read_recording",
    "recording_windows",
    "split_by_patient",
    "typed_windows",
]
