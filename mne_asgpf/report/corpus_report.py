"""The section on a corpus: what is in it and what was left out."""

import re
from pathlib import Path

import mne
import numpy as np
import pandas as pd
from mne.utils import _pl

from .parts import add_table


def add_corpus(
    report: mne.Report,
    recordings: pd.DataFrame,
    left_out: pd.DataFrame | None = None,
    *,
    title: str = "Corpus",
    synthetic: bool = False,
    include_names: bool = False,
) -> mne.Report:
    """Add what a corpus holds, and what was left out of it and why.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    recordings : pandas.DataFrame
        The index of the corpus, from :func:`~mne_asgpf.corpora.find_recordings`,
        :func:`~mne_asgpf.find_prepared` or :func:`~mne_asgpf.evaluation.read_audit_table`.
    left_out : pandas.DataFrame | None
        What was left out, with ``path``, ``problem`` and ``remedy``. None: the rows
        of ``recordings`` with the status ``"refused"``.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data is synthetic; the report then says so.
    include_names : bool
        Whether to name the files that were left out, which may tell patients.

    Returns
    -------
    report : mne.Report
        The report.
    """
    recordings = recordings.rename(columns={"tusz_split": "split"})
    for column in ("status", "problem", "remedy"):
        if column not in recordings:
            recordings = recordings.assign(**{column: ""})
    refused = recordings["status"] == "refused"
    if left_out is None:
        left_out = recordings[refused]
    add_table(
        report,
        _contents(recordings[~refused]),
        "What it holds",
        section=title,
        synthetic=synthetic,
        note="The last columns count seizures by the type that the label files give them.",
    )
    files = [Path(path) for path in left_out["path"]]

    def told(column):
        texts = zip(files, left_out[column], strict=True)
        return [text if include_names else _without_name(text, file) for file, text in texts]

    table = pd.DataFrame(
        {
            "File": [f.name for f in files] if include_names else range(1, len(files) + 1),
            "Problem": told("problem"),
            "Remedy": told("remedy"),
        }
    )
    add_table(
        report,
        table,
        "What was left out",
        section=title,
        synthetic=synthetic,
        note=f"{len(left_out)} of {len(recordings)} file{_pl(len(recordings))} "
        f"{_pl(len(left_out), 'was', 'were')} left out.",
    )
    return report


def _without_name(text, path):
    """Put "it" where a text names a file, with or without its ending."""
    return re.sub(rf"\b{re.escape(path.stem)}({re.escape(path.suffix)})?(?!\w)", "it", text)


def _contents(recordings):
    """Count recordings, patients, hours and seizures of each split."""
    rows = {}
    for split, part in recordings.groupby(recordings["split"].fillna("no split")):
        counts = pd.DataFrame([found or {} for found in part["seizures"]]).sum()
        rows[split] = {
            "Recordings": len(part),
            "Patients": part["patient"].nunique() or "not told",
            "Length (h)": part["duration"].sum() / 3600 if "duration" in part else np.nan,
            "Labelled": part["seizures"].notna().sum(),
        } | dict(sorted(counts.items()))
    table = pd.DataFrame.from_dict(rows, orient="index")
    seizures = table.columns[4:]
    table[seizures] = table[seizures].fillna(0).astype(int)
    return table.rename_axis("Split").reset_index()
