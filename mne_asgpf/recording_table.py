"""The one table of recordings, and its columns.

:func:`~mne_asgpf.find_recordings`, :func:`~mne_asgpf.bids.find_bids_recordings` and
:func:`~mne_asgpf.find_prepared` give it: a :class:`pandas.DataFrame` with one row per
recording, sorted by path. The first four columns are in each of them:

======== ====== =================================================================
path     object :class:`pathlib.Path` of the recording
patient  object str, the patient's id
session  object str, as in the name of the recording: three digits in TUSZ
split    object str, the official split: train, dev or eval
======== ====== =================================================================

The next three are there where the headers and events are read:

======== ====== =================================================================
sfreq    float  sampling frequency in Hz
duration float  seconds
seizures object dict of label -> count; None where nobody looked for seizures
======== ====== =================================================================

What is not known is None, or NaN in columns of float. More columns may follow.
"""

import pandas as pd

_DTYPES = {
    "path": object, "patient": object, "session": object, "split": object,
    "sfreq": float, "duration": float, "seizures": object,
}  # fmt: skip
#: The columns that every such table has.
COLUMNS = tuple(_DTYPES)[:4]


def make_recording_table(rows, further=(), dtypes=None):
    """Make a table of recordings.

    Parameters
    ----------
    rows : list of dict
        One recording each: column -> value.
    further : sequence of str
        The columns that follow those of every table.
    dtypes : dict of str to dtype | None
        Those of further columns that are not objects, next to the ones above.

    Returns
    -------
    recordings : pandas.DataFrame
        The recordings, in the order of ``rows``.
    """
    names = [*COLUMNS, *further]
    known = {name: dtype for name, dtype in _DTYPES.items() if name in names}
    # As objects first, so that what is missing is None and not NaN.
    table = pd.DataFrame(rows, columns=names, dtype=object)
    return table.astype(known | (dtypes or {}))
