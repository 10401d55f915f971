"""Whether a corpus was simulated by this package."""

import json
from pathlib import Path

#: The true seizures, a file that only a simulated corpus has.
TRUTH_FILE = "truth.csv"
#: Keyword in the description of a BIDS dataset made from such a corpus.
KEYWORD = "SYNTHETIC"


def is_synthetic(root):
    """Return whether a corpus, or a BIDS dataset made from one, is marked as simulated."""
    if (Path(root) / TRUTH_FILE).is_file():
        return True
    try:
        described = json.loads((Path(root) / "dataset_description.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(described, dict) and KEYWORD in (described.get("Keywords") or ())
