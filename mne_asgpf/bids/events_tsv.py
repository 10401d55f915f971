"""Event tables as the events.tsv of BIDS and of SzCORE.

Sources: the BIDS specification 1.10, section events; Dan et al., Epilepsia 2024
(SzCORE) for ``eventType`` and the columns after it.
"""

import json
from pathlib import Path

import pandas as pd
from mne.utils import warn

from ..atomic import write_text
from ..corpora.plain_number import plain_number
from ..errors import InputError, printable
from ..event_table import COLUMNS, make_event_table
from ..labels import BACKGROUND, CLASS_NAMES, LABELS, label_of_szcore, szcore_code
from ..tables import MAX_SECONDS, NOT_TOLD, numbers, read_table, table_text

SZCORE_COLUMNS = (
    "onset", "duration", "eventType", "confidence", "channels", "dateTime", "recordingDuration",
)  # fmt: skip
BIDS_COLUMNS = ("onset", "duration", "trial_type", *SZCORE_COLUMNS[2:])

# Readers of SzCORE ask for a date; BIDS takes years before 1925 for one that is not told.
UNKNOWN_START = "1900-01-01 00:00:00"
_FIRST_YEAR = 1925
_REMEDY = "give an events.tsv of BIDS"


def write_events_tsv(path, events, *, recording_duration, start=None):
    """Write an event table as the events.tsv of a BIDS dataset.

    Parameters
    ----------
    path : path-like
        The file, usually ``*_events.tsv``.
    events : pandas.DataFrame
        An event table. Columns beyond the standard ones are written as they are. An
        empty table becomes one row of background as long as the recording, which
        tells 'nothing found' from 'not looked at'.
    recording_duration : float
        Length of the recording in seconds.
    start : datetime | None
        When the recording began; None where it is not known or not to be told,
        which is written as the year 1900.

    Raises
    ------
    InputError
        If a label is neither one of TUSZ nor a class of a scheme.
    """
    table = _szcore_table(path, events, recording_duration, start)
    table.insert(2, "trial_type", _or_background(events, recording_duration)["label"])
    further = [name for name in events.columns if name not in COLUMNS]
    write_text(path, _text(table.join(events[further])))


def write_szcore_tsv(path, events, *, recording_duration, start=None):
    """Write an event table as SzCORE's scorer reads it.

    Parameters
    ----------
    path : path-like
        The file.
    events : pandas.DataFrame
        An event table. An empty one becomes one row of background as long as the
        recording.
    recording_duration : float
        Length of the recording in seconds.
    start : datetime | None
        When the recording began; None where it is not known or not to be told,
        which is written as the year 1900.

    Raises
    ------
    InputError
        If a label is neither one of TUSZ nor a class of a scheme.
    """
    write_text(path, szcore_text(path, events, recording_duration, start))


def szcore_text(path, events, recording_duration, start):
    """Lay out an event table as SzCORE's scorer reads it.

    Parameters
    ----------
    path : path-like
        The file that it is for, for the message.
    events : pandas.DataFrame
        As for :func:`write_szcore_tsv`, and so are the others.
    recording_duration : float
        Seconds.
    start : datetime | None
        When the recording began.

    Returns
    -------
    text : str
        The content of the file.

    Raises
    ------
    InputError
        If a label is neither one of TUSZ nor a class of a scheme.
    """
    return _text(_szcore_table(path, events, recording_duration, start))


def read_events_tsv(path, *, label_map=None):
    """Read the events.tsv of a BIDS dataset or of SzCORE.

    Parameters
    ----------
    path : path-like
        The file.
    label_map : dict of str to str | None
        What the dataset's own labels mean: its label -> a label of TUSZ or a class,
        such as ``{"Seizure": "seiz"}``. Labels that are not in it stay as they are;
        those that nobody knows are warned of, for they count as no seizure. What is no
        seizure can be mapped to itself.

    Returns
    -------
    events : pandas.DataFrame
        An event table, with rows of background where the file has them. The label
        is ``trial_type``; where that is missing, ``eventType``. Codes of SzCORE
        become the labels that they mean. An event whose duration is "n/a" lasts 0 s.
        Columns that are not part of BIDS_COLUMNS follow, but for those that are called as
        one of the table.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, has a line of more or fewer fields than
        columns, a field that is not a number, a time before the recording or beyond thirty
        years, or a confidence that is not from 0 to 1.
    """
    path = Path(path)
    table = read_table(path, _REMEDY)
    required = ["onset", "duration"]
    if "eventType" not in table:
        required.append("trial_type")
    if lacking := [name for name in required if name not in table]:
        raise InputError(path, f"has no column {', '.join(lacking)}", _REMEDY)

    unknown = pd.Series(None, table.index, dtype=object)
    code = table.get("eventType", unknown)
    label = table.get("trial_type", unknown).fillna(code)
    if label.isna().any():
        raise InputError(
            path,
            f"line {label.isna().idxmax()}: trial_type and eventType are missing",
            "name the event, for example bckg",
        )
    label = translate_labels(path, label, label_map or {})
    events = pd.DataFrame(
        {
            "onset": numbers(path, table["onset"]),
            "duration": numbers(path, table["duration"].fillna("0")),
            "label": label,
            "confidence": numbers(path, table.get("confidence", unknown).fillna("1"), high=1),
            "channels": [
                _channels(path, line, names)
                for line, names in table.get("channels", unknown).items()
            ],
        }
    )
    for name in table.columns.difference([*BIDS_COLUMNS, *COLUMNS], sort=False):
        told = table[name].dropna().map(plain_number)
        events[name] = table[name] if told.isna().any() else told.reindex(table.index).astype(float)
    return make_event_table(events.to_dict("records"))


def translate_labels(path, labels, label_map):
    """Return labels as they are called here; warn of those that nobody knows.

    Parameters
    ----------
    path : path-like
        The file they are from, for the warning.
    labels : pandas.Series of str
        The labels.
    label_map : dict of str to str
        What labels of the file mean.

    Returns
    -------
    labels : pandas.Series of str
        The labels: what the map says; of codes of SzCORE what they mean; others as they
        are.
    """
    meanings = {
        name: label_map.get(name) or label_of_szcore(name) or name for name in labels.unique()
    }
    unknown = sorted({*meanings.values()} - {*CLASS_NAMES, *label_map.values()})
    if unknown:
        where = printable(": ".join([str(path), ", ".join(unknown)]))
        warn(
            f"{where}: these labels are not known and count as no seizure. "
            "Say what they mean with label_map."
        )
    return labels.map(meanings)


def read_recording_times(path, recording):
    """Read what a dataset says of the times of a recording.

    Parameters
    ----------
    path : path-like
        Its events.tsv, with or without the columns of SzCORE.
    recording : path-like
        The recording, ``*_eeg.*``.

    Returns
    -------
    duration : float
        Length of the recording in seconds: ``recordingDuration``, or what the
        ``*_eeg.json`` next to the recording says.
    start : datetime | None
        ``dateTime``; None where it is not told.

    Raises
    ------
    InputError
        If neither file tells how long the recording is, or one is malformed.
    """
    rows = read_table(path, _REMEDY).to_dict("records")
    first = rows[0] if rows else {}
    sidecar = Path(recording).with_suffix(".json")
    duration = first.get("recordingDuration")
    if duration is None and sidecar.is_file():
        try:
            duration = json.loads(sidecar.read_text(encoding="utf-8"))["RecordingDuration"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            duration = None  # no such file as BIDS has them, which the message names
    duration = plain_number(str(duration))
    if duration is None or not 0 < duration <= MAX_SECONDS:
        raise InputError(
            path,
            "nothing says how long the recording is",
            f"give it a column recordingDuration, or {sidecar.name} a RecordingDuration, a number "
            "of seconds",
        )
    start = pd.to_datetime(first.get("dateTime"), errors="coerce")
    told = start is not None and not pd.isna(start) and start.year >= _FIRST_YEAR
    return float(duration), start.to_pydatetime() if told else None


def _or_background(events, recording_duration):
    if len(events):
        return events
    return make_event_table([{"onset": 0.0, "duration": recording_duration, "label": BACKGROUND}])


def _szcore_table(path, events, recording_duration, start):
    events = _or_background(events, recording_duration)
    try:
        codes = events["label"].map(szcore_code)
    except KeyError as error:
        raise InputError(
            path,
            f"label {error} is neither one of TUSZ nor a class",
            f"use one of {', '.join(LABELS)}",
        ) from error
    return pd.DataFrame(
        {
            "onset": events["onset"],
            "duration": events["duration"],
            "eventType": codes,
            "confidence": events["confidence"],
            "channels": events["channels"].map(",".join).replace("", None),
            "dateTime": start.strftime("%Y-%m-%d %H:%M:%S") if start else UNKNOWN_START,
            "recordingDuration": float(recording_duration),
        }
    )


def _channels(path, line, names):
    """Return the channels that a field names."""
    if not isinstance(names, str):
        return ()
    channels = tuple(name.strip() for name in names.split(","))
    if "" in channels:
        raise InputError(
            path,
            f"line {line}: channels is {names!r}, with a name that is empty",
            f"part names by one comma each; write {NOT_TOLD} where there are none",
        )
    return channels


def _text(table):
    # Four decimals, as the label files of TUSZ have.
    return table_text(table, float_format="%.4f")
