"""The table of events, and its conversion to and from annotations.

Readers and models return it; windows are cut by it and writers store it. It is a
:class:`pandas.DataFrame` with the columns

========== ======= ===========================================================
onset      float   seconds from the start of the recording
duration   float   seconds
label      str     a label of TUSZ or a class of a scheme (:mod:`~mne_asgpf.labels`)
confidence float   0 to 1
channels   tuple   channels with the event; empty: the whole recording
========== ======= ===========================================================

sorted by onset. Additional columns may follow.
"""

from datetime import timedelta

import mne
import pandas as pd

from .labels import LABELS

_DTYPES = {
    "onset": float, "duration": float, "label": object, "confidence": float, "channels": object,
}  # fmt: skip
COLUMNS = tuple(_DTYPES)
_RESERVED = ("description", "ch_names", "hed_string")  # mne refuses them as names of extras


def make_event_table(rows=()):
    """Make an event table, sorted by onset; confidence defaults to 1, channels to none."""
    rows = [{"confidence": 1.0, "channels": ()} | dict(row) for row in rows]
    rows.sort(key=lambda row: (row["onset"], row["duration"]))
    further = [name for name in (rows[0] if rows else ()) if name not in COLUMNS]
    # Column by column for speed: indexing makes a table for each of thousands of label files.
    index = pd.RangeIndex(len(rows))
    columns = {
        name: pd.Series([row[name] for row in rows], index, dtype)
        for name, dtype in _DTYPES.items()
    }
    columns |= {name: pd.Series([row.get(name) for row in rows], index) for name in further}
    return pd.DataFrame(columns, index)


def canonical_label(text):
    """Return a text in lower case if that is a label of TUSZ; classes have one spelling."""
    return text.lower() if text.lower() in LABELS else text


def to_annotations(events, orig_time=None):
    """Convert an event table to annotations, one per event, with its label as the description."""
    # `extras` holds its confidence, its channels joined by commas (files drop `ch_names`), and
    # other columns whose names mne does not keep for itself.
    further = ["confidence", *events.columns.difference([*COLUMNS, *_RESERVED], sort=False)]
    extras = events[further].assign(channels=events["channels"].map(",".join))
    return mne.Annotations(
        events["onset"],
        events["duration"],
        events["label"],
        orig_time=orig_time,
        ch_names=list(events["channels"]),
        extras=extras.to_dict("records"),
    )


def from_start(events, meas_date, first_time=0.0):
    """Return an event table whose onsets count from the start of a recording."""
    # Annotations that mne saves count from `attrs["orig_time"]`: for a cropped recording, from
    # before the crop. `meas_date` and `first_time` are those of a Raw.
    orig_time = events.attrs.get("orig_time")
    if orig_time is None or meas_date is None:
        return events
    start = meas_date + timedelta(seconds=first_time)
    # Some formats drop the fraction of a second of the start; that does not move the signals.
    shift = 0 if orig_time.replace(microsecond=0) == start else (orig_time - start).total_seconds()
    moved = events.assign(onset=events["onset"] + shift)
    moved.attrs = events.attrs | {"orig_time": start}
    return moved


def from_annotations(annotations, first_time=0.0):
    """Convert annotations to an event table; labels of TUSZ become lower case."""
    # `first_time` is subtracted from every onset: `raw.first_time` for a Raw with a measurement
    # date.
    rows = []
    for annotation in annotations:
        extras = dict(annotation.get("extras") or {})
        confidence = extras.get("confidence")
        named = str(extras.get("channels") or "")
        rows.append(
            {
                "onset": annotation["onset"] - first_time,
                "duration": annotation["duration"],
                "label": canonical_label(str(annotation["description"])),
                "confidence": 1.0 if confidence is None else float(confidence),
                "channels": tuple(annotation.get("ch_names") or filter(None, named.split(","))),
            }
        )
    return make_event_table(rows)
