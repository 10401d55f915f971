"""From recordings to windows: preparation, the published cutting rules, datasets, splits."""

from ..braindecode_import import import_braindecode

import_braindecode()

from .recording import prepare_raw, read_recording  # noqa: E402
from .splits import split_by_patient  # noqa: E402
from .typed import typed_windows  # noqa: E402
from .unlabelled import pretraining_windows, recording_windows  # noqa: E402

__all__ = [
    "prepare_raw",
    "pretraining_windows",
    "read_recording",
    "recording_windows",
    "split_by_patient",
    "typed_windows",
]
