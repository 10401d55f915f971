"""The seizures of a recording and their types, from its label files."""

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

# Kinds that extents of seizures are read from, in order of preference: rows of the whole
# recording before rows of single channels.
_EXTENTS = ("tse", "csv_bi", "tse_bi", "csv", "lbl", "lbl_bi")
_WHOLE_RECORDING = ("tse", "csv_bi", "tse_bi")
# Kinds for the spread over channels, and for types if the extents have none.
_CHANNELS = ("csv", "lbl")


@dataclass(frozen=True)
class RecordingLabels:
    """The seizures of a recording according to its label files."""

    # With `type_share`: the share of the typed channel-seconds that have this type, 1 if all agree,
    # 0 if no row states a type.
    events: pd.DataFrame
    duration: float | None  # In seconds, according to the label files.
    conflicts: tuple[str, ...]  # Contradictions between the files, one line each.
    repairs: tuple[str, ...]  # Repairs of lenient reading, one line each with the file's name.


def find_label_files(edf_path):
    """Find the label files of a recording, by their kind."""
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
    """Read the seizures of a recording from its label files.

    A ``.tse`` (TUSZ v1) holds extents and types. TUSZ v2 has no typed file for the
    whole recording: extents are those of the ``.csv_bi``, and the type is the one that
    covers most channel-seconds of the per-channel ``.csv`` within the extent, on a tie
    the one that starts first. An extent without any typed row is ``"seiz"``. If only
    per-channel files exist, extents are the times at which any channel is in a
    seizure. Non-epileptic seizures are left out.

    Parameters
    ----------
    edf_path : path-like
        The recording; its label files are in the same folder.
    lenient : bool
        Whether to repair or skip malformed lines instead of refusing the file; see
        :func:`~mne_asgpf.corpora.annotation_files.read_annotation_file`.
    recording_duration : float | None
        The length of the recording in seconds; None to read it from its header.
    %(verbose)s

    Returns
    -------
    labels : RecordingLabels
        The seizures, with contradictions and repairs.

    Raises
    ------
    InputError
        If there is no label file, or one that is used is malformed.
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
        f"{annotation.path.name} covers {annotation.duration:g} s, the recording "
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
    """Read the events of one label file, ignoring others of the recording."""
    # Seizures of single channels that overlap or touch are joined and get the type of most of their
    # channel-seconds.
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
    """Return the seizures of a recording and their types.

    Parameters
    ----------
    edf_path : path-like
        The recording; its label files are in the same folder.
    lenient : bool
        Whether to repair or skip malformed lines instead of refusing the file.
    %(verbose)s

    Returns
    -------
    events : pandas.DataFrame
        An event table of seizures of the whole recording, from
        :func:`read_recording_labels`; empty if the label files state that there are
        none.

    Raises
    ------
    InputError
        If there is no label file, or one that is used is malformed.
    """
    return read_recording_labels(edf_path, lenient=lenient).events


@verbose
def channel_events(
    edf_path: PathLike, *, lenient: bool = False, verbose: Verbose = None
) -> pd.DataFrame:
    """Return the seizures of a recording for each channel.

    Parameters
    ----------
    edf_path : path-like
        The recording; its ``.csv`` or ``.lbl`` is in the same folder.
    lenient : bool
        Whether to repair or skip malformed lines instead of refusing the file.
    %(verbose)s

    Returns
    -------
    events : pandas.DataFrame
        An event table; channels are derivations (``'FP1-F7'``), and an event on all
        of them lists none. Empty if no file states channels.

    Raises
    ------
    InputError
        If there is no label file, or one that is used is malformed.
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
            "has no label file next to it",
            "put its .csv and .csv_bi (TUSZ v2) or its .tse (v1) into the same folder",
        )
    return files


def labelled_duration(header):
    """Return the seconds that the labels of a recording may span; None if they are unknown."""
    # With gaps between its records, a recording lasts longer than its data.
    return None if header.is_discontinuous else header.duration or None


def _duration(edf_path):
    try:
        return labelled_duration(read_edf_header(edf_path))
    except InputError:
        return None


def _seizures(annotation):
    if annotation.events.empty:  # most are, and pandas is slow
        return []
    return [row for row in annotation.events.to_dict("records") if is_seizure(row["label"])]


def _differ(annotation, recording_duration):
    """Return whether the file was made for a recording of another length."""
    if annotation.duration is None or recording_duration is None:
        return False
    over = annotation.duration - recording_duration
    # Files that do not state the length may stop before the end.
    return over > ROUNDING or (annotation.kind.startswith("csv") and over < -ROUNDING)
