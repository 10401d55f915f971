"""Recordings that hold the same signals, whatever they are called and their headers say."""

import hashlib
import os
from collections import defaultdict
from pathlib import Path

from joblib import Parallel, delayed
from mne.utils import ProgressBar, verbose

from ..errors import InputError
from .edf_header import read_edf_header

_GLANCE = 1 << 16  # bytes at the start, in the middle and at the end, before all is read
# Where the signals of a format lie in a file beside the one that names them.
_SIGNALS_BESIDE = {".vhdr": ".eeg", ".set": ".fdt"}


@verbose
def find_copies(paths, *, n_jobs=None, verbose=None):
    """Find recordings that hold the same signals.

    Of an EDF or BDF everything behind the header is compared, byte for byte: copies that
    were renamed or given another header are found, copies that were cut, filtered or
    resampled are not. Of other formats it is the file of the signals. Few files are read
    as a whole: only those of equal size that agree in three places.

    Parameters
    ----------
    paths : iterable of path-like
        The recordings.
    n_jobs : int | None
        How many to read at a time, as in joblib.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    copies : list of list of pathlib.Path
        The recordings of which there are more than one, together; sorted.

    Raises
    ------
    InputError
        If a file is not there.
    """
    groups = [sorted({Path(path) for path in paths})]
    for key, said in ((_extent, "sizes"), (_glance, "samples"), (_digest, "signals")):
        # Each step looks closer, at those files that the one before could not tell apart.
        suspects = [path for group in groups for path in group]
        found = Parallel(n_jobs=n_jobs, return_as="generator")(
            delayed(key)(path) for path in suspects
        )
        bar = ProgressBar(suspects, mesg=f"Comparing {said}")
        by_key = dict(zip(bar, found, strict=True))
        groups = [same for group in groups for same in _same(group, by_key)]
    return sorted(groups)


def _same(group, by_key):
    """Split a group by a key; what is alone, or has no signals, is no copy."""
    same = defaultdict(list)
    for path in group:
        same[by_key[path]].append(path)
    return [paths for key, paths in same.items() if len(paths) > 1 and key]


def _signals(path):
    """Give the file that holds the signals and where in it they start."""
    beside = _SIGNALS_BESIDE.get(path.suffix.lower())
    if beside and path.with_suffix(beside).exists():
        return path.with_suffix(beside), 0
    if path.suffix.lower() in (".edf", ".bdf"):
        try:
            return path, read_edf_header(path).header_bytes
        except InputError:
            return path, 0  # of a header that nobody can read all counts
    return path, 0


def _extent(path):
    """Give the size of the signals, and what they are if they are the same file."""
    file, start = _signals(path)
    try:
        return max(file.stat().st_size - start, 0)
    except FileNotFoundError as error:
        raise InputError(file, "is not there", "check the path") from error


def _glance(path):
    file, start = _signals(path)
    digest = hashlib.sha256()
    with open(file, "rb") as signals:
        end = signals.seek(0, os.SEEK_END)
        for place in (start, (start + end) // 2, max(start, end - _GLANCE)):
            signals.seek(place)
            digest.update(signals.read(_GLANCE))
    return digest.digest()


def _digest(path):
    file, start = _signals(path)
    with open(file, "rb") as signals:
        signals.seek(start)
        return hashlib.file_digest(signals, "sha256").digest()
