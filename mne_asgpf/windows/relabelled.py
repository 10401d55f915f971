"""Seizures with another type than in TUSZ, from an expert's list given by the user.

Tang et al. (ICLR 2022) list 27 generalised seizures of 7 patients of the test set that a
board-certified reader calls focal. No published code uses the list. It contains labels of
TUSZ, whose use requires an agreement, so it is not part of this package: get it from the
authors' repository (``data_tusz/focal_labeled_as_generalized.csv``). It is a CSV with the
columns

===================== ====================================================================
``File Name``         the recording; its path in v1.5.2, or anything that ends in its name
``Seizure Start (sec)``, ``Seizure End (sec)``    seconds from the recording's start
``TUSZ Label``        the type that is replaced: a label of TUSZ or the words of the list
``Our Label``         the type that replaces it
===================== ====================================================================
"""

from pathlib import Path

from ..corpora.layout import tusz_recording
from ..errors import InputError
from ..labels import SEIZURE_TYPES
from ..tables import numbers, read_table

_COLUMNS = {
    "File Name": "recording",
    "Seizure Start (sec)": "start",
    "Seizure End (sec)": "stop",
    "TUSZ Label": "old",
    "Our Label": "new",
}
# The terms of the list. An unspecified focal seizure is fnsz.
_WORDS = {"focal seizure": "fnsz", "generalized non-specific seizure": "gnsz"}


def read_relabelled(path):
    """Read a list (see above) of seizures with another type than in TUSZ."""
    remedy = f"give a CSV with the columns {', '.join(_COLUMNS)}"
    table = read_table(path, remedy, required=_COLUMNS, separator=",")
    table = table[list(_COLUMNS)].rename(columns=_COLUMNS)
    table["recording"] = [tusz_recording(Path(str(name)).stem) for name in table["recording"]]
    for name in ("old", "new"):
        table[name] = table[name].astype(str).str.strip().replace(_WORDS)
    for name in ("start", "stop"):
        table[name] = numbers(path, table[name])
    wrong = (
        table["recording"].isna()
        | ~(table["stop"] > table["start"])
        | ~table[["old", "new"]].isin([*SEIZURE_TYPES]).all(axis=1)
    )
    if wrong.any():
        raise InputError(
            path,
            f"line {wrong.idxmax()} does not hold a recording of TUSZ, a start before its end "
            "and two seizure types",
            f"write types as labels of TUSZ or as one of {', '.join(map(repr, _WORDS))}",
        )
    return table.reset_index(drop=True)


def relabel(seizures, recording, relabelled):
    """Replace the types of the listed seizures of a recording."""
    # A type is replaced if it is the listed one and the two overlap by more than half of the
    # shorter one: later versions of TUSZ moved some.
    key = tusz_recording(recording)
    listed = [row for row in relabelled.itertuples() if row.recording == key]
    return [
        next((seizure._replace(label=row.new) for row in listed if _same(seizure, row)), seizure)
        for seizure in seizures
    ]


def _same(seizure, listed):
    shared = min(seizure.stop, listed.stop) - max(seizure.start, listed.start)
    shorter = min(seizure.stop - seizure.start, listed.stop - listed.start)
    return seizure.label == listed.old and 2 * shared > shorter
