"""The files of a dataset besides recordings: descriptions, participants, conversion table."""

import json

import pandas as pd

from ..atomic import PARTIAL, write_text
from ..errors import InputError
from ..tables import NOT_AVAILABLE, read_table, table_text
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
their headers are rewritten without names, dates and unknown texts), and channels.tsv uses
their channel names. Each
events.tsv has one row per seizure: trial_type is the label of TUSZ, eventType the code of
SzCORE; one row of background as long as the recording marks a recording without
seizures. A recording without events.tsv had no label files.

run is the token of TUSZ + 1; acq is the montage: ar (average reference), le (linked
ears), ara and lea (the same without A1 and A2). derivatives/mne_asgpf holds the seizures
of each channel, with the hashes of their source files and any contradictions and repairs.
sourcedata/conversion.tsv lists the source of each recording, and what was left out
and why; sourcedata/manifest the size and hash of each written file.
"""


def check_destination(source, destination, description):
    """Refuse a folder inside the source, with other files, or with other names for patients."""
    if destination.resolve().is_relative_to(source.resolve()):
        raise InputError(destination, f"is inside the corpus {source}", "choose another folder")
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
    """Refuse two names for one patient in a dataset."""
    for one in there:
        if one.get("Name") == own["Name"] and one.get("Description") != own.get("Description"):
            raise InputError(
                destination,
                "was made "
                + ("with another passphrase" if "Description" in one else "without a passphrase"),
                "use the same passphrase, or none if it has none, or choose another folder",
            )


def write_dataset_files(root, description):
    """Write the descriptive files of the dataset; an existing dataset_description.json is kept."""
    # The description is written first: a later run recognises the folder by it.
    if not (root / "dataset_description.json").exists():
        write_json(root / "dataset_description.json", description)
    write_json(root / "participants.json", participants_description())
    write_json(root / f"task-{TASK}_events.json", events_description())
    write_text(root / "README", _README)
    write_json(
        root / "derivatives" / "mne_asgpf" / "dataset_description.json", derivative_description()
    )


def write_participants(root, participants):
    """Write participants.tsv; patients of earlier runs are kept, and splits are joined."""
    path = root / "participants.tsv"
    if path.exists():
        former = read_table(path, _REMEDY, required=["participant_id"])
        splits = participant_splits(path)
        participants["tusz_split"] = [
            join_splits([split, splits.get(patient, NOT_AVAILABLE)])
            for patient, split in participants[["participant_id", "tusz_split"]].to_numpy()
        ]
        known = former["participant_id"].isin(participants["participant_id"])
        participants = pd.concat([former[~known], participants])
    write_text(path, table_text(participants.sort_values("participant_id")))


def write_conversion(root, conversion):
    """Write conversion.tsv; rows of recordings only in earlier runs are kept."""
    path = root / "sourcedata" / "conversion.tsv"
    if path.exists():
        former = read_table(path, _REMEDY, required=["source", "bids_path"])
        paths = set(conversion["bids_path"]) - {NOT_AVAILABLE}
        known = former["source"].isin(conversion["source"]) | former["bids_path"].isin(paths)
        conversion = pd.concat([former[~known], conversion])
    write_text(path, table_text(conversion.sort_values("source")))
