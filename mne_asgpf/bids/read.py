"""The EEG recordings of a BIDS dataset."""

from functools import lru_cache
from pathlib import Path

import pandas as pd
from mne_bids import get_entities_from_fname

from ..errors import InputError
from .inheritance import find_table

_COLUMNS = ("path", "patient", "session", "run", "acquisition", "tusz_split", "events")
# FIF is no format of BIDS for EEG, but there are datasets that hold it.
_SUFFIXES = (".edf", ".bdf", ".vhdr", ".set", ".fif")


def find_bids_recordings(root):
    """Find the EEG recordings of a BIDS dataset.

    Parameters
    ----------
    root : path-like
        The folder of the dataset.

    Returns
    -------
    recordings : pandas.DataFrame
        One row a recording, sorted by path: ``path``; ``patient``, ``session``,
        ``run`` and ``acquisition`` as in its name (None where not named);
        ``tusz_split`` as in participants.tsv; ``events``, the path of its
        events.tsv, which may lie further up. The last two are None where there is none.

    Raises
    ------
    InputError
        If the folder is no BIDS dataset or has no EEG recordings.
    """
    root = Path(root)
    if not (root / "dataset_description.json").is_file():
        raise InputError(
            root, "is no BIDS dataset (no dataset_description.json)", "run mne_asgpf convert first"
        )
    splits = participant_splits(root / "participants.tsv")
    rows = []
    for path in sorted(root.glob("sub-*/**/eeg/*_eeg.*")):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        entities = get_entities_from_fname(path, on_error="ignore")
        rows.append(
            {
                "path": path,
                "patient": entities["subject"],
                "session": entities["session"],
                "run": entities["run"],
                "acquisition": entities["acquisition"],
                "tusz_split": splits.get(f"sub-{entities['subject']}"),
                "events": find_table(path, "events"),
            }
        )
    if not rows:
        raise InputError(
            root, "holds no EEG recordings", "give a dataset with sub-*/**/eeg/*_eeg.edf"
        )
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def bad_channels(path):
    """Give the channels that the channels.tsv of a recording calls bad.

    Parameters
    ----------
    path : path-like
        The recording, ``*_eeg.*``.

    Returns
    -------
    names : list of str
        Their names; empty where there is no channels.tsv or it tells no status.
    """
    path = Path(path)
    table = find_table(path, "channels") if path.stem.endswith("_eeg") else None
    if table is None:
        return []
    channels = pd.read_csv(table, sep="\t", dtype=str, keep_default_na=False)
    if not {"name", "status"} <= set(channels):
        return []
    return channels.loc[channels["status"] == "bad", "name"].tolist()


def participant_splits(path):
    """Read the official splits of patients.

    Parameters
    ----------
    path : path-like
        A participants.tsv.

    Returns
    -------
    splits : dict of str to str
        Participant (``sub-...``) -> ``tusz_split``; empty where the file is not there
        or tells none.
    """
    path = Path(path)
    return _read_splits(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=8)  # asked for each recording of a dataset
def _read_splits(path, modified):
    participants = pd.read_csv(path, sep="\t", dtype=str, na_values=["n/a"], keep_default_na=False)
    if "tusz_split" not in participants:
        return {}
    return (
        participants.dropna(subset="tusz_split").set_index("participant_id")["tusz_split"].to_dict()
    )
