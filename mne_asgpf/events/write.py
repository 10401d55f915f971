"""Events written in every format that other software reads."""

import os
from pathlib import Path

from ..atomic import atomic_path
from ..bids.events_tsv import write_events_tsv, write_szcore_tsv
from ..event_table import to_annotations


def write_events(events, folder, stem, *, recording_duration, orig_time=None):
    """Write events as BIDS, SzCORE and mne files.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table.
    folder : path-like
        The folder to write to. It is made when missing.
    stem : str
        What the file names begin with.
    recording_duration : float
        Length of the recording in seconds.
    orig_time : datetime | None
        When the recording began, in UTC. None keeps all times relative, so that the
        files tell no date.

    Returns
    -------
    paths : dict of str to pathlib.Path
        ``"bids"``: ``<stem>_events.tsv``; ``"szcore"``: ``<stem>_szcore.tsv``;
        ``"annotations"``: ``<stem>-annot.fif``, which :func:`mne.read_annotations`
        reads with the confidence and the class probabilities as ``extras``.
    """
    folder = Path(folder)
    paths = {
        "bids": folder / f"{stem}_events.tsv",
        "szcore": folder / f"{stem}_szcore.tsv",
        "annotations": folder / f"{stem}-annot.fif",
    }
    write_events_tsv(paths["bids"], events, recording_duration=recording_duration, start=orig_time)
    write_szcore_tsv(
        paths["szcore"], events, recording_duration=recording_duration, start=orig_time
    )
    with atomic_path(paths["annotations"]) as temporary:
        named = temporary.with_name(f"{temporary.stem}-annot.fif")  # mne asks for the ending
        to_annotations(events, orig_time).save(named, verbose="error")
        os.replace(named, temporary)
    return paths
