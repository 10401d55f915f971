"""The report section on a corpus: its content and what was left out."""

import re
from pathlib import Path

import mne
import pandas as pd
from mne.utils import _pl

from ..viz.colours import class_title
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
    """Add the content of a corpus, and what was left out of it and why.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    recordings : pandas.DataFrame
        The table of the corpus, from :func:`~mne_asgpf.corpora.find_recordings`,
        :func:`~mne_asgpf.find_prepared` or :func:`~mne_asgpf.evaluation.read_audit_table`.
    left_out : pandas.DataFrame | None
        The files left out, with ``path``, ``problem`` and ``remedy``. None: the rows
        of ``recordings`` with the status ``"refused"``.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data are synthetic; the report then states it.
    include_names : bool
        Whether to name the files left out, which may identify patients.

    Returns
    -------
    report : mne.Report
        The report.
    """
    for column in ("status", "problem", "remedy"):
        if column not in recordings:
            recordings = recordings.assign(**{column: ""})
    refused = recordings["status"] == "refused"
    if left_out is None:
        left_out = recordings[refused]
    content, seizures = _contents(recordings[~refused])
    add_table(report, content, "Content", section=title, synthetic=synthetic)
    add_table(
        report,
        seizures,
        "Seizures",
        section=title,
        synthetic=synthetic,
        note="Seizures by their type in the label files."
        if len(seizures)
        else "No label file contains a seizure.",
    )
    where = {"section": title, "synthetic": synthetic}
    add_left_out(report, left_out, len(recordings), include_names=include_names, **where)
    return report


def add_left_out(report, left_out, n_files, *, include_names, **where):
    """Add the files left out of ``n_files`` and why, without their names unless asked for."""
    files = [Path(path) for path in left_out["path"]]
    numbers = left_out.get("number", range(1, len(files) + 1))

    def shown(column):
        texts = zip(files, left_out[column], strict=True)
        return [text if include_names else _without_name(text, file) for file, text in texts]

    table = pd.DataFrame(
        {
            "File": [f.name for f in files] if include_names else numbers,
            "Problem": shown("problem"),
            "Remedy": shown("remedy"),
        }
    )
    add_table(
        report,
        table,
        "Left out",
        note=f"{len(left_out)} of {n_files} file{_pl(n_files)} "
        f"{_pl(len(left_out), 'was', 'were')} left out.",
        **where,
    )


def _without_name(text, path):
    """Replace the name of a file in a text, with or without its extension, by "it"."""
    return re.sub(rf"\b{re.escape(path.stem)}({re.escape(path.suffix)})?(?!\w)", "it", text)


def _contents(recordings):
    """Count recordings, patients and hours of each split, and its seizures by type."""
    rows, seizures = {}, {}
    for split, part in recordings.groupby(recordings["split"].fillna("no split")):
        seizures[split] = pd.DataFrame([found or {} for found in part["seizures"]]).sum()
        rows[split] = {
            "Recordings": len(part),
            "Patients": part["patient"].nunique() or "unknown",
            "Length (h)": part["duration"].sum() / 3600 if "duration" in part else "unknown",
            "Labelled": part["seizures"].notna().sum(),
        }
    content = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Split").reset_index()
    # One row a type, for narrow screens and paper.
    types = pd.DataFrame(seizures).fillna(0).astype(int).sort_index()
    types.index = types.index.map(class_title)
    return content, types.rename_axis("Type").reset_index()
