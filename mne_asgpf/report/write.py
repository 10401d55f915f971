"""A report written to disk."""

from pathlib import Path

import mne

from ..atomic import atomic_path
from ..errors import InputError
from ..type_aliases import PathLike


def new_report(title: str) -> mne.Report:
    """Begin a report whose figures are sharp on paper, too.

    Parameters
    ----------
    title : str
        Its title.

    Returns
    -------
    report : mne.Report
        The report.
    """
    return mne.Report(title=title, img_max_width=1200, img_max_res=150, verbose="error")


def save_report(report: mne.Report, path: PathLike, *, overwrite: bool = False) -> Path:
    """Write a report as one HTML file, whole or not at all.

    Parameters
    ----------
    report : mne.Report
        The report.
    path : path-like
        Where to write it, ending in ``.html``.
    overwrite : bool
        Whether to replace a file that is there.

    Returns
    -------
    path : pathlib.Path
        The file.

    Raises
    ------
    InputError
        If the file exists and ``overwrite`` is False, or is not to end in ``.html``.
    """
    path = Path(path)
    if path.suffix != ".html":
        raise InputError(path, "a report is an HTML file", "give a name that ends in .html")
    if path.exists() and not overwrite:
        raise InputError(path, "the file exists", "pass overwrite=True or another name")
    with atomic_path(path) as temporary:
        report.save(temporary, open_browser=False, overwrite=True, verbose="error")
    report.fname = str(path)
    return path
