"""The EEG recordings of a BIDS dataset."""

from functools import lru_cache
from pathlib import Path

import pandas as pd
from mne_bids import get_entities_from_fname

from ..corpora.recording_names import is_recording, recording_name
from ..errors import InputError
from ..recording_table import make_recording_table
from ..tables import NOT_AVAILABLE, read_table
from ..type_aliases import PathLike
from .inheritance import find_table

_FURTHER = ("run", "acquisition", "events")


def find_bids_recordings(root: PathLike) -> pd.DataFrame:
    """Find the EEG recordings of a BIDS dataset.

    Parameters
    ----------
    root : path-like
        The folder of the dataset.

    Returns
    -------
    recordings : pandas.DataFrame
        A :mod:`table of recordings <mne_asgpf.recording_table>` without the columns from
        headers and events. ``split`` is ``tusz_split`` of participants.tsv. Further columns
        are ``run`` and ``acquisition`` as in the name of the recording, and ``events``, the
        path of its events.tsv, which may be further up; None if there is none.

    Raises
    ------
    InputError
        If the folder is not a BIDS dataset or has no EEG recordings.
    """
    root = Path(root)
    if not (root / "dataset_description.json").is_file():
        raise InputError(
            root,
            "is not a BIDS dataset (no dataset_description.json)",
            "run mne_asgpf convert first",
        )
    splits = participant_splits(root / "participants.tsv")
    rows = []
    for path in sorted(root.glob("sub-*/**/eeg/*_eeg.*")):
        if not is_recording(path):
            continue
        entities = get_entities_from_fname(path, on_error="ignore")
        rows.append(
            {
                "path": path,
                "patient": entities["subject"],
                "session": entities["session"],
                "run": entities["run"],
                "acquisition": entities["acquisition"],
                "split": splits.get(f"sub-{entities['subject']}"),
                "events": find_table(path, "events"),
            }
        )
    if not rows:
        raise InputError(
            root, "holds no EEG recordings", "give a dataset with sub-*/**/eeg/*_eeg.edf"
        )
    return make_recording_table(rows, _FURTHER)


def bad_channels(path: PathLike) -> list[str]:
    """Return the channels marked as bad in the channels.tsv of a recording.

    Parameters
    ----------
    path : path-like
        The recording, ``*_eeg.*``.

    Returns
    -------
    names : list of str
        Their names; empty if there is no channels.tsv or it lacks the status.

    Raises
    ------
    InputError
        If the channels.tsv is malformed, or a status is neither good nor bad.
    """
    path = Path(path)
    table = find_table(path, "channels") if recording_name(path).endswith("_eeg") else None
    if table is None:
        return []
    channels = read_table(table, "give a channels.tsv of BIDS", required=["name"])
    if "status" not in channels:
        return []
    status = channels["status"].fillna("good").str.strip().str.lower()
    odd = ~status.isin(["good", "bad"])
    if odd.any():
        line = odd.idxmax()
        raise InputError(
            table, f"line {line}: status is {channels['status'][line]!r}", "write good or bad"
        )
    return channels.loc[status == "bad", "name"].dropna().tolist()


def participant_splits(path):
    """Read the split of each participant (``sub-...``) that a participants.tsv states, if any."""
    path = Path(path)
    if not path.exists():
        return {}
    state = path.stat()
    return _read_splits(path, (state.st_ino, state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=8)  # called for each recording of a dataset
def _read_splits(path, state):
    participants = read_table(path, "give a participants.tsv of BIDS", required=["participant_id"])
    names = participants["participant_id"]
    odd = names.isna() | names.duplicated()
    if odd.any():
        line = odd.idxmax()
        problem = "has another line" if names[line] else "is missing"
        raise InputError(
            path,
            f"line {line}: participant_id {names[line] or NOT_AVAILABLE} {problem}",
            "write one line per participant",
        )
    if "tusz_split" not in participants:
        return {}
    return participants.set_index("participant_id")["tusz_split"].dropna().to_dict()
