"""The table that splits are audited by, from a corpus or from a file."""

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
    """Read what :func:`.audit_splits` needs.

    Parameters
    ----------
    path : path-like
        What :func:`~mne_asgpf.signals.open_source` takes, or a CSV or TSV with the columns
        that :func:`.audit_splits` asks for, such as ``windows.get_metadata()`` saved;
        ``path`` in it is relative to the file.
    n_jobs : int | None
        How many recordings to read at a time, as in joblib.
    %(verbose)s

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
    separator = {".csv": ",", ".tsv": "\t"}.get(path.suffix.lower())
    if separator and path.is_file():
        return _read_file(path, separator)
    source = open_source(path)
    if source.is_stored:
        return find_prepared(path)
    if source.kind != "tusz":
        rows = [
            metadata_from_path(one.path) | {"path": one.path, "seizures": _count(one)}
            for one in source.recordings
        ]
        return make_recording_table(rows, ["seizures"])
    recordings = find_recordings(path, n_jobs=n_jobs)
    untold = recordings["patient"].isna()
    if untold.any():
        logger.warning("%d recordings without a name of TUSZ are left out.", untold.sum())
    return recordings[~untold]


def _count(recording):
    """Count the seizures of a recording by label; None where nobody looked for them."""
    events = recording.read_events()
    return None if events is None else dict(Counter(filter(is_seizure, events["label"])))


def _read_file(path, separator):
    table = read_table(path, "give a .csv or .tsv", separator=separator).reset_index(drop=True)
    if table.empty:
        raise InputError(path, "has no rows", "give one row a recording or window")
    if "path" in table:
        table["path"] = [path.parent / name for name in table["path"].fillna("")]
    return table.drop(columns="seizures", errors="ignore")
