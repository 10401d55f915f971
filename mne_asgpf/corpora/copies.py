"""Recordings that hold the same signals, whatever they are called and their headers say."""

import hashlib
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import h5py
from joblib import Parallel, delayed
from mne.utils import ProgressBar, verbose

from ..errors import InputError
from .edf_header import read_edf_header

_BLOCK = 1 << 16  # bytes, or samples of a file of the signal store, that are read at a time
# Where the signals of a format lie in a file beside the one that names them.
_SIGNALS_BESIDE = {".vhdr": ".eeg", ".set": ".fdt"}


@verbose
def find_copies(paths, *, n_jobs=None, verbose=None):
    """Find recordings that hold the same signals.

    Of an EDF or BDF everything behind the header is compared, byte for byte: copies that
    were renamed or given another header are found, copies that were cut, filtered or
    resampled are not. Of a file of the signal store it is the numbers stored, of other
    formats the file of the signals. Few files are read as a whole: only those of equal
    size that agree at the start, in the middle and at the end.

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
        If a file cannot be read.
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


@contextmanager
def _signals(path):
    """Give how much there is of the signals, and a function that reads from here to there."""
    beside = path.with_suffix(_SIGNALS_BESIDE.get(path.suffix.lower(), path.suffix))
    path = beside if beside.exists() else path  # a .set may hold its signals itself
    try:
        if path.suffix == ".h5":
            with h5py.File(path, "r", locking=False) as file:
                signals = file["signals"]
                yield signals.shape[1], lambda here, there: signals[:, here:there].tobytes()
            return
        with open(path, "rb") as file:
            start = _header_bytes(path)

            def read(here, there):
                file.seek(start + here)
                return file.read(there - here)

            yield max(path.stat().st_size - start, 0), read
    except (OSError, KeyError) as error:
        raise InputError(path, f"cannot be read ({error})", "check the path") from error


def _header_bytes(path):
    if path.suffix.lower() not in (".edf", ".bdf"):
        return 0
    try:
        return read_edf_header(path).header_bytes
    except InputError:
        return 0  # of a header that nobody can read all counts


def _extent(path):
    with _signals(path) as (size, _):
        return size


def _glance(path):
    with _signals(path) as (size, read):
        places = (0, size // 2, max(0, size - _BLOCK))
        return hashlib.sha256(b"".join(read(p, p + _BLOCK) for p in places)).digest()


def _digest(path):
    digest = hashlib.sha256()
    with _signals(path) as (size, read):
        for place in range(0, size, _BLOCK):
            digest.update(read(place, place + _BLOCK))
    return digest.digest()
