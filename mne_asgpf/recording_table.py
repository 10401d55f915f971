"""The table of recordings, and its columns.

:func:`~mne_asgpf.find_recordings`, :func:`~mne_asgpf.bids.find_bids_recordings` and
:func:`~mne_asgpf.find_prepared` return it: a :class:`pandas.DataFrame` with one row per
recording, sorted by path. The first four columns are in each of them:

======== ====== =================================================================
path     object :class:`pathlib.Path` of the recording
patient  object str, the patient's id
session  object str, as in the name of the recording: three digits in TUSZ
split    object str, the official split: train, dev or eval
======== ====== =================================================================

The next three are present if headers and events are read:

======== ====== =================================================================
sfreq    float  sampling frequency in Hz
duration float  seconds
seizures object dict of label -> count; None where seizures were not annotated
======== ====== =================================================================

Unknown values are None, or NaN in float columns. Additional columns may follow.
"""

import pandas as pd

_DTYPES = {
    "path": object, "patient": object, "session": object, "split": object,
    "sfreq": float, "duration": float, "seizures": object,
}  # fmt: skip
#: The columns that every such table has.
COLUMNS = tuple(_DTYPES)[:4]


def make_recording_table(rows, further=(), dtypes=None):
    """Make a table of recordings in the order of ``rows``, with ``further`` columns at its end."""
    names = [*COLUMNS, *further]
    known = {name: dtype for name, dtype in _DTYPES.items() if name in names}
    # Every row names every column: pandas would fill gaps with NaN, not None.
    rows = [dict.fromkeys(names) | row for row in rows]
    table = pd.DataFrame(rows, columns=names, dtype=object)
    return table.astype(known | (dtypes or {}))
