"""The seizures of a recording, with their types, from the label files beside it."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from mne.utils import verbose

from ..errors import InputError
from ..event_table import COLUMNS, make_event_table
from ..labels import is_seizure
from ..type_aliases import PathLike, Verbose
from .annotation_files import ANNOTATION_KINDS, read_annotation_file
from .edf_header import read_edf_header
from .label_rows import ROUNDING
from .seizure_types import join_in_time, type_seizures

# Where the extents of seizures are taken from, the best first: rows of the whole recording
# before rows of single channels.
_EXTENTS = ("tse", "csv_bi", "tse_bi", "csv", "lbl", "lbl_bi")
_WHOLE_RECORDING = ("tse", "csv_bi", "tse_bi")
# Where types come from when the extents have none, and the spread over channels.
_CHANNELS = ("csv", "lbl")


@dataclass(frozen=True)
class RecordingLabels:
    """What the label files beside a recording say about its seizures.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table of the seizures of the whole recording, with ``type_share``:
        the part of the channel-seconds with a type that have the one given, 1 where
        all agree, 0 where no row states a type.
    duration : float | None
        The length of the recording in seconds as the label files have it.
    conflicts : tuple of str
        What the files say differently, one line each.
    repairs : tuple of str
        What lenient reading repaired, one line each with the file's name.
    """

    events: pd.DataFrame
    duration: float | None
    conflicts: tuple[str, ...]
    repairs: tuple[str, ...]


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
    return {kind: path for kind, path in paths.items() if os.path.exists(path)}


@verbose
def read_recording_labels(
    edf_path: PathLike,
    *,
    lenient: bool = False,
    recording_duration: float | None = None,
    verbose: Verbose = None,
) -> RecordingLabels:
    """Read what the label files beside a recording say about its seizures.

    Where there is a ``.tse`` (TUSZ v1), it says extents and types. TUSZ v2 has no
    typed file for the whole recording: there, extents are those of the ``.csv_bi``,
    and the type is the one that covers most channel-seconds of the per-channel
    ``.csv`` within the extent, the one that starts first on a tie. An extent without
    any typed row is ``"seiz"``. Where only per-channel files exist, extents are the
    times at which any channel is in a seizure. Non-epileptic seizures are left out.

    Parameters
    ----------
    edf_path : path-like
        The recording, beside which the label files lie.
    lenient : bool
        Whether malformed lines are repaired or left out instead of refused; see
        :func:`~mne_asgpf.corpora.annotation_files.read_annotation_file`.
    recording_duration : float | None
        The length of the recording in seconds; None to read it from its header.
    %(verbose)s

    Returns
    -------
    labels : RecordingLabels
        The seizures, and what is odd about their labels.

    Raises
    ------
    InputError
        If there is no label file, or one of those used is malformed.
    """
    files = _require_label_files(edf_path)
    if recording_duration is None:
        recording_duration = _duration(edf_path)
    best = next(kind for kind in _EXTENTS if kind in files)
    used = [best]
    if best != "tse":
        used += [kind for kind in _CHANNELS if kind in files and kind != best][:1]
    read = [
        read_annotation_file(files[kind], lenient=lenient, recording_duration=recording_duration)
        for kind in used
    ]
    extents, typed = _seizures(read[0]), _seizures(read[-1])
    if best == "tse":
        events = [row | {"channels": (), "type_share": 1.0} for row in extents]
        conflicts = []
    else:
        if best not in _WHOLE_RECORDING:
            extents = join_in_time(extents)
        events, conflicts = type_seizures(extents, typed)
    conflicts += [
        f"{annotation.path.name} is of {annotation.duration:g} s, the recording of "
        f"{recording_duration:g} s"
        for annotation in read
        if _differ(annotation, recording_duration)
    ]
    repairs = [f"{one.path.name}: {repair}" for one in read for repair in one.repairs]
    table = make_event_table(events)
    if table.empty:
        table["type_share"] = pd.Series(dtype=float)
    return RecordingLabels(table, read[0].duration, tuple(conflicts), tuple(repairs))


def read_label_file(path):
    """Read the events of one label file, whatever lies beside it.

    Parameters
    ----------
    path : path-like
        The label file.

    Returns
    -------
    events : pandas.DataFrame
        An event table. Seizures of single channels that overlap or touch are one, of the
        type that most of its channel-seconds have.

    Raises
    ------
    InputError
        If the file is malformed.
    """
    annotation = read_annotation_file(path)
    if annotation.kind in _WHOLE_RECORDING:
        return annotation.events
    rows = _seizures(annotation)
    seizures, _ = type_seizures(join_in_time(rows), rows)
    others = [row for row in annotation.events.to_dict("records") if not is_seizure(row["label"])]
    return make_event_table({name: row[name] for name in COLUMNS} for row in seizures + others)


@verbose
def recording_events(
    edf_path: PathLike, *, lenient: bool = False, verbose: Verbose = None
) -> pd.DataFrame:
    """Give the seizures of a recording, each with its type.

    Parameters
    ----------
    edf_path : path-like
        The recording, beside which the label files lie.
    lenient : bool
        Whether malformed lines are repaired or left out instead of refused.
    %(verbose)s

    Returns
    -------
    events : pandas.DataFrame
        An event table of seizures of the whole recording, as
        :func:`read_recording_labels` finds them; empty if the label files say that
        there is none.

    Raises
    ------
    InputError
        If there is no label file, or one of those used is malformed.
    """
    return read_recording_labels(edf_path, lenient=lenient).events


@verbose
def channel_events(
    edf_path: PathLike, *, lenient: bool = False, verbose: Verbose = None
) -> pd.DataFrame:
    """Give the seizures of a recording channel by channel: where each was, and when.

    Parameters
    ----------
    edf_path : path-like
        The recording, beside which its ``.csv`` or ``.lbl`` lies.
    lenient : bool
        Whether malformed lines are repaired or left out instead of refused.
    %(verbose)s

    Returns
    -------
    events : pandas.DataFrame
        An event table; channels are derivations (``'FP1-F7'``), and an event on all
        of them has none. Empty where no file says anything about channels.

    Raises
    ------
    InputError
        If there is no label file, or one of those used is malformed.
    """
    files = _require_label_files(edf_path)
    kind = next((kind for kind in _CHANNELS if kind in files), None)
    if kind is None:
        return make_event_table()
    return make_event_table(
        _seizures(
            read_annotation_file(
                files[kind], lenient=lenient, recording_duration=_duration(edf_path)
            )
        )
    )


def _require_label_files(edf_path):
    files = find_label_files(edf_path)
    if not files:
        raise InputError(
            edf_path,
            "has no label file beside it",
            "put its .csv and .csv_bi (TUSZ v2) or its .tse (v1) into the same folder",
        )
    return files


def labelled_duration(header):
    """Give the seconds that the labels of a recording may span.

    Parameters
    ----------
    header : EdfHeader
        The header of the recording.

    Returns
    -------
    duration : float | None
        Its length; None where that cannot be told from the header: with gaps between
        its records a recording lasts longer than it holds data.
    """
    return None if header.is_discontinuous else header.duration or None


def _duration(edf_path):
    try:
        return labelled_duration(read_edf_header(edf_path))
    except InputError:
        return None


def _seizures(annotation):
    if annotation.events.empty:  # most are, and pandas takes its time
        return []
    return [row for row in annotation.events.to_dict("records") if is_seizure(row["label"])]


def _differ(annotation, recording_duration):
    """Tell whether the file was made for a recording of another length."""
    if annotation.duration is None or recording_duration is None:
        return False
    over = annotation.duration - recording_duration
    # Files that do not state the length need not reach the end.
    return over > ROUNDING or (annotation.kind.startswith("csv") and over < -ROUNDING)
