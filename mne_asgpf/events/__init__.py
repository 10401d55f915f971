"""From class probabilities of windows to typed seizure events, and their files."""

from .decide import decide, given_seizure
from .find import find_seizures
from .given import only_seizures, read_events
from .typed_events import type_events
from .write import write_events

__all__ = [
    "decide",
    "find_seizures",
    "given_seizure",
    "only_seizures",
    "read_events",
    "type_events",
    "write_events",
]
