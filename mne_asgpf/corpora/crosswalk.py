"""From TUSZ v1.5 to v2: which recordings and seizures are the same.

Patients got new ids; sessions and tokens kept their numbers. Annotations were
revised: seizures were added, removed and moved, so they are matched by overlap in
time, not by their number in the file.
"""

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from mne.utils import ProgressBar, verbose
from scipy.optimize import linear_sum_assignment

from ..event_table import make_event_table
from ..type_aliases import Verbose
from .layout import patient_v1, patient_v2
from .recording_labels import recording_events

_SIDES = ("v1", "v2")
_KEYS = ["patient", "session", "token"]
_KEPT = ["path", "split", "duration", "seizures"]
_TOLD = ("number", "onset", "duration", "label")
# Smaller differences in length are due to how the versions state it.
_ROUNDING = 1.0


def match_recordings(v1: pd.DataFrame, v2: pd.DataFrame) -> pd.DataFrame:
    """Match the recordings of two versions of TUSZ.

    Parameters
    ----------
    v1, v2 : pandas.DataFrame
        The indices of the two versions, from
        :func:`~mne_asgpf.corpora.find_recordings`. Recordings without a TUSZ file name
        are left out.

    Returns
    -------
    recordings : pandas.DataFrame
        One row per recording of either version, sorted: ``patient`` (the id of v2),
        ``patient_v1``, ``session``, ``token``; for each version ``path``, ``split``,
        ``duration`` in seconds and ``seizures`` with the suffix ``_v1`` or ``_v2``,
        missing where that version lacks the recording; ``found``, ``"both"``, ``"v1 only"`` or
        ``"v2 only"``; and ``same_length``, whether the lengths agree to within a
        second; otherwise times may not be comparable.
    """
    sides = [
        index.dropna(subset=["patient"])
        .assign(patient=lambda rows: rows["patient"].map(patient_v2))
        .drop_duplicates(_KEYS)[_KEYS + _KEPT]
        for index in (v1, v2)
    ]
    recordings = sides[0].merge(
        sides[1], on=_KEYS, how="outer", suffixes=("_v1", "_v2"), indicator="found"
    )
    names = {"both": "both", "left_only": "v1 only", "right_only": "v2 only"}
    recordings["found"] = recordings["found"].astype(object).map(names)
    recordings.insert(1, "patient_v1", recordings["patient"].map(patient_v1))
    apart = (recordings["duration_v1"] - recordings["duration_v2"]).abs()
    return recordings.assign(same_length=apart <= _ROUNDING).sort_values(_KEYS, ignore_index=True)


@verbose
def match_seizures(
    recordings: pd.DataFrame,
    *,
    lenient: bool = False,
    n_jobs: int | None = None,
    verbose: Verbose = None,
) -> pd.DataFrame:
    """Match the seizures of recordings that two versions of TUSZ share.

    Each seizure is matched with at most one of the other version, such that the total
    overlap in a recording is maximal.

    Parameters
    ----------
    recordings : pandas.DataFrame
        The result of :func:`match_recordings`.
    lenient : bool
        Whether to repair or skip malformed lines of label files.
    n_jobs : int | None
        Number of processes, as in joblib.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    seizures : pandas.DataFrame
        One row per pair of seizures or unmatched seizure, in the order of the
        recordings and of time: ``patient``, ``patient_v1``, ``session``, ``token``;
        for each version ``number`` (from 0, in the recording), ``onset`` and
        ``duration`` in seconds and ``label`` with the suffix ``_v1`` or ``_v2``,
        missing in the version that lacks it; ``found``, ``"both"``, ``"v1 only"`` or
        ``"v2 only"``; ``overlap``, the seconds shared with the match or, without one,
        with any seizure of the other version, as happens when a seizure was split or
        merged. Recordings whose labels are missing or refused in one version are left
        out.

    Raises
    ------
    InputError
        If a label file can no longer be read.
    """
    known = [
        all(isinstance(counts, dict) for counts in there) and any(there)
        for there in (
            [row[f"seizures_{side}"] for side in _SIDES if row["found"] in ("both", f"{side} only")]
            for row in recordings.to_dict("records")
        )
    ]
    some = recordings[known]
    matched = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_match_recording)(*paths, lenient)
        for paths in zip(some["path_v1"], some["path_v2"], strict=True)
    )
    rows = []
    names = [*_KEYS[:1], "patient_v1", *_KEYS[1:]]
    keys = ProgressBar(some[names].to_dict("records"), mesg="Matching seizures")
    for key, pairs in zip(keys, matched, strict=True):
        rows += [key | pair for pair in pairs]
    columns = [f"{name}_{side}" for side in _SIDES for name in _TOLD]
    return pd.DataFrame(rows, columns=[*names, *columns, "found", "overlap"]).astype(
        {f"number_{side}": "Int64" for side in _SIDES}
    )


def _match_recording(path_v1, path_v2, lenient):
    v1, v2 = (
        make_event_table() if pd.isna(path) else recording_events(path, lenient=lenient)
        for path in (path_v1, path_v2)
    )
    starts = np.maximum.outer(v1["onset"].to_numpy(), v2["onset"].to_numpy())
    ends = np.minimum.outer(*((one["onset"] + one["duration"]).to_numpy() for one in (v1, v2)))
    shared = np.maximum(ends - starts, 0.0)  # (seizures of v1, seizures of v2), s
    like = zip(*linear_sum_assignment(shared, maximize=True), strict=True)
    pairs = [(int(i), int(j)) for i, j in like if shared[i, j] > 0]
    rows = [
        _side_columns(v1, i, "v1")
        | _side_columns(v2, j, "v2")
        | {"found": "both", "overlap": shared[i, j]}
        for i, j in pairs
    ]
    for events, side, paired, seconds in (
        (v1, "v1", {i for i, _ in pairs}, shared.sum(axis=1)),
        (v2, "v2", {j for _, j in pairs}, shared.sum(axis=0)),
    ):
        rows += [
            _side_columns(events, i, side) | {"found": f"{side} only", "overlap": seconds[i]}
            for i in range(len(events))
            if i not in paired
        ]
    return sorted(rows, key=lambda row: row.get("onset_v1", row.get("onset_v2")))


def _side_columns(events, number, side):
    row = events.iloc[number]
    values = (number, row["onset"], row["duration"], row["label"])
    return {f"{name}_{side}": value for name, value in zip(_TOLD, values, strict=True)}
