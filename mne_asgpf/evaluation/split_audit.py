"""Audit of splits: patients and recordings in more than one split, and class counts."""

import math
from dataclasses import dataclass

import pandas as pd
from mne.utils import _check_option, verbose

from ..corpora.copies import find_copies
from ..corpora.layout import canonical_patient_id
from ..defaults import SCHEME
from ..errors import InputError
from ..labels import CLASS_SCHEMES, class_of
from ..type_aliases import Verbose
from ..windows import EXCLUDED_PATIENTS

_NO_SPLIT = "(no split)"


@dataclass(frozen=True)
class SplitAudit:
    """The result of an audit of splits.

    Parameters
    ----------
    splits : pandas.DataFrame
        One row per split: ``split``, ``patients``, ``recordings``, ``labelled`` (the number
        of labelled seizures or windows), ``effective_patients`` (see ``classes``), and the
        scores of always predicting the most frequent class: ``majority``, ``accuracy``,
        ``weighted_f1`` and ``macro_f1`` (over the classes that are present).
    classes : pandas.DataFrame
        One row per split and class: ``split``, ``class``, ``n``, ``patients``,
        ``effective_patients``, the number of patients with equally many labels that
        would give the same spread: (sum n)^2 / sum n^2 over the patients' n.
    leaks : pandas.DataFrame
        One row per patient in more than one split: ``patient``, ``splits``,
        ``known`` (whether it is one of the five in two splits of TUSZ v1.5.2).
    copies : pandas.DataFrame | None
        Recordings with the same signals: ``copy`` (a number for each group),
        ``path``, ``patient``, ``split``, ``leak`` (whether the group is in more than
        one split). None if they were not searched for.
    """

    splits: pd.DataFrame
    classes: pd.DataFrame
    leaks: pd.DataFrame
    copies: pd.DataFrame | None

    @property
    def leaking(self) -> bool:
        """Whether a patient or a recording is in more than one split."""
        return len(self.leaks) > 0 or (self.copies is not None and bool(self.copies["leak"].any()))


@verbose
def audit_splits(
    table: pd.DataFrame,
    *,
    split: str = "split",
    scheme: int | None = SCHEME,
    content: bool = True,
    n_jobs: int | None = None,
    verbose: Verbose = None,
) -> SplitAudit:
    """Find patients and recordings in more than one split.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per recording, as returned by :func:`~mne_asgpf.find_recordings` and
        :func:`~mne_asgpf.bids.find_bids_recordings`, or one per window
        (``windows.get_metadata()``). Columns: ``patient``; the split; for classes,
        ``seizures``, a dict of label -> count, or ``class`` or ``label``; for
        copies, ``path``. Patients of TUSZ are matched across the ids of v1 and v2.
    split : str
        The column of the split.
    scheme : 4 | 8 | None
        The class scheme; None counts labels unchanged.
    content : bool
        Whether to search for recordings with the same signals, if there are paths.
    n_jobs : int | None
        Number of recordings to read in parallel, as in joblib.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    audit : SplitAudit
        The result. Rows without a split are counted, but are not leaks; labels
        outside the scheme are not counted.

    Raises
    ------
    InputError
        If a column or a patient is missing.
    """
    _check_option("scheme", scheme, [*CLASS_SCHEMES, None])
    rows = _rows(table, split)
    labels = _labels(table, rows, scheme)
    in_split = rows[rows["split"] != _NO_SPLIT]
    of_patient = in_split.groupby("patient")["split"].unique()
    leaks = of_patient[of_patient.map(len) > 1].map(sorted).map(", ".join)
    leaks = leaks.rename("splits").reset_index()
    leaks["known"] = leaks["patient"].isin(EXCLUDED_PATIENTS)
    copies = None
    if content and "path" in rows:
        copies = _copies(rows.drop_duplicates(["path", "split"]), n_jobs)
    classes = _classes(labels)
    return SplitAudit(_splits(rows, labels, classes), classes, leaks, copies)


def _rows(table, split):
    """Return patient, split and path of each row."""
    for name in ("patient", split):
        if name not in table:
            raise InputError("table", f"has no column {name!r}", "set split, or add the column")
    is_missing = table["patient"].isna()
    if is_missing.any():
        raise InputError(
            "table",
            f"{is_missing.sum()} rows have no patient, the first is {table.index[is_missing][0]}",
            "add the patient of each row, or leave the row out",
        )
    rows = pd.DataFrame(
        {
            "patient": table["patient"].astype(str).map(canonical_patient_id),
            "split": table[split].astype(object).where(table[split].notna(), _NO_SPLIT),
        }
    )
    for name in ("path", "recording"):
        if name in table:
            rows[name] = table[name].astype(str)
    return rows.reset_index(drop=True)


def _labels(table, rows, scheme):
    """Return one row per split, patient and class, with its count."""
    if "seizures" in table:
        counts = [dict(found) if isinstance(found, dict) else {} for found in table["seizures"]]
    else:
        column = next((name for name in ("class", "label") if name in table), None)
        values = [] if column is None else table[column]
        counts = [{label: 1} if isinstance(label, str) else {} for label in values]
    found = [
        (row.split, row.patient, class_of(label, scheme) if scheme else label, n)
        for row, counted in zip(rows.itertuples(), counts or [{}] * len(rows), strict=True)
        for label, n in counted.items()
    ]
    keys = ["split", "patient", "class"]
    labels = pd.DataFrame(found, columns=[*keys, "n"]).dropna().astype({"n": int})
    return labels.groupby(keys, as_index=False)["n"].sum()


def _classes(labels):
    grouped = labels.groupby(["split", "class"])["n"]
    return grouped.agg(n="sum", patients="size", effective_patients=_effective).reset_index()


def _splits(rows, labels, classes):
    name = next((name for name in ("path", "recording") if name in rows), None)
    splits = []
    for split, of_split in rows.groupby("split"):
        counts = classes[classes["split"] == split].set_index("class")["n"]
        share = counts.max() / counts.sum() if len(counts) else math.nan
        f1 = 2 * share / (1 + share)  # of the class that is always predicted; others have 0
        by_patient = labels[labels["split"] == split].groupby("patient")["n"].sum()
        splits.append(
            {
                "split": split,
                "patients": of_split["patient"].nunique(),
                "recordings": of_split[name].nunique() if name else math.nan,
                "labelled": counts.sum(),
                "effective_patients": _effective(by_patient) if len(counts) else math.nan,
                "majority": counts.idxmax() if len(counts) else None,
                "accuracy": share,
                "weighted_f1": share * f1,
                "macro_f1": f1 / len(counts) if len(counts) else math.nan,
            }
        )
    return pd.DataFrame(splits)


def _effective(n):
    return n.sum() ** 2 / (n**2).sum()


def _copies(rows, n_jobs):
    groups = find_copies(rows["path"].unique(), n_jobs=n_jobs)
    found = []
    for number, group in enumerate(groups, 1):
        same = rows[rows["path"].isin([*map(str, group)])].assign(copy=number)
        named = set(same["split"]) - {_NO_SPLIT}
        found.append(same.assign(leak=len(named) > 1))
    columns = ["copy", "path", "patient", "split", "leak"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)
