"""Writing of events in several formats."""

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
    "confidence": {"Description": "Probability of the type, lower if the seizure is uncertain"},
    "onset_error": {"Description": "Estimated error of the onset in seconds", "Units": "s"},
    "end_error": {"Description": "Estimated error of the end in seconds", "Units": "s"},
}
# Distinguishes a model's files from a reader's, as in BIDS derivatives.
_OURS = "desc-asgpf"


def event_paths(folder, stem):
    """Return kind -> path of a recording's event files; a final ``_eeg`` of its name is removed."""
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
        The folder to write to; created if missing.
    stem : str
        The name of the recording, with which file names start; a final ``_eeg``, as in
        BIDS, is removed.
    recording_duration : float
        Length of the recording in seconds.
    orig_time : datetime | None
        Start of the recording in UTC. None keeps all times relative, so that the files
        do not contain dates.
    about : dict | None
        Additional content of the sidecar that can be written as JSON.
    overwrite : bool
        Whether to replace existing files.

    Returns
    -------
    paths : dict of str to pathlib.Path
        ``"bids"``: ``<stem>_desc-asgpf_events.tsv``, and ``"sidecar"``, the ``.json`` to it;
        ``"szcore"``: ``<stem>_desc-asgpf_szcore.tsv``; ``"annotations"``:
        ``<stem>_desc-asgpf-annot.fif``, which :func:`mne.read_annotations` reads with the
        confidence and the class probabilities as ``extras``; ``"edf"``:
        ``<stem>_desc-asgpf_annotations.edf``, EDF+ with annotations only and without a date,
        for EEG viewers.

    Raises
    ------
    InputError
        If one of the files exists; then none is written.
    """
    paths = event_paths(folder, stem)
    check_targets(paths.values(), overwrite=overwrite)
    times: dict[str, Any] = {"recording_duration": recording_duration, "start": orig_time}
    write_events_tsv(paths["bids"], events, **times)
    write_szcore_tsv(paths["szcore"], events, **times)
    with atomic_path(paths["edf"]) as temporary:
        rows = list(zip(events["onset"], events["duration"], events["label"], strict=True))
        rows = rows or [(0.0, recording_duration, BACKGROUND)]  # as in the tables
        edfio.Edf([], annotations=[edfio.EdfAnnotation(*one) for one in rows]).write(temporary)
    with atomic_path(paths["annotations"]) as temporary:
        named = temporary.with_name(f"{temporary.stem}-annot.fif")  # suffix required by mne
        to_annotations(events, orig_time).save(named, verbose="error")
        os.replace(named, temporary)
    # Last, because `predict --resume` trusts the sidecar to describe all files.
    description = {"Description": "Seizures classified by a model", "GeneratedBy": made_by()}
    write_json(paths["sidecar"], description | _COLUMNS | (about or {}))
    return paths


def made_by():
    """Return the ``GeneratedBy`` of the sidecar: this package and its version."""
    return [{"Name": "mne_asgpf", "Version": __version__}]
