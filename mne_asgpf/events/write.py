"""Events written in every format that other software reads."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import edfio
import pandas as pd

from .. import __version__
from ..atomic import atomic_path, check_targets
from ..bids.events_tsv import write_events_tsv, write_szcore_tsv
from ..bids.sidecars import write_json
from ..corpora.recording_names import ANNOTATIONS_EDF
from ..event_table import to_annotations
from ..labels import BACKGROUND
from ..type_aliases import PathLike

_COLUMNS = {
    "confidence": {"Description": "Probability of the type named, doubt about a seizure included"},
    "onset_error": {"Description": "Seconds by which the onset may be off", "Units": "s"},
    "end_error": {"Description": "Seconds by which the end may be off", "Units": "s"},
}
# By this a model's files are told from a reader's, as BIDS does for derivatives.
_OURS = "desc-asgpf"


def event_paths(folder, stem):
    """Name the files that the events of a recording are written to.

    Parameters
    ----------
    folder : path-like
        The folder.
    stem : str
        The name of the recording; ``_eeg`` at its end, as BIDS has it, is left out.

    Returns
    -------
    paths : dict of str to pathlib.Path
        Kind of file -> path, as :func:`write_events` gives them.
    """
    start = Path(folder) / f"{stem.removesuffix('_eeg')}_{_OURS}"
    return {
        "bids": start.with_name(f"{start.name}_events.tsv"),
        "sidecar": start.with_name(f"{start.name}_events.json"),
        "szcore": start.with_name(f"{start.name}_szcore.tsv"),
        "annotations": start.with_name(f"{start.name}-annot.fif"),
        "edf": start.with_name(start.name.removesuffix(_OURS) + ANNOTATIONS_EDF[1:]),
    }


def write_events(
    events: pd.DataFrame,
    folder: PathLike,
    stem: str,
    *,
    recording_duration: float,
    orig_time: datetime | None = None,
    about: dict | None = None,
    overwrite: bool = False,
) -> dict[str, Path]:
    """Write events as BIDS, SzCORE and mne files.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table.
    folder : path-like
        The folder to write to. It is made when missing.
    stem : str
        The name of the recording, which the file names begin with; ``_eeg`` at its end, as
        BIDS has it, is left out.
    recording_duration : float
        Length of the recording in seconds.
    orig_time : datetime | None
        When the recording began, in UTC. None keeps all times relative, so that the
        files tell no date.
    about : dict | None
        What else the sidecar says of the events, safe for JSON.
    overwrite : bool
        Whether files that are there already may be replaced.

    Returns
    -------
    paths : dict of str to pathlib.Path
        ``"bids"``: ``<stem>_desc-asgpf_events.tsv``, and ``"sidecar"``, the ``.json`` to it;
        ``"szcore"``: ``<stem>_desc-asgpf_szcore.tsv``; ``"annotations"``:
        ``<stem>_desc-asgpf-annot.fif``, which :func:`mne.read_annotations` reads with the
        confidence and the class probabilities as ``extras``; ``"edf"``:
        ``<stem>_desc-asgpf_annotations.edf``, EDF+ with annotations only and no date, which
        viewers of EEG show.

    Raises
    ------
    InputError
        If one of the files is there already; then none is written.
    """
    paths = event_paths(folder, stem)
    check_targets(paths.values(), overwrite=overwrite)
    times: dict[str, Any] = {"recording_duration": recording_duration, "start": orig_time}
    write_events_tsv(paths["bids"], events, **times)
    write_szcore_tsv(paths["szcore"], events, **times)
    made_by = {"Name": "mne_asgpf", "Version": __version__}
    description = {"Description": "Seizures typed by a model", "GeneratedBy": [made_by]}
    write_json(paths["sidecar"], description | _COLUMNS | (about or {}))
    with atomic_path(paths["edf"]) as temporary:
        rows = list(zip(events["onset"], events["duration"], events["label"], strict=True))
        rows = rows or [(0.0, recording_duration, BACKGROUND)]  # as in the tables
        edfio.Edf([], annotations=[edfio.EdfAnnotation(*one) for one in rows]).write(temporary)
    with atomic_path(paths["annotations"]) as temporary:
        named = temporary.with_name(f"{temporary.stem}-annot.fif")  # mne asks for the ending
        to_annotations(events, orig_time).save(named, verbose="error")
        os.replace(named, temporary)
    return paths
