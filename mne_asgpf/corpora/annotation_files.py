"""The label files of TUSZ, distinguished by their suffix."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import mne
import pandas as pd
from mne.utils import verbose

from ..atomic import write_text
from ..errors import InputError
from ..event_table import COLUMNS, make_event_table, to_annotations
from ..labels import BACKGROUND, LABELS, SEIZURE, is_seizure
from ..type_aliases import PathLike, Verbose
from .csv_labels import format_csv_bi, format_csv_labels, read_csv_labels
from .derivations import montage_derivations
from .label_rows import cut_at_end, join_channels
from .label_text import LabelText
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
    """The content of a label file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        One of :data:`ANNOTATION_KINDS`.
    events : pandas.DataFrame
        An event table without background: background is all other time.
        Channels are derivations (``'FP1-F7'``); an event on all of them has none.
    duration : float | None
        The length of the recording in seconds, from the header, else from the end
        of the last row, background included; None if the file has no rows.
    repairs : tuple of Repair
        The lines that lenient reading repaired.
    """

    path: Path
    kind: str
    events: pd.DataFrame
    duration: float | None
    repairs: tuple[str, ...] = ()

    def to_annotations(self, orig_time: datetime | None = None) -> mne.Annotations:
        """Convert the events to annotations that fit any recording.

        Parameters
        ----------
        orig_time : datetime | None
            The time of the recording's first sample; None for relative times.

        Returns
        -------
        annotations : mne.Annotations
            One annotation per event, with its label as the description. ``extras`` hold
            ``confidence`` and ``channels``: the derivations, joined by commas. They
            are not in ``ch_names``, because they are not channels of the recording.
        """
        annotations = to_annotations(self.events, orig_time)
        annotations.ch_names = [()] * len(annotations)
        return annotations


def annotation_kind(path):
    """Return the kind of label file from a path's suffix; None if it is not one."""
    kind = Path(path).suffix[1:].lower()
    return kind if kind in _FORMATS else None


@verbose
def read_annotation_file(
    path: PathLike,
    *,
    lenient: bool = False,
    recording_duration: float | None = None,
    meas_date: datetime | None = None,
    verbose: Verbose = None,
) -> AnnotationFile:
    """Read a label file of TUSZ.

    Byte-order marks, any line ends, blank lines, outer blanks, additional header lines
    and columns, ISO date-times instead of seconds, files that do not tile the
    recording, and overlapping or touching events are accepted; duplicate rows count
    once. Any other deviation from the format is refused, or repaired if ``lenient``:

    ==================================================  ==============================
    a line that is not UTF-8                            read as Latin-1
    another version, a missing column line              read as version 1
    a row that stops before it starts                   its times are swapped
    a row that starts before 0 s or stops more than a   cut there
    second after the end of the recording
    a confidence that is not a number; not in 0 to 1    set to 1; clipped
    a date-time with a time zone                        the zone is ignored
    a row without extent or after the end; an unknown   skipped; if no line is left,
    label; any other line that cannot be parsed         the file is refused
    ==================================================  ==============================

    Parameters
    ----------
    path : path-like
        The file; its suffix sets the kind.
    lenient : bool
        Whether to repair or skip malformed lines instead of refusing the file. Each
        repair is logged and listed.
    recording_duration : float | None
        The length of the recording in seconds, if known; the recording ends there
        or where the file states, whichever is earlier.
    meas_date : datetime | None
        Start of the recording, for files that state dates; None to read it from the
        EDF of the same name in the same folder.
    %(verbose)s

    Returns
    -------
    annotation : AnnotationFile
        The events and the length of the recording.

    Raises
    ------
    InputError
        If the file cannot be read or is malformed; the message names the line.
    """
    kind = _require_kind(path)
    text = LabelText(path, lenient=lenient, meas_date=meas_date)
    rows, duration, derivations = _FORMATS[kind][0](text)
    if duration is None:
        duration = max((row["onset"] + row["duration"] for row in rows), default=None)
    ends = [end for end in (duration, recording_duration) if end is not None]
    rows = cut_at_end(text, rows, min(ends, default=None))
    text.require(rows)
    events = make_event_table(
        {name: row[name] for name in COLUMNS}
        for row in join_channels(rows, derivations)
        if row["label"] != BACKGROUND
    )
    return AnnotationFile(text.path, kind, events, duration, tuple(text.repairs))


def write_annotation_file(
    path: PathLike, events: pd.DataFrame, *, duration: float, montage: str = "ar"
) -> None:
    """Write a label file of TUSZ, background between the events included.

    Times and confidences are written with four decimals, as the corpus does.

    Parameters
    ----------
    path : path-like
        The file; its suffix sets the kind: ``.tse``, ``.lbl`` or ``.csv`` with
        types, ``.tse_bi``, ``.lbl_bi`` or ``.csv_bi`` with seizure or background.
    events : pandas.DataFrame
        An event table. In kinds with one row per channel, an event is written for
        the derivations in its ``channels``, or for all if there are none.
    duration : float
        The length of the recording in seconds.
    montage : "ar" | "le" | "ar_a" | "le_a"
        The montage of the recording.

    Raises
    ------
    InputError
        If an event has an unknown label, lies outside the recording or names a
        channel that is not a derivation of the montage.
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
            f"has the suffix {Path(path).suffix!r}, which is not that of a label file",
            f"use one of {', '.join('.' + name for name in ANNOTATION_KINDS)}",
        )
    return kind


def _validate(path, events, duration, montage):
    derivations = set(montage_derivations(montage))
    for event in events.itertuples():
        name = f"event at {event.onset:g} s"
        stop = event.onset + event.duration
        if event.label not in LABELS:
            raise InputError(
                path, f"{name} has the unknown label {event.label!r}", "use labels of TUSZ"
            )
        # Half of the last decimal written is what rounding may add.
        if not 0 <= event.onset <= stop <= duration + 5e-5:
            raise InputError(
                path, f"{name} lies outside 0 to {duration:g} s", "crop it to the recording"
            )
        if f"{event.onset:.4f}" == f"{stop:.4f}":
            raise InputError(path, f"{name} has no extent", "leave it out")
        if not 0 <= event.confidence <= 1:
            raise InputError(
                path, f"{name} has confidence {event.confidence:g}", "give one in 0 to 1"
            )
        strange = set(event.channels) - derivations
        if strange:
            raise InputError(
                path,
                f"{name} has channels {', '.join(sorted(strange))}, not in montage {montage}",
                "use the names of montage_derivations(montage)",
            )
