"""Checks of whether files can be used, one finding per file."""

from pathlib import Path

from mne.utils import ProgressBar, use_log_level, verbose

from ..corpora.annotation_files import annotation_kind, read_annotation_file
from ..corpora.files import find_files, refuse_special
from ..corpora.recording_check import Check, check_channels, check_recording
from ..corpora.recording_names import RECORDING_SUFFIXES, find_header, is_recording, recording_name
from ..errors import InputError
from ..type_aliases import PathLike, Verbose
from .recording import open_with_mne
from .signal_store import STORED, read_header
from .source import open_source


@verbose
def check_file(path: PathLike, *, verbose: Verbose = None) -> Check:
    """Check one recording or label file.

    Parameters
    ----------
    path : path-like
        The file: a label file by its suffix, else a recording.
    %(verbose)s

    Returns
    -------
    check : Check
        The finding.

    Raises
    ------
    InputError
        If the file does not exist.
    """
    path = Path(path)
    if path.is_dir() or not (path.exists() or path.is_symlink()):
        raise InputError(path, "is not a file", "check the path")
    return _check(find_header(path) or path)


def _check(path):
    """Check a file that is a recording or a label file by its name."""
    kind = annotation_kind(path)
    if kind is None:
        return _check_recording(path)
    try:
        read_annotation_file(path)
    except InputError as error:
        return Check(path, kind, "refused", error.problem, error.remedy)
    if not _has_recording(path):
        return Check(path, kind, "usable", "has no recording next to it", "put the EDF there")
    return Check(path, kind, "ok")


def _check_recording(path):
    """Check a recording of any format; for EDF and BDF each field of the header."""
    kind = path.name.removeprefix(recording_name(path))[1:].lower()
    if kind in ("edf", "bdf", ""):
        return check_recording(path)
    try:
        if path.suffix == STORED:
            header = read_header(path)
            labels, sfreq, n_times = header.ch_names, header.sfreq, header.n_times
            channels = tuple(labels)  # those that were chosen on preparing
            labels = [label for label in labels if label not in header.bads]
            wanted = {"channels": channels, "max_missing": len(header.bads), "sfreq": sfreq}
        else:
            with use_log_level("error"):
                raw = open_with_mne(path)
            labels, sfreq, n_times, wanted = raw.ch_names, raw.info["sfreq"], raw.n_times, {}
    except InputError as error:
        return Check(path, kind, "refused", error.problem, error.remedy)
    return check_channels(path, kind, labels, sfreq, n_times / sfreq, **wanted)


@verbose
def check_folder(root: PathLike, *, verbose: Verbose = None) -> list[Check]:
    """Check every recording and label file below a folder.

    Files of the signal store are checked if :func:`~mne_asgpf.signals.open_source`
    recognises the folder as a store. A ``.csv`` is a label file only if there is a
    recording of its name next to it or its first line states so; other tables are
    ignored.

    Parameters
    ----------
    root : path-like
        The folder.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    checks : list of Check
        One finding per file, sorted by path.

    Raises
    ------
    InputError
        If the folder does not exist or holds no such file.
    """
    what = "recording or label file (.edf, .vhdr, .set, .fif, .csv_bi, .tse, ...)"
    is_store = _is_store(root)
    paths = find_files(
        root, lambda path: _is_ours(path) or (is_store and path.suffix == STORED), what
    )
    return [_check(path) for path in ProgressBar(paths, mesg="Checking files")]


def _is_store(root):
    try:
        return open_source(root).kind == "store"
    except InputError:  # there may be only label files
        return False


def _is_ours(path):
    kind = annotation_kind(path)
    if kind == "csv":
        return _has_recording(path) or _states_version(path)
    return kind is not None or is_recording(path)


def _has_recording(path):
    return any(
        path.with_suffix(suffix).exists()
        for name in RECORDING_SUFFIXES
        for suffix in (name, name.upper())
    )


def _states_version(path):
    try:
        refuse_special(path)
        with path.open("rb") as file:
            return b"version = csv_v" in file.readline(200)
    except (OSError, InputError):
        return False
