"""What the label files have in common: their lines, and rows of labelled time."""

import math
import re
from collections import defaultdict
from pathlib import Path

from ..errors import InputError
from ..labels import BACKGROUND, LABELS

_FETCH_AGAIN = "fetch the label file again or correct this line"


def read_lines(path):
    """Read the lines of a label file that say something.

    Parameters
    ----------
    path : path-like
        The label file.

    Returns
    -------
    lines : list of tuple
        ``(line number, text)`` of each line that is not blank, without line ends,
        outer blanks and byte-order mark.

    Raises
    ------
    InputError
        If the file cannot be read, is no text or holds nothing.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({error.strerror})", "check the path and its permissions"
        ) from error
    lines = []
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            text = line.decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise malformed(path, number, "is no UTF-8 text") from error
        if text:
            lines.append((number, text))
    if not lines:
        raise InputError(path, "is an empty label file", "fetch it again or remove it")
    return lines


def malformed(path, number, problem):
    """Make the error for a line that cannot be understood.

    Parameters
    ----------
    path : path-like
        The label file.
    number : int
        The line's number, from 1.
    problem : str
        What is wrong with the line, to follow its number.

    Returns
    -------
    error : InputError
        The error to raise.
    """
    return InputError(path, f"line {number} {problem}", _FETCH_AGAIN)


def check_version(path, number, line, family):
    """Refuse a label file of a version whose format is not known.

    Parameters
    ----------
    path : path-like
        The label file.
    number : int
        The line's number.
    line : str
        A header line. Any other than one that states a version passes.
    family : str
        The family of the file, such as ``"tse"``.

    Raises
    ------
    InputError
        If the line states a version other than version 1 of the family.
    """
    found = re.fullmatch(r"#?\s*version\s*=\s*(.*)", line)
    if found and not found.group(1).startswith(f"{family}_v1."):
        raise malformed(path, number, f"states version {found.group(1)!r}, not {family}_v1")


def label_row(path, number, start, stop, label, confidence, channels=()):
    """Make an event from the fields of one line.

    Parameters
    ----------
    path : path-like
        The label file.
    number : int
        The line's number.
    start, stop : str
        Start and end in seconds, as written.
    label : str
        The label, as written.
    confidence : str
        The confidence, as written.
    channels : tuple of str
        The derivations; empty for the whole recording.

    Returns
    -------
    row : dict
        The event, with the columns of an event table.

    Raises
    ------
    InputError
        If a field cannot be what it should be.
    """
    values = {}
    for name, text in (("start", start), ("stop", stop), ("confidence", confidence)):
        try:
            values[name] = float(text)
        except ValueError:
            values[name] = math.nan
        if not math.isfinite(values[name]):
            raise malformed(path, number, f"has {name} {text.strip()!r}, which is no number")
    start, stop, confidence = values["start"], values["stop"], values["confidence"]
    label = label.strip().lower()
    if label not in LABELS:
        raise malformed(path, number, f"has the unknown label {label!r}")
    if not 0 <= start <= stop:
        raise malformed(path, number, f"has times out of order: {start:g} to {stop:g} s")
    if not 0 <= confidence <= 1:
        raise malformed(path, number, f"has confidence {confidence:g}, which is not in 0 to 1")
    return {
        "onset": start,
        "duration": stop - start,
        "label": label,
        "confidence": confidence,
        "channels": channels,
    }


def join_channels(rows, montage):
    """Join rows that differ in their channel only.

    Parameters
    ----------
    rows : list of dict
        Events of one channel each, or of the whole recording.
    montage : sequence of str
        All derivations; an event on all of them is one of the whole recording.

    Returns
    -------
    events : list of dict
        One event for each start, end, label and confidence.
    """
    joined = defaultdict(list)
    for row in rows:
        joined[row["onset"], row["duration"], row["label"], row["confidence"]].append(row)
    events = []
    for same in joined.values():
        names = dict.fromkeys(name for row in same for name in row["channels"])
        whole = any(not row["channels"] for row in same) or names.keys() >= set(montage)
        events.append(same[0] | {"channels": () if whole else tuple(names)})
    return events


def tile(events, duration, channel=None):
    """Cover a recording with its events and background between them.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table.
    duration : float
        The length of the recording in seconds.
    channel : str | None
        Cover this derivation only, which events of the whole recording and events
        bound to it concern; None for the whole recording and all events.

    Returns
    -------
    rows : list of tuple
        ``(start, stop, label, confidence)``, by start.
    """
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
