"""Recordings that hold the same signals under any name or header."""

import hashlib
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import h5py
from joblib import Parallel, delayed
from mne.utils import ProgressBar, logger, verbose

from ..errors import InputError
from .edf_header import read_edf_header

_BLOCK = 1 << 16  # bytes, or samples of a file of the signal store, read at a time
# Formats whose signals are in a separate file, not in the one that names them.
_SIGNALS_BESIDE = {".vhdr": ".eeg", ".set": ".fdt"}


@verbose
def find_copies(paths, *, n_jobs=None, verbose=None):
    """Return sorted groups of recordings that hold the same signals."""
    # Everything after the header of an EDF or BDF is compared byte for byte: copies that were
    # renamed or given another header are found, copies that were cropped, filtered or resampled are
    # not. For files of the signal store the stored numbers are compared, for other formats the
    # signal file. Few files are read completely: only those of equal size that agree at the start,
    # in the middle and at the end.
    groups = [sorted({Path(path) for path in paths})]
    for key, name in ((_extent, "sizes"), (_glance, "samples"), (_digest, "signals")):
        # Each step compares more closely the files that the previous one found equal.
        suspects = [path for group in groups for path in group]
        found = Parallel(n_jobs=n_jobs, return_as="generator")(
            delayed(_key_or_error)(key, path) for path in suspects
        )
        bar = ProgressBar(suspects, mesg=f"Comparing {name}")
        by_key = dict(zip(bar, found, strict=True))
        for path, found_key in by_key.items():
            if isinstance(found_key, InputError):  # one bad file must not hide copies of others
                logger.warning("Not compared with the others: %s", found_key)
                by_key[path] = None
        groups = [same for group in groups for same in _same(group, by_key)]
    return sorted(groups)


def _key_or_error(key, path):
    """Return the key of a file, or why it cannot be read: a worker's log is not shown."""
    try:
        return key(path)
    except InputError as error:
        return error


def _same(group, by_key):
    """Split a group by a key; a single file or one without signals is not a copy."""
    same = defaultdict(list)
    for path in group:
        same[by_key[path]].append(path)
    return [paths for key, paths in same.items() if len(paths) > 1 and key]


@contextmanager
def _signals(path):
    """Return the size of the signals and a function that reads a part of them."""
    signals = path.with_suffix(_SIGNALS_BESIDE.get(path.suffix.lower(), path.suffix))
    path = signals if signals.exists() else path  # a .set may hold its signals itself
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
        return 0  # an unreadable header is compared with the rest


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
