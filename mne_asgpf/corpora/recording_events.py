"""The seizures of a recording, with their types, from the label files beside it."""

from collections import defaultdict
from pathlib import Path

from ..errors import InputError
from ..event_table import make_event_table
from ..labels import SEIZURE, is_seizure
from .annotation_files import ANNOTATION_KINDS, read_annotation_file
from .derivations import DERIVATIONS

# Where the extents of seizures are taken from, the best first: rows of the whole recording
# before rows of single channels.
_EXTENTS = ("tse", "csv_bi", "tse_bi", "csv", "lbl", "lbl_bi")
# Where types come from when the extents have none.
_TYPES = ("csv", "lbl")


def find_label_files(edf_path):
    """Find the label files beside a recording.

    Parameters
    ----------
    edf_path : path-like
        The recording.

    Returns
    -------
    paths : dict of str to pathlib.Path
        Kind of label file -> the file.
    """
    paths = {kind: Path(edf_path).with_suffix(f".{kind}") for kind in ANNOTATION_KINDS}
    return {kind: path for kind, path in paths.items() if path.exists()}


def recording_events(edf_path):
    """Give the seizures of a recording, each with its type.

    Where there is a ``.tse`` (TUSZ v1), it says both. TUSZ v2 has no typed file for
    the whole recording: there, extents are those of the ``.csv_bi``, and the type is
    the one that covers most channel-seconds of the per-channel ``.csv`` within the
    extent, the one that starts first on a tie. An extent without any typed row is
    ``"seiz"``. Where only per-channel files exist, extents are the times at which
    any channel is in a seizure.

    Parameters
    ----------
    edf_path : path-like
        The recording, beside which the label files lie.

    Returns
    -------
    events : pandas.DataFrame
        An event table of seizures of the whole recording; empty if the label files
        say that there is none. Non-epileptic seizures are not among them.

    Raises
    ------
    InputError
        If there is no label file, or one of those used is malformed.
    """
    files = find_label_files(edf_path)
    if not files:
        raise InputError(
            edf_path,
            "has no label file beside it",
            "put its .csv and .csv_bi (TUSZ v2) or its .tse (v1) into the same folder",
        )
    best = next(kind for kind in _EXTENTS if kind in files)
    extents = _seizures(files[best])
    if best == "tse":
        return make_event_table(row | {"channels": ()} for row in extents)
    typed = next((_seizures(files[kind]) for kind in _TYPES if kind in files), [])
    if best in ("csv", "lbl", "lbl_bi"):
        extents = _union(extents)
    return make_event_table(
        row | {"label": _majority_type(row, typed), "channels": ()} for row in extents
    )


def _seizures(path):
    rows = read_annotation_file(path).events.to_dict("records")
    return [row for row in rows if is_seizure(row["label"])]


def _union(rows):
    """Join rows, sorted by onset, that overlap or touch."""
    joined = []
    for row in rows:
        end = row["onset"] + row["duration"]
        if joined and row["onset"] <= joined[-1]["onset"] + joined[-1]["duration"]:
            last = joined[-1]
            last["duration"] = max(last["duration"], end - last["onset"])
            last["confidence"] = max(last["confidence"], row["confidence"])
        else:
            joined.append(dict(row))
    return joined


def _majority_type(extent, typed):
    seconds = defaultdict(float)
    end = extent["onset"] + extent["duration"]
    for row in typed:
        overlap = min(end, row["onset"] + row["duration"]) - max(extent["onset"], row["onset"])
        if overlap > 0:
            seconds[row["label"]] += overlap * (len(row["channels"]) or len(DERIVATIONS))
    # Dicts keep the order of onsets, so that max gives the first of equals.
    return max(seconds, key=seconds.get, default=SEIZURE)
