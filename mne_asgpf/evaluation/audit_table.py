"""The table for the audit of splits, from a corpus or from a file."""

from collections import Counter
from pathlib import Path

import pandas as pd
from mne.utils import logger, verbose

from ..corpora import find_recordings
from ..errors import InputError
from ..labels import is_seizure
from ..recording_table import make_recording_table
from ..signals import find_prepared, open_source
from ..signals.source import metadata_from_path
from ..tables import read_table
from ..type_aliases import PathLike, Verbose


@verbose
def read_audit_table(
    path: PathLike, *, n_jobs: int | None = None, verbose: Verbose = None
) -> pd.DataFrame:
    """Read the table for :func:`.audit_splits`.

    Parameters
    ----------
    path : path-like
        A source for :func:`~mne_asgpf.signals.open_source`, or a CSV or TSV with the columns
        that :func:`.audit_splits` requires, such as a saved ``windows.get_metadata()``;
        ``path`` in it is relative to the file.
    n_jobs : int | None
        Number of recordings to read in parallel, as in joblib.
    %(verbose)s

    Returns
    -------
    table : pandas.DataFrame
        One row per recording or, from a file, its rows. Recordings whose labels cannot be
        read have the ``status`` ``"refused"``, a ``problem`` and a ``remedy``.

    Raises
    ------
    InputError
        If there is nothing to audit.
    """
    path = Path(path)
    separator = {".csv": ",", ".tsv": "\t"}.get(path.suffix.lower())
    if separator and path.is_file():
        return _read_file(path, separator)
    source = open_source(path)
    if source.is_stored:
        return find_prepared(path)
    if source.kind != "tusz":
        rows = [
            metadata_from_path(one.path) | {"path": one.path} | _count(one)
            for one in source.recordings
        ]
        return make_recording_table(rows, ["seizures", "status", "problem", "remedy"])
    recordings = find_recordings(path, n_jobs=n_jobs)
    is_unnamed = recordings["patient"].isna()
    if is_unnamed.any():
        logger.warning("%d recordings without a TUSZ file name are left out.", is_unnamed.sum())
    return recordings[~is_unnamed]


def _count(recording):
    """Count the seizures of a recording by label; None without labels or with malformed ones."""
    checked = {"seizures": None, "status": "ok", "problem": "", "remedy": ""}
    try:
        events = recording.read_events()
    except InputError as error:  # one bad file must not hide leaks of the others
        problem = f"{error.where}: {error.problem}"
        return checked | {"status": "refused", "problem": problem, "remedy": error.remedy}
    if events is None:
        return checked
    return checked | {"seizures": dict(Counter(filter(is_seizure, events["label"])))}


def _read_file(path, separator):
    table = read_table(path, "give a .csv or .tsv", separator=separator).reset_index(drop=True)
    if table.empty:
        raise InputError(path, "has no rows", "give one row per recording or window")
    if "path" in table:
        table["path"] = [path.parent / name for name in table["path"].fillna("")]
    return table.drop(columns="seizures", errors="ignore")
