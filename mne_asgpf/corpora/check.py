"""Whether the files at hand can be used: one finding for each."""

from pathlib import Path

from mne.utils import ProgressBar, verbose

from ..errors import InputError
from .annotation_files import annotation_kind, read_annotation_file
from .files import find_files, refuse_special
from .recording_check import Check, check_recording

_RECORDINGS = (".edf", ".bdf")


def check_file(path):
    """Check one recording or label file.

    Parameters
    ----------
    path : path-like
        The file: a label file by its suffix, else taken for an EDF or BDF.

    Returns
    -------
    check : Check
        The finding.

    Raises
    ------
    InputError
        If there is no such file.
    """
    path = Path(path)
    if path.is_dir() or not (path.exists() or path.is_symlink()):
        raise InputError(path, "is no file", "check the path")
    return _check(path)


def _check(path):
    """Check what may be a recording or a label file by its name."""
    kind = annotation_kind(path)
    if kind is None:
        return check_recording(path)
    try:
        read_annotation_file(path)
    except InputError as error:
        return Check(path, kind, "refused", error.problem, error.remedy)
    if not _has_recording(path):
        return Check(
            path, kind, "usable", "no recording of its name lies beside it", "put the EDF there"
        )
    return Check(path, kind, "ok")


@verbose
def check_folder(root, *, verbose=None):
    """Check every recording and label file below a folder.

    A ``.csv`` counts as a label file only where a recording of its name lies beside
    it or it says so in its first line; other tables are none of our business.

    Parameters
    ----------
    root : path-like
        The folder.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    checks : list of Check
        One finding a file, sorted by path.

    Raises
    ------
    InputError
        If there is no such folder or no such file in it.
    """
    paths = find_files(root, _is_ours, "recording or label file (.edf, .bdf, .csv_bi, .tse, ...)")
    return [_check(path) for path in ProgressBar(paths, mesg="Checking files")]


def _is_ours(path):
    kind = annotation_kind(path)
    if kind == "csv":
        return _has_recording(path) or _states_version(path)
    return kind is not None or path.suffix.lower() in _RECORDINGS


def _has_recording(path):
    return any(
        path.with_suffix(suffix).exists() for name in _RECORDINGS for suffix in (name, name.upper())
    )


def _states_version(path):
    try:
        refuse_special(path)
        with path.open("rb") as file:
            return b"version = csv_v" in file.readline(200)
    except (OSError, InputError):
        return False
