"""The seizures in the annotations of a recording."""

from typing import NamedTuple

import numpy as np

from ..event_table import from_annotations
from ..labels import BACKGROUND, CLASS_SCHEMES, LABELS, NOT_SURE, is_seizure

_KNOWN = {NOT_SURE, *LABELS}.union(*CLASS_SCHEMES.values()) - {BACKGROUND}


class Seizure(NamedTuple):
    """A seizure of a recording."""

    start: float  # In seconds from the first sample.
    stop: float
    label: str  # A label of TUSZ or a class of a scheme.
    number: int | None  # In the recording, from 0; None for a non-epileptic one.


def annotated_seizures(raw):
    """Return the seizures in the annotations of a recording, of any type, in order of time."""
    return marked_seizures(from_annotations(raw.annotations, raw.first_time))


def marked_seizures(events):
    """Return the seizures in an event table, of any type, in order of time."""
    seizures, n_epileptic = [], 0
    for onset, duration, label in events[["onset", "duration", "label"]].itertuples(
        index=False, name=None
    ):
        if label in _KNOWN:
            number = n_epileptic if is_seizure(label) else None
            n_epileptic += is_seizure(label)
            seizures.append(Seizure(onset, onset + duration, label, number))
    return seizures


def seizure_times(seizures):
    """Return start and end of seizures in seconds, (n_seizures, 2), for the cutting rules."""
    return np.array([seizure[:2] for seizure in seizures]).reshape(-1, 2)
