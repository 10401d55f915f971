"""The seizures in the annotations of a recording."""

from typing import NamedTuple

import numpy as np

from ..event_table import from_annotations
from ..labels import BACKGROUND, CLASS_SCHEMES, LABELS, NOT_SURE, is_seizure

_KNOWN = {NOT_SURE, *LABELS}.union(*CLASS_SCHEMES.values()) - {BACKGROUND}


class Seizure(NamedTuple):
    """A seizure of a recording.

    Parameters
    ----------
    start, stop : float
        Its start and end in seconds from the first sample.
    label : str
        Its label of TUSZ or its class of a scheme.
    number : int | None
        Its number in the recording, from 0; None for a non-epileptic one.
    """

    start: float
    stop: float
    label: str
    number: int | None


def annotated_seizures(raw):
    """Return the seizures in the annotations of a recording, of any type.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        A recording whose annotations are named after labels of TUSZ or classes of a
        scheme. Other annotations are ignored.

    Returns
    -------
    seizures : list of Seizure
        The seizures in order of time.
    """
    return marked_seizures(from_annotations(raw.annotations, raw.first_time))


def marked_seizures(events):
    """Return the seizures in an event table, of any type.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table. Labels of neither TUSZ nor a scheme are ignored.

    Returns
    -------
    seizures : list of Seizure
        The seizures in order of time.
    """
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
    """Return the times of seizures as an array, for the cutting rules.

    Parameters
    ----------
    seizures : list of Seizure
        The seizures.

    Returns
    -------
    times : array of float, shape (n_seizures, 2)
        Start and end in seconds.
    """
    return np.array([seizure[:2] for seizure in seizures]).reshape(-1, 2)
