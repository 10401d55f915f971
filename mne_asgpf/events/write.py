"""Events written in every format that other software reads."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from .. import __version__
from ..atomic import atomic_path, check_targets
from ..bids.events_tsv import write_events_tsv, write_szcore_tsv
from ..bids.sidecars import write_json
from ..event_table import to_annotations
from ..type_aliases import PathLike

# By this a model's files are told from a reader's, as BIDS does for derivatives.
_OURS = "desc-asgpf"


def event_paths(folder, stem):
    """Name the files that the events of a recording are written to."""
    start = Path(folder) / f"{stem.removesuffix('_eeg')}_{_OURS}"
    return {
        "bids": start.with_name(f"{start.name}_events.tsv"),
        "sidecar": start.with_name(f"{start.name}_events.json"),
        "szcore": start.with_name(f"{start.name}_szcore.tsv"),
        "annotations": start.with_name(f"{start.name}-annot.fif"),
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
        confidence and the class probabilities as ``extras``.

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
    write_json(paths["sidecar"], description | (about or {}))
    with atomic_path(paths["annotations"]) as temporary:
        named = temporary.with_name(f"{temporary.stem}-annot.fif")  # mne asks for the ending
        to_annotations(events, orig_time).save(named, verbose="error")
        os.replace(named, temporary)
    return paths
