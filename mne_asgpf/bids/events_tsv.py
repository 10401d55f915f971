"""Event tables as the events.tsv of BIDS and of SzCORE.

Sources: the BIDS specification 1.10, section events; Dan et al., Epilepsia 2024
(SzCORE) for ``eventType`` and the columns after it.
"""

import json
from datetime import datetime
from pathlib import Path

import pandas as pd
from mne.utils import verbose, warn

from ..atomic import write_text
from ..corpora.plain_number import plain_number
from ..errors import InputError, printable
from ..event_table import COLUMNS, make_event_table
from ..labels import BACKGROUND, CLASS_NAMES, LABELS, label_of_szcore, szcore_code
from ..tables import MAX_SECONDS, NOT_AVAILABLE, numbers, read_table, table_text
from ..type_aliases import PathLike, Verbose

SZCORE_COLUMNS = (
    "onset", "duration", "eventType", "confidence", "channels", "dateTime", "recordingDuration",
)  # fmt: skip
BIDS_COLUMNS = ("onset", "duration", "trial_type", *SZCORE_COLUMNS[2:])

# Readers of SzCORE require a date; BIDS treats years before 1925 as unknown.
UNKNOWN_START = "1900-01-01 00:00:00"
_FIRST_YEAR = 1925
_REMEDY = "give an events.tsv of BIDS"


def write_events_tsv(
    path: PathLike,
    events: pd.DataFrame,
    *,
    recording_duration: float,
    start: datetime | None = None,
) -> None:
    """Write an event table as the events.tsv of a BIDS dataset.

    Parameters
    ----------
    path : path-like
        The file, usually ``*_events.tsv``.
    events : pandas.DataFrame
        An event table. Additional columns are written unchanged. An empty table
        becomes one row of background as long as the recording, which distinguishes
        'nothing found' from 'not examined'.
    recording_duration : float
        Length of the recording in seconds.
    start : datetime | None
        Start of the recording; None if unknown or withheld, which is written as the
        year 1900.

    Raises
    ------
    InputError
        If a label is neither one of TUSZ nor a class of a scheme.
    """
    table = _szcore_table(path, events, recording_duration, start)
    table.insert(2, "trial_type", _or_background(events, recording_duration)["label"])
    further = [name for name in events.columns if name not in COLUMNS]
    write_text(path, _text(table.join(events[further])))


def write_szcore_tsv(
    path: PathLike,
    events: pd.DataFrame,
    *,
    recording_duration: float,
    start: datetime | None = None,
) -> None:
    """Write an event table in the format of SzCORE's scorer.

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
        Start of the recording; None if unknown or withheld, which is written as the
        year 1900.

    Raises
    ------
    InputError
        If a label is neither one of TUSZ nor a class of a scheme.
    """
    write_text(path, szcore_text(path, events, recording_duration, start))


def szcore_text(path, events, recording_duration, start):
    """Format an event table for SzCORE's scorer; ``path`` is for messages."""
    return _text(_szcore_table(path, events, recording_duration, start))


@verbose
def read_events_tsv(
    path: PathLike, *, label_map: dict[str, str] | None = None, verbose: Verbose = None
) -> pd.DataFrame:
    """Read the events.tsv of a BIDS dataset or of SzCORE.

    Parameters
    ----------
    path : path-like
        The file.
    label_map : dict of str to str | None
        Meaning of the dataset's own labels: its label -> a label of TUSZ or a class,
        such as ``{"Seizure": "seiz"}``. Other labels are unchanged.
        Unknown labels raise a warning, as they do not count as seizures; map labels of
        other events to themselves to avoid it.
    %(verbose)s

    Returns
    -------
    events : pandas.DataFrame
        An event table, with rows of background if the file has them. The label is
        ``trial_type`` or, if that is missing, ``eventType``. Codes of SzCORE are
        translated to labels. An event whose duration is "n/a" lasts 0 s. Columns that
        are not part of BIDS_COLUMNS follow, except those with the name of a column of
        the event table.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, has a line with more or fewer fields than
        columns, a field that is not a number, a time before the recording or beyond thirty
        years, or a confidence outside 0 to 1.
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
        values = table[name].dropna().map(plain_number)
        events[name] = (
            table[name] if values.isna().any() else values.reindex(table.index).astype(float)
        )
    return make_event_table(events.to_dict("records"))


def translate_labels(path, labels, label_map):
    """Translate mapped labels and SzCORE's codes to our labels; warn of unknown ones."""
    meanings = {
        name: label_map.get(name) or label_of_szcore(name) or name for name in labels.unique()
    }
    unknown = sorted({*meanings.values()} - {*CLASS_NAMES, *label_map.values()})
    if unknown:
        where = printable(": ".join([str(path), ", ".join(unknown)]))
        warn(
            f"{where}: these labels are unknown and do not count as seizures. "
            "Translate them with label_map."
        )
    return labels.map(meanings)


def read_recording_times(path, recording):
    """Read the length in seconds and the start (None if not stated) of a recording of a dataset."""
    rows = read_table(path, _REMEDY).to_dict("records")
    first = rows[0] if rows else {}
    sidecar = Path(recording).with_suffix(".json")
    duration = first.get("recordingDuration")
    if duration is None and sidecar.is_file():
        try:
            duration = json.loads(sidecar.read_text(encoding="utf-8"))["RecordingDuration"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            duration = None  # not a valid BIDS file, which the message names
    duration = plain_number(str(duration))
    if duration is None or not 0 < duration <= MAX_SECONDS:
        raise InputError(
            path,
            "the length of the recording is not stated",
            f"add recordingDuration to it, or RecordingDuration to {sidecar.name}, in seconds",
        )
    start = pd.to_datetime(first.get("dateTime"), errors="coerce")
    is_known = start is not None and not pd.isna(start) and start.year >= _FIRST_YEAR
    return float(duration), start.to_pydatetime() if is_known else None


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
    """Return the channels named in a field."""
    if not isinstance(names, str):
        return ()
    channels = tuple(name.strip() for name in names.split(","))
    if "" in channels:
        raise InputError(
            path,
            f"line {line}: channels is {names!r}, with an empty name",
            f"separate names by single commas; write {NOT_AVAILABLE} if there are none",
        )
    return channels


def _text(table):
    # Four decimals, as in the label files of TUSZ.
    return table_text(table, float_format="%.4f")
