"""Rest against mental arithmetic: 24 healthy subjects, real EEG, read as any BIDS dataset.

Zyma et al. 2019, doi:10.3390/data4010014 (PhysioNet's eegmat, ODC-BY 1.0). Rest always comes
first and in a file of its own, so class and time go together; three windows of rest for each of
arithmetic.
"""

import os
from pathlib import Path

from tasks.bids import load_bids

_BESIDE = Path(__file__).parents[3] / "shared" / "data" / "eegmat-bids"


def load(name, folder, options):
    """Read it from ``--eegmat``, ``MNE_ASGPF_EEGMAT`` or the folder beside the repository."""
    root = options.eegmat or os.environ.get("MNE_ASGPF_EEGMAT") or _BESIDE
    return load_bids(root, "task", folder, name=name)
