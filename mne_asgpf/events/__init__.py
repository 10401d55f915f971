"""From class probabilities of windows to typed seizure events, and their files."""

from .decide import decide, given_seizure
from .find import find_events
from .given import only_seizures, read_events
from .type import type_events
from .write import write_events

__all__ = [
    "decide",
    "find_events",
    "given_seizure",
    "only_seizures",
    "read_events",
    "type_events",
    "write_events",
]
