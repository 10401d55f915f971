"""The signal store: one HDF5 file per recording, laid out for reading windows.

=================== ========================================================================
``signals``         int16 or float32, (n_channels, n_times), in chunks of 12 s, uncompressed;
                    attributes ``ch_names``, ``sfreq`` in Hz and ``scale``: volts are the
                    numbers times the channel's scale, which is NaN for a channel that is
                    missing or bad
``annotations``     a group of columns: ``onset`` and ``duration`` in seconds from the first
                    sample, ``description``, ``ch_names`` and ``extras`` (the last two JSON)
``provenance``      a group of attributes: the source, its size and hash, settings, versions
=================== ========================================================================

and, as attributes of the file, ``format``, ``format_version`` and ``about`` (JSON: patient,
session, split, whether seizures were annotated). It does not hold the current time: equal
input yields equal bytes.

In int16 the scale of a channel is its greatest absolute value / 32767, and the rounding error
is at most half of that: 0.08 uV for a channel that reaches 5 mV, as in a 16-bit EDF of that
range. If half a step would be more than 0.25 uV, or a channel holds some NaN, float32 is
written instead.
"""

import json
import os
from functools import lru_cache
from typing import NamedTuple

import h5py
import mne
import numpy as np
from mne.utils import logger

from ..atomic import atomic_path
from ..corpora.files import refuse_special
from ..defaults import CLIP_LEN
from ..errors import InputError
from .new_hdf5 import new_hdf5

FORMAT = "mne_asgpf signals"
#: The suffix of files of the store.
STORED = ".h5"
#: How signals can be stored.
DTYPES = ("int16", "float32")
_VERSION = 2
_CHUNK = CLIP_LEN  # s: a clip of the usual length, aligned, is one read
_CHUNKS_TOGETHER = 50  # written at a time: ten minutes
_STEPS = np.iinfo(np.int16).max
_COARSEST = 0.5e-6  # V
_OPEN_FILES = 128  # of the 256 that a process may open on macOS, 1024 on Linux


def write_signals(path, recording, *, about=None, provenance=None, dtype="int16"):
    """Write a recording as a file of the signal store, completely or not at all."""
    # Signals for which int16 is too coarse are stored as float32 (see above).
    data, n_chunk = recording.data, max(1, int(_CHUNK * recording.sfreq))
    starts = range(0, data.shape[1], _CHUNKS_TOGETHER * n_chunk)
    blocks = [slice(start, start + starts.step) for start in starts]
    peaks, missing = _peaks(data, blocks)
    scale = _scale(peaks, missing) if dtype == "int16" else None
    if scale is None:
        dtype, scale = "float32", np.where(missing, np.nan, 1)
    text = h5py.string_dtype()
    with atomic_path(path) as temporary, new_hdf5(temporary) as file:
        file.attrs.update(
            {"format": FORMAT, "format_version": _VERSION, "about": json.dumps(about or {})}
        )
        signals = file.create_dataset(
            "signals",
            data.shape,
            dtype,
            chunks=(data.shape[0], min(max(1, data.shape[1]), n_chunk)),
        )
        for block in blocks:
            some = data[:, block]
            signals[:, block] = _digitise(some, scale) if dtype == "int16" else some
        signals.attrs.update({"sfreq": recording.sfreq, "scale": scale})
        signals.attrs.create("ch_names", recording.ch_names, dtype=text)
        annotations = recording.annotations
        group = file.create_group("annotations")
        group["onset"], group["duration"] = annotations.onset, annotations.duration
        for name, column in {
            "description": list(annotations.description),
            "ch_names": [json.dumps(names) for names in annotations.ch_names],
            "extras": [json.dumps(dict(extra)) for extra in annotations.extras],
        }.items():
            group.create_dataset(name, data=column, dtype=text, shape=(len(annotations),))
        file.create_group("provenance").attrs.update(provenance or {})
    _open.cache_clear()


class StoredHeader(NamedTuple):
    """The content of a file of the signal store, except for the signals."""

    ch_names: list[str]
    bads: list[str]  # Channels that are missing or bad, which are all NaN.
    sfreq: float
    n_times: int
    dtype: np.dtype
    about: dict  # Metadata of the recording.
    annotations: mne.Annotations
    provenance: dict  # Where the recording came from and how it was prepared.
    stamp: tuple  # Identifies this version of the file, for read_samples.


def read_header(path):
    """Read a file of the signal store, without its signals."""
    with _open_file(path) as file:
        try:
            signals, table = file["signals"], file["annotations"]
            ch_names = list(signals.attrs["ch_names"])
            missing = np.isnan(signals.attrs["scale"])
            return StoredHeader(
                ch_names,
                [name for name, is_missing in zip(ch_names, missing, strict=True) if is_missing],
                float(signals.attrs["sfreq"]),
                signals.shape[1],
                signals.dtype,
                json.loads(file.attrs["about"]),
                mne.Annotations(
                    table["onset"][:],
                    table["duration"][:],
                    table["description"].asstr()[:].tolist(),
                    ch_names=[json.loads(names) for names in table["ch_names"].asstr()[:]],
                    extras=[json.loads(extra) for extra in table["extras"].asstr()[:]],
                ),
                dict(file["provenance"].attrs),
                _stamp(file),
            )
        except (KeyError, OSError, ValueError) as error:
            raise InputError(
                path, f"is a damaged file of the signal store ({error})", "prepare it again"
            ) from error


def is_stored(path):
    """Return whether a file, of any name, is one of the signal store."""
    try:
        read_header(path)
    except InputError:
        return False
    return True


def read_samples(path, stamp, start, stop, dtype=np.float64):
    """Read volts, (n_channels, stop - start), from a file that is kept open and has the stamp."""
    # A forked process must not use the open files of its parent.
    _, signals, scale = _open(os.fspath(path), stamp, os.getpid())
    return np.multiply(signals[:, start:stop], scale[np.dtype(dtype)], dtype=dtype)


@lru_cache(maxsize=_OPEN_FILES)
def _open(path, stamp, pid):
    file = _open_file(path)
    if _stamp(file) != stamp:
        file.close()
        raise InputError(
            path, "has been prepared again since this recording was opened", "open it again"
        )
    scale = file["signals"].attrs["scale"][:, None]
    return file, file["signals"], {np.dtype(t): scale.astype(t) for t in (np.float32, np.float64)}


def _open_file(path):
    refuse_special(path)
    try:
        # Files of the store never change: no lock is needed, which some network disks lack.
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({error})", "give a file written by mne_asgpf prepare"
        ) from error
    found = file.attrs.get("format"), file.attrs.get("format_version")
    if found != (FORMAT, _VERSION):
        file.close()
        raise InputError(
            path,
            f"has format {found[0]}, version {found[1]}, expected {FORMAT}, version {_VERSION}",
            "prepare the recording again with this version of mne_asgpf",
        )
    return file


def _stamp(file):
    """Identify the version of the open file, even if its name was reused."""
    state = os.fstat(file.id.get_vfd_handle())
    return state.st_ino, state.st_size, state.st_mtime_ns


def _peaks(data, blocks):
    """Return the greatest absolute value of each channel, and whether it is all NaN."""
    peaks, missing = np.zeros(data.shape[0]), np.ones(data.shape[0], bool)
    for block in blocks:
        some = data[:, block]
        peaks = np.maximum(peaks, np.abs(some).max(axis=1))
        missing &= np.isnan(some).all(axis=1)
    return peaks, missing


def _scale(peaks, missing):
    """Return the volts per step of each channel; None if int16 is too coarse."""
    if np.any(np.isnan(peaks) & ~missing):
        logger.info("Stored as float32: a channel contains NaN.")
        return None
    scale = peaks / _STEPS
    if np.any(scale[~missing] > _COARSEST):
        logger.info("Stored as float32: a step of int16 would be %g uV.", 1e6 * np.nanmax(scale))
        return None
    # In single precision, so that the products are equal in single and double precision.
    return np.where(peaks == 0, _COARSEST, scale).astype(np.float32)


def _digitise(data, scale):
    numbers = np.zeros(data.shape, np.int16)
    for out, row, step in zip(numbers, data, scale, strict=True):
        if not np.isnan(step):
            out[:] = np.rint(row / data.dtype.type(step))
    return numbers
