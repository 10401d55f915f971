"""Opening a path: a recording, a folder of them, a BIDS dataset, a corpus or a signal store."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..bids import find_bids_recordings, read_events_tsv
from ..bids.inheritance import find_table
from ..corpora.files import refuse_special
from ..corpora.recording_names import find_header, is_recording, recording_name
from ..errors import InputError
from ..type_aliases import PathLike
from .layouts import kind_of, layout_of
from .signal_store import STORED, is_stored

_REMEDY = (
    "give a recording (EDF, BDF, BrainVision, EEGLAB, FIF, .h5), a folder of recordings, a BIDS "
    "dataset, a corpus in the layout of TUSZ or the output of mne_asgpf prepare"
)
METADATA = ("patient", "session", "recording", "split")


@dataclass(frozen=True)
class SourceRecording:
    """A recording that is not read yet, and its event files.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    events : pathlib.Path | None
        Its events.tsv.
    labels : tuple of pathlib.Path
        The label files of its layout, if there is no events.tsv.
    """

    path: Path
    events: Path | None = None
    labels: tuple = ()

    @property
    def is_stored(self) -> bool:
        """Whether it is a file of the signal store, which holds its own events."""
        return self.path.suffix == STORED

    def read_events(self, *, label_map: dict[str, str] | None = None) -> pd.DataFrame | None:
        """Read its event files.

        Parameters
        ----------
        label_map : dict of str to str | None
            Meaning of the labels of the events.tsv, as in
            :func:`~mne_asgpf.bids.read_events_tsv`.

        Returns
        -------
        events : pandas.DataFrame | None
            An event table; None if there are no event files.

        Raises
        ------
        InputError
            If a file is malformed.
        """
        if self.events:
            return read_events_tsv(self.events, label_map=label_map)
        return layout_of(self.path)[0].read_labels(self.path) if self.labels else None


@dataclass(frozen=True)
class Source:
    """The kind and the recordings of a path.

    Parameters
    ----------
    path : pathlib.Path
        The path.
    kind : "recording" | "folder" | "bids" | "tusz" | "store"
        A single file; a folder of recordings; a BIDS dataset; a folder with TUSZ file
        names; a folder of only the signal store.
    recordings : tuple of SourceRecording
        Its recordings, by path.
    """

    path: Path
    kind: str
    recordings: tuple[SourceRecording, ...]

    @property
    def is_stored(self) -> bool:
        """Whether its recordings are files of the signal store."""
        return self.recordings[0].is_stored

    @property
    def root(self) -> Path:
        """The folder of its recordings."""
        return self.path.parent if self.kind == "recording" else self.path


def open_source(path: PathLike) -> Source:
    """Find out what a path is, and list its recordings.

    All commands and estimators use it, so that they accept the same inputs.

    Parameters
    ----------
    path : path-like
        A recording: EDF, BDF, BrainVision (the ``.vhdr`` or its ``.eeg``), EEGLAB, FIF,
        other formats of mne with one file per recording, or a file of the signal store; a
        folder of them; a BIDS dataset; a corpus in the layout of TUSZ; or the folder that
        :func:`~mne_asgpf.prepare_corpus` wrote to, or a part of it.

    Returns
    -------
    source : Source
        Its kind and recordings. No signals are read. A folder with a
        ``dataset_description.json`` is a BIDS dataset, whatever else it holds; files of
        the signal store are used only in a folder without other recordings.

    Raises
    ------
    InputError
        If the path does not exist, or it is none of these.
    """
    path = Path(path)
    refuse_special(path)
    if not path.exists():
        raise InputError(path, "does not exist", "check the path")
    if path.is_file():
        return _open_file(path)
    if (path / "dataset_description.json").is_file():
        found = find_bids_recordings(path).itertuples()
        return Source(path, "bids", tuple(SourceRecording(row.path, row.events) for row in found))
    files = sorted(one for one in path.rglob("*") if not _is_hidden(one.relative_to(path)))
    if found := [one for one in files if is_recording(one)]:
        return Source(path, kind_of(found), tuple(map(_with_event_files, found)))
    stored = [one for one in files if one.suffix == STORED]
    if any(map(is_stored, stored)):
        return Source(path, "store", tuple(map(SourceRecording, stored)))
    raise InputError(path, "holds no recordings", _REMEDY)


def metadata_from_path(path: PathLike) -> dict:
    """Return the metadata in the path of a recording, in the layouts of TUSZ and BIDS.

    Parameters
    ----------
    path : path-like
        The recording.

    Returns
    -------
    metadata : dict
        ``patient``; ``session``, in three digits for TUSZ as in BIDS datasets made
        from it; ``recording``, the file's name without its ending; ``split``,
        the official split, for BIDS from participants.tsv. None if not
        stated.
    """
    path = Path(path)
    layout, named = layout_of(path)
    found = {"recording": recording_name(path), "split": layout.find_split(path)}
    return dict.fromkeys(METADATA) | named | found


def named_patient(path):
    """Return the patient named in a path, if its layout is known."""
    return layout_of(path)[1].get("patient")


def _open_file(path):
    if path.suffix == STORED:
        return Source(path, "recording", (SourceRecording(path),))
    path = find_header(path) or path
    if not is_recording(path):
        raise InputError(path, "is not a recording of a known format", _REMEDY)
    return Source(path, "recording", (_with_event_files(path),))


def _with_event_files(path):
    """Return a recording with its event files."""
    name = recording_name(path)
    events = path.with_name(f"{name.removesuffix('_eeg')}_events.tsv")
    try:
        events = events if events.is_file() else None
    except OSError:  # a name that is too long
        events = None
    if events is None and name.endswith("_eeg"):
        events = find_table(path, "events")
    labels = () if events else layout_of(path)[0].find_labels(path)
    return SourceRecording(path, events, labels)


def _is_hidden(path):
    return any(part.startswith(".") for part in path.parts)
