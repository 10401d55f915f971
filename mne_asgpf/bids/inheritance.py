"""Finding the tables of a recording: in its folder or further up in the dataset.

Source: the BIDS specification 1.10, 'The Inheritance Principle'.
"""

import os
import re
from pathlib import Path

_BELOW_ROOT = re.compile(r"eeg|(ses|sub)-.+")


def find_table(recording, suffix):
    """Find the nearest ``.tsv`` whose entities are all those of a recording, or None."""
    recording = Path(recording)
    *entities, _ = recording.stem.split("_")
    nearest = recording.with_name("_".join([*entities, f"{suffix}.tsv"]))
    if os.path.exists(nearest):  # False for a name that is too long
        return nearest
    for folder in recording.parents:
        fitting = [
            path
            for path in folder.glob(f"*{suffix}.tsv")
            if path.stem.split("_")[-1] == suffix and {*path.stem.split("_")[:-1]} <= {*entities}
        ]
        if fitting:
            return max(fitting, key=lambda path: (path.name.count("_"), path.name))
        if not _BELOW_ROOT.fullmatch(folder.name):
            return None
    return None
