"""From class probabilities of windows to typed seizure events, and their files."""

from .find import find_events
from .type import type_events
from .write import write_events

__all__ = ["find_events", "type_events", "write_events"]
