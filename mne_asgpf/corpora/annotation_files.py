"""The label files of TUSZ, told apart by their suffix."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..atomic import write_text
from ..errors import InputError
from ..event_table import make_event_table
from ..labels import BACKGROUND, LABELS, SEIZURE, is_seizure
from .csv_labels import format_csv_bi, format_csv_labels, read_csv_labels
from .derivations import montage_derivations
from .lbl import format_lbl, read_lbl
from .tse import format_tse, read_tse

# Kind (the suffix without its dot) -> how to read it, how to write it.
_FORMATS = {
    "tse": (read_tse, format_tse),
    "tse_bi": (read_tse, format_tse),
    "lbl": (read_lbl, format_lbl),
    "lbl_bi": (read_lbl, format_lbl),
    "csv": (read_csv_labels, format_csv_labels),
    "csv_bi": (read_csv_labels, format_csv_bi),
}

#: The kinds of label files: their suffixes without the dot.
ANNOTATION_KINDS = tuple(_FORMATS)


@dataclass(frozen=True)
class AnnotationFile:
    """What a label file says.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        One of :data:`ANNOTATION_KINDS`.
    events : pandas.DataFrame
        An event table without background: background is what the events leave.
        Channels are derivations (``'FP1-F7'``); an event on all of them has none.
    duration : float | None
        The length of the recording in seconds: what the header states, else the
        end of the last row, background included; None where the file has no row.
    """

    path: Path
    kind: str
    events: pd.DataFrame
    duration: float | None


def annotation_kind(path):
    """Give the kind of label file that a path's suffix means.

    Parameters
    ----------
    path : path-like
        The path.

    Returns
    -------
    kind : str | None
        One of :data:`ANNOTATION_KINDS`; None for any other suffix.
    """
    kind = Path(path).suffix[1:].lower()
    return kind if kind in _FORMATS else None


def read_annotation_file(path):
    """Read a label file of TUSZ.

    Parameters
    ----------
    path : path-like
        The file, whose suffix tells its kind.

    Returns
    -------
    annotation : AnnotationFile
        Its events and the length of the recording.

    Raises
    ------
    InputError
        If the file cannot be read or is malformed; the message names the line.
    """
    kind = _require_kind(path)
    rows, duration = _FORMATS[kind][0](path)
    if duration is None:
        duration = max((row["onset"] + row["duration"] for row in rows), default=None)
    events = make_event_table(row for row in rows if row["label"] != BACKGROUND)
    return AnnotationFile(Path(path), kind, events, duration)


def write_annotation_file(path, events, *, duration, montage="ar"):
    """Write a label file of TUSZ, background between the events included.

    Times and confidences are written with four decimals, as the corpus does.

    Parameters
    ----------
    path : path-like
        The file, whose suffix tells its kind: ``.tse``, ``.lbl`` or ``.csv`` with
        types, ``.tse_bi``, ``.lbl_bi`` or ``.csv_bi`` with seizure or background.
    events : pandas.DataFrame
        An event table. Where the kind holds a row a channel, an event goes to the
        derivations in its ``channels``, or to all where there are none.
    duration : float
        The length of the recording in seconds.
    montage : "ar" | "le" | "ar_a" | "le_a"
        The montage of the recording.

    Raises
    ------
    InputError
        If an event has an unknown label, lies outside the recording or is bound to
        a channel that is no derivation of the montage.
    """
    kind = _require_kind(path)
    _validate(path, events, duration, montage)
    if kind.endswith("_bi"):
        events = events[events["label"].map(is_seizure).astype(bool)].assign(label=SEIZURE)
    write_text(path, _FORMATS[kind][1](events, duration, montage, Path(path).stem))


def _require_kind(path):
    kind = annotation_kind(path)
    if kind is None:
        raise InputError(
            path,
            f"has the suffix {Path(path).suffix!r}, which is no label file's",
            f"use one of {', '.join('.' + name for name in ANNOTATION_KINDS)}",
        )
    return kind


def _validate(path, events, duration, montage):
    derivations = set(montage_derivations(montage))
    for event in events.itertuples():
        name = f"event at {event.onset:g} s"
        if event.label not in LABELS:
            raise InputError(
                path, f"{name} has the unknown label {event.label!r}", "use labels of TUSZ"
            )
        # Half of the last decimal written is what rounding may add.
        if event.onset < 0 or event.onset + event.duration > duration + 5e-5:
            raise InputError(
                path, f"{name} lies outside 0 to {duration:g} s", "crop it to the recording"
            )
        strange = set(event.channels) - derivations
        if strange:
            raise InputError(
                path,
                f"{name} is bound to {', '.join(sorted(strange))}, not in montage {montage}",
                "use the names of montage_derivations(montage)",
            )
