"""The participants of a dataset, from the headers of their recordings."""

import re

import pandas as pd

from ..corpora.edf_header import read_edf_header
from ..corpora.layout import patient_v1, patient_v2

_OLDEST = 89  # BIDS recommends not to state higher ages


def make_participants_table(recordings, name_of, *, anonymize=False):
    """Make participants.tsv: one row per patient, age and sex from the first recording's header."""
    rows = []
    for patient, of_patient in recordings.groupby(recordings["patient"].map(patient_v2)):
        first = of_patient.sort_values(["session", "token"]).iloc[0]
        identification = read_edf_header(first["path"]).patient
        age = re.search(r"\bAge:\s*(\d{1,3})\b", identification)
        sex = re.search(r"(?<!\S)([FM])(?!\S)", identification)
        rows.append(
            {
                "participant_id": f"sub-{name_of(patient)}",
                "age": min(int(age.group(1)), _OLDEST) if age else "n/a",
                "sex": sex.group(1) if sex else "n/a",
                "tusz_split": join_splits(of_patient["split"].dropna()),
                "tusz_id_v1": "n/a" if anonymize else patient_v1(patient),
            }
        )
    return pd.DataFrame(rows)


def join_splits(splits):
    """Join split names in alphabetical order by commas; "n/a" if there are none."""
    names = {name for split in splits for name in split.split(",")} - {"n/a"}
    return ",".join(sorted(names)) or "n/a"
