"""The type of a seizure of the whole recording from labels of single channels.

TUSZ v2 states types in rows of single channels only. The rule: within the extent
of the seizure, the type that covers most channel-seconds; on a tie, the one that
starts first. Its share shows whether the channels disagree.
"""

from collections import defaultdict

from ..labels import SEIZURE, is_seizure
from .derivations import DERIVATIONS


def type_seizures(extents, typed):
    """Assign to each extent the type of most of its channel-seconds, and list the conflicts."""
    # Rows without channels count for all 22 derivations. `type_share` is the share of the typed
    # channel-seconds that have the type: 1 if all agree, 0 (and "seiz") if no row states one.
    seizures, conflicts = [], []
    for extent in extents:
        seconds = _channel_seconds(extent, typed)
        # Dicts keep the order of onsets, so that max returns the first on a tie.
        label = max(seconds, key=seconds.get, default=SEIZURE)
        share = seconds[label] / sum(seconds.values()) if seconds else 0.0
        seizures.append(extent | {"label": label, "channels": (), "type_share": share})
        if len(seconds) > 1:
            per_type = ", ".join(f"{name} {time:.0f}" for name, time in seconds.items())
            conflicts.append(f"{_at(extent)}: types disagree (channel-seconds: {per_type})")
        elif not seconds:
            conflicts.append(f"{_at(extent)}: no row states its type")
    lone = [row for row in typed if not any(_overlap(row, extent) > 0 for extent in extents)]
    conflicts += [
        f"{_at(row)}: a seizure of single channels is outside all seizures of the whole recording"
        for row in join_in_time(lone)
    ]
    return seizures, conflicts


def join_in_time(rows):
    """Join rows, sorted by onset, that overlap or touch; keep their highest confidence."""
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
    """Return the overlap of two rows in seconds; if negative, the gap between them."""
    ends = (row["onset"] + row["duration"] for row in (a, b))
    return min(ends) - max(a["onset"], b["onset"])


def _at(row):
    return f"{row['onset']:g} to {row['onset'] + row['duration']:g} s"
