"""The table that splits are audited by, from a corpus or from a file."""

from collections import Counter
from pathlib import Path

from mne.utils import logger

from ..bids import find_bids_recordings, read_events_tsv
from ..corpora import find_recordings
from ..errors import InputError
from ..labels import is_seizure
from ..signals import find_prepared, is_signal_store
from ..tables import read_table


def read_audit_table(path, *, n_jobs=None):
    """Read what :func:`.audit_splits` needs.

    Parameters
    ----------
    path : path-like
        A corpus in the layout of TUSZ, a BIDS dataset, a folder that ``mne_asgpf
        prepare`` wrote, or a CSV or TSV with the columns
        that :func:`.audit_splits` asks for, such as ``windows.get_metadata()`` saved;
        ``path`` in it is relative to the file.
    n_jobs : int | None
        How many recordings to read at a time, as in joblib.

    Returns
    -------
    table : pandas.DataFrame
        One row a recording or, from a file, whatever its rows are.

    Raises
    ------
    InputError
        If there is nothing to audit.
    """
    path = Path(path)
    if path.is_file():
        return _read_file(path)
    if (path / "dataset_description.json").is_file():
        recordings = find_bids_recordings(path)
        recordings["seizures"] = [_count(events) for events in recordings["events"]]
        return recordings
    if is_signal_store(path):
        return find_prepared(path)
    recordings = find_recordings(path, n_jobs=n_jobs)
    untold = recordings["patient"].isna()
    if untold.any():
        logger.warning("%d recordings without a name of TUSZ are left out.", untold.sum())
    return recordings[~untold]


def _count(events):
    """Count the seizures of an events.tsv by label."""
    return (
        None
        if events is None
        else dict(Counter(filter(is_seizure, read_events_tsv(events)["label"])))
    )


def _read_file(path):
    separator = {".csv": ",", ".tsv": "\t"}.get(path.suffix.lower())
    if separator is None:
        raise InputError(path, "is neither a folder nor a table", "give a folder, .csv or .tsv")
    table = read_table(path, "give a .csv or .tsv", separator=separator).reset_index(drop=True)
    if table.empty:
        raise InputError(path, "has no rows", "give one row a recording or window")
    if "path" in table:
        table["path"] = [path.parent / name for name in table["path"].fillna("")]
    return table.drop(columns="seizures", errors="ignore")
