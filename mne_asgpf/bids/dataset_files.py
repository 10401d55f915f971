"""What a dataset holds besides recordings: descriptions, participants, what was converted."""

import json

import pandas as pd

from ..atomic import PARTIAL, write_text
from ..errors import InputError
from ..tables import NOT_TOLD, read_table, table_text
from .participants import join_splits
from .read import participant_splits
from .sidecars import (
    TASK,
    derivative_description,
    events_description,
    participants_description,
    write_json,
)

_REMEDY = "repair it, or choose a new folder"
_README = """\
Recordings in the layout of the Temple University Seizure Corpus (TUSZ), converted to
BIDS by mne_asgpf. EDF files are unchanged copies (unless the dataset was anonymized: then
their headers are made anew, without names, dates and unknown texts), and channels.tsv names
channels as they do. Each
events.tsv has one row a seizure: trial_type is the label of TUSZ, eventType the code of
SzCORE; one row of background as long as the recording stands for a recording without
seizures. A recording without events.tsv had no label files.

run is the token of TUSZ + 1; acq is the montage: ar (average reference), le (linked
ears), ara and lea (the same without A1 and A2). derivatives/mne_asgpf holds the seizures
channel by channel, with the hashes of the files that they come from and what was odd about
them. sourcedata/conversion.tsv tells where each recording came from, and what was left out
and why; sourcedata/manifest the size and hash of each file written.
"""


def check_destination(source, destination, description):
    """Refuse a folder that no dataset of this source can be written to.

    Parameters
    ----------
    source, destination : pathlib.Path
        The corpus and the dataset.
    description : dict
        The content of ``dataset_description.json``, which tells how patients are named.

    Raises
    ------
    InputError
        If the destination lies in the source, holds something else, or a dataset in
        which patients have other names.
    """
    if destination.resolve().is_relative_to(source.resolve()):
        raise InputError(destination, f"lies in the corpus {source}", "choose another folder")
    if destination.exists() and not destination.is_dir():
        raise InputError(destination, "is not a folder", "choose another path")
    description_path = destination / "dataset_description.json"
    is_dataset = description_path.exists()
    holds = destination.exists() and any(
        not path.name.startswith(PARTIAL) for path in destination.iterdir()
    )
    if holds and not is_dataset:
        raise InputError(
            destination, "holds files, but is not a BIDS dataset", "choose a new or empty folder"
        )
    if is_dataset:
        try:
            there = json.loads(description_path.read_text(encoding="utf-8"))
            there = [dict(one) for one in there.get("GeneratedBy", [])]
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(description_path, f"cannot be read ({error})", _REMEDY) from error
        _check_names(destination, there, description["GeneratedBy"][0])


def _check_names(destination, there, own):
    """Refuse to give the same patients two names in one dataset."""
    for one in there:
        if one.get("Name") == own["Name"] and one.get("Description") != own.get("Description"):
            raise InputError(
                destination,
                "was made "
                + ("with another passphrase" if "Description" in one else "without a passphrase"),
                "convert as it was made, or choose another folder",
            )


def write_dataset_files(root, description):
    """Write what describes the dataset.

    Parameters
    ----------
    root : pathlib.Path
        The dataset.
    description : dict
        The content of ``dataset_description.json``; one that is there stays.
    """
    # The description comes first: by it a later run knows the folder as its own.
    if not (root / "dataset_description.json").exists():
        write_json(root / "dataset_description.json", description)
    write_json(root / "participants.json", participants_description())
    write_json(root / f"task-{TASK}_events.json", events_description())
    write_text(root / "README", _README)
    write_json(
        root / "derivatives" / "mne_asgpf" / "dataset_description.json", derivative_description()
    )


def write_participants(root, participants):
    """Write participants.tsv; patients whom an earlier run knew stay, and splits add up.

    Parameters
    ----------
    root : pathlib.Path
        The dataset.
    participants : pandas.DataFrame
        The rows of :func:`~mne_asgpf.bids.participants.make_participants_table`.
    """
    path = root / "participants.tsv"
    if path.exists():
        former = read_table(path, _REMEDY, required=["participant_id"])
        splits = participant_splits(path)
        participants["tusz_split"] = [
            join_splits([split, splits.get(patient, NOT_TOLD)])
            for patient, split in participants[["participant_id", "tusz_split"]].to_numpy()
        ]
        known = former["participant_id"].isin(participants["participant_id"])
        participants = pd.concat([former[~known], participants])
    write_text(path, table_text(participants.sort_values("participant_id")))


def write_conversion(root, conversion):
    """Write conversion.tsv; rows of recordings that only an earlier run knew stay.

    Parameters
    ----------
    root : pathlib.Path
        The dataset.
    conversion : pandas.DataFrame
        ``source``, ``bids_path``, ``outcome``, ``problem`` and ``remedy`` of each recording.
    """
    path = root / "sourcedata" / "conversion.tsv"
    if path.exists():
        former = read_table(path, _REMEDY, required=["source", "bids_path"])
        paths = set(conversion["bids_path"]) - {NOT_TOLD}
        known = former["source"].isin(conversion["source"]) | former["bids_path"].isin(paths)
        conversion = pd.concat([former[~known], conversion])
    write_text(path, table_text(conversion.sort_values("source")))
