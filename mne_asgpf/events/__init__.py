"""Typed seizure events from class probabilities of windows, and their files."""

from ..event_rule import EventRule
from .decide import decide, given_seizure
from .find import find_seizures
from .fit import fit_events
from .given import only_seizures, read_events
from .match import match_events
from .moments import Moments, find_moments
from .typed_events import type_events
from .write import write_events

__all__ = [
    "EventRule",
    "Moments",
    "decide",
    "find_seizures",
    "find_moments",
    "fit_events",
    "given_seizure",
    "match_events",
    "only_seizures",
    "read_events",
    "type_events",
    "write_events",
]
