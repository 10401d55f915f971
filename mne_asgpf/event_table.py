"""The one typed table of events, and its way to and from mne's annotations.

Readers make it, windows are cut by it, the model's findings come out as it, and
writers take it. It is a :class:`pandas.DataFrame` with the columns

========== ======= ===========================================================
onset      float   seconds from the start of the recording
duration   float   seconds
label      str     a label of TUSZ or a class of a scheme (:mod:`~mne_asgpf.labels`)
confidence float   0 to 1
channels   tuple   channel names the event is bound to; empty: the whole recording
========== ======= ===========================================================

sorted by onset. More columns may follow.
"""

import mne
import pandas as pd

from .labels import LABELS

COLUMNS = ("onset", "duration", "label", "confidence", "channels")


def make_event_table(rows=()):
    """Make an event table.

    Parameters
    ----------
    rows : iterable of dict
        One event each. ``confidence`` is 1 and ``channels`` empty where not given.

    Returns
    -------
    events : pandas.DataFrame
        The events, sorted by onset.
    """
    rows = [{"confidence": 1.0, "channels": ()} | dict(row) for row in rows]
    names = list(COLUMNS) + [name for name in (rows[0] if rows else ()) if name not in COLUMNS]
    events = pd.DataFrame(rows, columns=names)
    events["channels"] = events["channels"].astype(object)
    return (
        events.astype({"onset": float, "duration": float, "label": object, "confidence": float})
        .sort_values(["onset", "duration"], kind="stable")
        .reset_index(drop=True)
    )


def to_annotations(events, orig_time=None):
    """Turn an event table into annotations.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table.
    orig_time : datetime | None
        The time of the recording's first sample; None for relative times.

    Returns
    -------
    annotations : mne.Annotations
        One annotation an event: its label as the description, its channels as
        ``ch_names``, its confidence and further columns in ``extras``.
    """
    further = ["confidence"] + [name for name in events.columns if name not in COLUMNS]
    return mne.Annotations(
        events["onset"],
        events["duration"],
        events["label"],
        orig_time=orig_time,
        ch_names=list(events["channels"]),
        extras=events[further].to_dict("records"),
    )


def from_annotations(annotations, first_time=0.0):
    """Turn annotations into an event table.

    Parameters
    ----------
    annotations : mne.Annotations
        Annotations, for example those of a Raw.
    first_time : float
        What to take off every onset: ``raw.first_time`` for the annotations of a
        Raw with a measurement date.

    Returns
    -------
    events : pandas.DataFrame
        An event table, the description as the label in lower case where it is one
        of TUSZ and as it stands otherwise.
    """
    rows = []
    for annotation in annotations:
        label = str(annotation["description"])
        extras = dict(annotation.get("extras") or {})
        rows.append(
            {
                "onset": annotation["onset"] - first_time,
                "duration": annotation["duration"],
                "label": label.lower() if label.lower() in LABELS else label,
                "confidence": float(extras.pop("confidence", None) or 1.0),
                "channels": tuple(annotation.get("ch_names") or ()),
            }
        )
    return make_event_table(rows)
