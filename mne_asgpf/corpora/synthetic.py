"""Whether a corpus is one that this package made up."""

import json
from pathlib import Path

#: What a simulated corpus has and no person's EEG comes with: the truth about its seizures.
TRUTH_FILE = "truth.csv"
#: Keyword of the description of a BIDS dataset made from such a corpus.
KEYWORD = "SYNTHETIC"


def is_synthetic(root):
    """Tell whether a corpus is simulated.

    Parameters
    ----------
    root : path-like
        The folder of the corpus, or of a BIDS dataset made from one.

    Returns
    -------
    is_synthetic : bool
        Whether it says so.
    """
    if (Path(root) / TRUTH_FILE).is_file():
        return True
    try:
        described = json.loads((Path(root) / "dataset_description.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(described, dict) and KEYWORD in (described.get("Keywords") or ())
