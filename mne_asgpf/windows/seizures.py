"""The seizures that a recording's annotations tell of."""

import pandas as pd

from ..event_table import from_annotations
from ..labels import BACKGROUND, CLASS_SCHEMES, LABELS, is_seizure


def annotated_seizures(raw):
    """Give all that TUSZ would call a seizure, of any type.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        A recording whose annotations are named after labels of TUSZ or classes of a
        scheme. Other annotations are left alone.

    Returns
    -------
    seizures : pandas.DataFrame
        One row a seizure, sorted by ``start``: ``start`` and ``stop`` in seconds from
        the first sample, ``label``, and its ``number`` in the recording, from 0;
        non-epileptic seizures have none.
    """
    events = from_annotations(raw.annotations, raw.first_time)
    known = set(LABELS).union(*CLASS_SCHEMES.values()) - {BACKGROUND}
    events = events[events["label"].isin(known)]
    epileptic = events["label"].map(is_seizure).astype(bool)
    return pd.DataFrame(
        {
            "start": events["onset"],
            "stop": events["onset"] + events["duration"],
            "label": events["label"],
            "number": (epileptic.cumsum() - 1).where(epileptic).astype("Int64"),
        }
    ).reset_index(drop=True)
