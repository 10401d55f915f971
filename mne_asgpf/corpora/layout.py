"""Parsing the path of a recording of TUSZ, in either layout.

======= ==========================================================================
v1.5.x  ``edf/train/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t000.edf``
v2.0.x  ``edf/train/aaaaaaac/s001_2002/02_tcp_le/aaaaaaac_s001_t000.edf``
======= ==========================================================================
"""

import re
from dataclasses import dataclass
from pathlib import Path

from .derivations import MONTAGE_FOLDERS
from .recording_labels import find_label_files

#: The name of a recording without its ending: patient, session, token.
TUSZ_NAME = re.compile(r"(\d{8}|[a-z]{8})_s(\d+)_t(\d+)", re.ASCII)
_BIDS_NAME = re.compile(r"sub-([a-z]{8})_ses-(\d+)_(?:.+_)?run-(\d+)(?:_.*)?", re.ASCII)
_V2_ID = re.compile(r"[a-z]{8}", re.ASCII)
_MONTAGES = {folder: montage for montage, folder in MONTAGE_FOLDERS.items()}
_SPLITS = {"train": "train", "dev": "dev", "dev_test": "dev", "eval": "eval"}


@dataclass(frozen=True)
class TuszName:
    """The metadata in the path of a recording of TUSZ."""

    patient: str  # Eight digits in v1, eight letters in v2.
    session: int  # The numbers of the session and of the file in it.
    token: int
    layout: str  # "v1" or "v2", inferred from the label files, else from the patient's id.
    split: str | None  # "train", "dev" or "eval"; None if no folder names it.
    montage: str | None  # "ar", "le", "ar_a" or "le_a"; None if no folder names it.


def parse_tusz_path(path):
    """Parse the path of a recording of TUSZ; None if the file does not have a TUSZ file name."""
    # Folders are recognised by name, at any depth.
    path = Path(path).absolute()
    found = TUSZ_NAME.fullmatch(path.stem)
    if found is None:
        return None
    patient, session, token = found.groups()
    # Only folders of the corpus count: a folder 'dev' further up may be anything.
    folders = path.parts[:-1]
    if "edf" in folders:
        folders = folders[len(folders) - 1 - folders[::-1].index("edf") :]
    else:
        folders = folders[-5:]
    splits = [_SPLITS[name] for name in folders if name in _SPLITS]
    montages = [_MONTAGES[name] for name in folders if name in _MONTAGES]
    families = {kind.removesuffix("_bi") for kind in find_label_files(path)}
    if families and ("csv" in families) != bool(families & {"tse", "lbl"}):
        layout = "v2" if "csv" in families else "v1"
    else:
        layout = "v1" if patient.isdigit() else "v2"
    return TuszName(
        patient,
        int(session),
        int(token),
        layout,
        splits[-1] if splits else None,
        montages[-1] if montages else None,
    )


def patient_v1(patient):
    """Return the id of a patient in TUSZ v1, eight digits, from that of either version."""
    if patient.isdigit():
        return patient
    number = 0
    for letter in patient:
        number = 26 * number + ord(letter) - ord("a")
    return f"{number:08d}"


def patient_v2(patient):
    """Return the id of a patient in TUSZ v2: eight letters, the v1 number in base 26 with a = 0."""
    if not patient.isdigit():
        return patient
    number, letters = int(patient), ""
    for _ in range(8):
        number, digit = divmod(number, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def tusz_recording(name):
    """Return the patient's v1 id, session and token, equal in all versions; None without them."""
    if found := TUSZ_NAME.fullmatch(name):
        patient, session, token = found.groups()
        return patient_v1(patient), int(session), int(token)
    if found := _BIDS_NAME.fullmatch(name):
        patient, session, run = found.groups()
        return patient_v1(patient), int(session), int(run) - 1
    return None


def canonical_patient_id(patient):
    """Return the v2 id for a v1 id (eight digits); any other id unchanged."""
    patient = str(patient)
    return patient_v2(patient) if re.fullmatch(r"\d{8}", patient, re.ASCII) else patient


def patient_aliases(patient):
    """Return the ids that a patient may have in the versions of TUSZ."""
    names = {patient, canonical_patient_id(patient)}
    return names | {patient_v1(name) for name in names if _V2_ID.fullmatch(name)}
