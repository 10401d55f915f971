"""The channels.tsv of a recording, with the labels of its EDF header."""

import re
from collections import Counter

import pandas as pd

from ..channels import electrode

# Parts of labels other than electrodes -> channel type of BIDS.
_TYPES = {
    "ECG|EKG": "ECG",
    "EOG|ROC|LOC": "EOG",
    "EMG": "EMG",
    "RESP": "RESP",
    "PHOTIC|TRIG": "TRIG",
}


def channel_type(label):
    """Return the BIDS channel type of a label; ``"MISC"`` if it is unknown."""
    if electrode(label):
        return "EEG"
    return next((kind for words, kind in _TYPES.items() if re.search(words, label.upper())), "MISC")


def make_channels_table(header):
    """Make the content of channels.tsv, one row per signal as ordered and labelled in the file."""
    signals = [signal for signal in header.signals if not signal.is_annotations]
    counts, names = Counter(header.labels), []
    seen: Counter[str] = Counter()
    for label in header.labels:
        names.append(f"{label}-{seen[label]}" if counts[label] > 1 else label)
        seen[label] += 1
    return pd.DataFrame(
        {
            "name": names,
            "type": [channel_type(label) for label in header.labels],
            "units": [signal.physical_dimension or "n/a" for signal in signals],
            "sampling_frequency": header.sfreqs,
        }
    )
