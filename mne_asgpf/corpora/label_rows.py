"""Rows of labelled time, common to all kinds of label files."""

from collections import defaultdict

from ..labels import BACKGROUND, LABELS
from .plain_number import plain_number

#: Seconds by which labels may exceed the end of the recording: times are rounded up.
ROUNDING = 1.0


def label_row(text, number, start, stop, label, confidence, channels=()):
    """Make an event, with ``line``, from the fields of one line; ``channels`` is empty for all."""
    label = label.strip().lower()
    if label not in LABELS:
        raise text.malformed(number, f"has the unknown label {label!r}")
    onset, end = text.seconds(number, "start", start), text.seconds(number, "stop", stop)
    if onset > end:
        text.repair(number, f"has times out of order: {onset:g} to {end:g} s", "swapped")
        onset, end = end, onset
    if onset < 0:
        text.repair(number, f"starts at {onset:g} s, before the recording", "cut at 0 s")
        onset, end = 0.0, max(end, 0.0)
    if onset == end and label != BACKGROUND:
        raise text.malformed(number, f"has no extent: {onset:g} to {end:g} s")
    return {
        "onset": onset,
        "duration": end - onset,
        "label": label,
        "confidence": _confidence(text, number, confidence),
        "channels": channels,
        "line": number,
    }


def cut_at_end(text, rows, end):
    """Crop events that extend past the end of the recording, in seconds (None if unknown)."""
    # Events may exceed it by as much as labels are rounded; background may exceed it by any amount.
    if end is None:
        return rows
    kept = []
    for row in rows:
        stop = row["onset"] + row["duration"]
        if stop <= end + ROUNDING or row["label"] == BACKGROUND:
            kept.append(row)
            continue
        with text.leaving_out(row["line"]):
            if row["onset"] >= end:
                raise text.malformed(
                    row["line"], f"starts at {row['onset']:g} s, after the end at {end:g} s"
                )
            text.repair(row["line"], f"stops at {stop:g} s, after the end at {end:g} s", "cut")
            kept.append(row | {"duration": end - row["onset"]})
    return kept


def join_channels(rows, derivations):
    """Join rows that differ only in their channel; all derivations mean the whole recording."""
    joined = defaultdict(list)
    for row in rows:
        joined[row["onset"], row["duration"], row["label"], row["confidence"]].append(row)
    events = []
    for same in joined.values():
        names = dict.fromkeys(name for row in same for name in row["channels"])
        whole = any(not row["channels"] for row in same) or names.keys() >= set(derivations)
        events.append(same[0] | {"channels": () if whole else tuple(names)})
    return events


def tile(events, duration, channel=None):
    """Return (start, stop, label, confidence) of the events and the background between them."""
    # With a `channel`, of its events and those of the whole recording only.
    rows, covered = [], 0.0
    for event in events.itertuples():
        if channel and event.channels and channel not in event.channels:
            continue
        if event.onset > covered:
            rows.append((covered, event.onset, BACKGROUND, 1.0))
        stop = event.onset + event.duration
        rows.append((event.onset, stop, event.label, event.confidence))
        covered = max(covered, stop)
    if duration > covered:
        rows.append((covered, duration, BACKGROUND, 1.0))
    return rows


def _confidence(text, number, field):
    value = plain_number(field)
    if value is None:
        problem = f"has confidence {field.strip()!r}, which is not a number"
        text.repair(number, problem, "set to 1")
        return 1.0
    if not 0 <= value <= 1:
        problem = f"has confidence {value:g}, which is not in 0 to 1"
        text.repair(number, problem, "clipped to 0 to 1")
        return min(max(value, 0.0), 1.0)
    return value
