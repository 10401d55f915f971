"""The type of a seizure of the whole recording from labels of single channels.

TUSZ v2 states types in rows of single channels only. The rule: within the seizure's
extent, the type that covers most channel-seconds; of equals the one that starts
first. How large its share is tells whether the channels disagree.
"""

from collections import defaultdict

from ..labels import SEIZURE, is_seizure
from .derivations import DERIVATIONS


def type_seizures(extents, typed):
    """Give seizures the type that most of their channel-seconds have.

    Parameters
    ----------
    extents : list of dict
        Seizures of the whole recording: rows of an event table.
    typed : list of dict
        Rows of single channels, by onset, each with a type of seizure. A row
        without channels counts for all 22 derivations.

    Returns
    -------
    seizures : list of dict
        The extents, each with its type as the ``label`` (``"seiz"`` where no row
        states one) and ``type_share``: the part of the typed channel-seconds that
        have it, 1 where all agree, 0 where there are none.
    conflicts : list of str
        One line for each seizure whose rows disagree or state no type, and for each
        typed row that lies in no seizure.
    """
    seizures, conflicts = [], []
    for extent in extents:
        seconds = _channel_seconds(extent, typed)
        # Dicts keep the order of onsets, so that max gives the first of equals.
        label = max(seconds, key=seconds.get, default=SEIZURE)
        share = seconds[label] / sum(seconds.values()) if seconds else 0.0
        seizures.append(extent | {"label": label, "channels": (), "type_share": share})
        if len(seconds) > 1:
            told = ", ".join(f"{name} {time:.0f}" for name, time in seconds.items())
            conflicts.append(f"{_at(extent)}: types disagree (channel-seconds: {told})")
        elif not seconds:
            conflicts.append(f"{_at(extent)}: no row states its type")
    lone = [row for row in typed if not any(_overlap(row, extent) > 0 for extent in extents)]
    conflicts += [
        f"{_at(row)}: a seizure of single channels lies in none of the whole recording"
        for row in join_in_time(lone)
    ]
    return seizures, conflicts


def join_in_time(rows):
    """Join rows, sorted by onset, that overlap or touch.

    Parameters
    ----------
    rows : list of dict
        Rows of an event table.

    Returns
    -------
    extents : list of dict
        Rows that leave time between them, each with the highest confidence of those
        it joins.
    """
    joined: list = []
    for row in rows:
        end = row["onset"] + row["duration"]
        if joined and row["onset"] <= joined[-1]["onset"] + joined[-1]["duration"]:
            last = joined[-1]
            last["duration"] = max(last["duration"], end - last["onset"])
            last["confidence"] = max(last["confidence"], row["confidence"])
        else:
            joined.append(dict(row))
    return joined


def _channel_seconds(extent, typed):
    seconds: dict[str, float] = defaultdict(float)
    for row in typed:
        overlap = _overlap(extent, row)
        if overlap > 0 and row["label"] != SEIZURE and is_seizure(row["label"]):
            seconds[row["label"]] += overlap * (len(row["channels"]) or len(DERIVATIONS))
    return dict(seconds)


def _overlap(a, b):
    """Give the seconds two rows share; below 0 the seconds between them."""
    ends = (row["onset"] + row["duration"] for row in (a, b))
    return min(ends) - max(a["onset"], b["onset"])


def _at(row):
    return f"{row['onset']:g} to {row['onset'] + row['duration']:g} s"
