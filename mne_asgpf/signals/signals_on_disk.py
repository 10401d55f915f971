"""Signals too large for memory, in a temporary file."""

import os
import tempfile
import weakref
from math import prod

import numpy as np

from ..errors import InputError


class SignalsOnDisk:
    """Signals in a temporary file, which is deleted with the last reference."""

    # It is written channel by channel and read like an array, but only by time: `signals[:,
    # start:stop]`. Pickling converts it to an array.

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, np.dtype(dtype)
        # It has no name, so that a killed process leaves nothing behind.
        self._file = tempfile.TemporaryFile(prefix="mne_asgpf_")
        weakref.finalize(self, self._file.close)

    def __setitem__(self, channel, samples):
        try:
            self._file.seek(self._place(channel, 0))
            self._file.write(np.ascontiguousarray(samples, self.dtype).data)
            self._file.flush()
        except OSError as error:
            size = prod(self.shape) * self.dtype.itemsize / 1e9
            raise InputError(
                tempfile.gettempdir(),
                f"a long recording needs {size:.1f} GB there temporarily ({error.strerror})",
                "free some space, or set the environment variable TMPDIR to another folder",
            ) from error

    def __getitem__(self, where):
        channels, times = where
        if channels != slice(None):
            raise IndexError("only signals[:, start:stop] is supported")
        start, stop, _ = times.indices(self.shape[1])
        block = np.empty((self.shape[0], max(stop - start, 0)), self.dtype)
        for channel, row in enumerate(block):
            row[:] = np.frombuffer(self._read(self._place(channel, start), row.nbytes), self.dtype)
        return block

    def __deepcopy__(self, memo):
        return self  # it is read-only once written

    def __reduce__(self):
        return np.asarray, (self[:, :],)

    def _place(self, channel, sample):
        return (channel * self.shape[1] + sample) * self.dtype.itemsize

    def _read(self, place, n_bytes):
        if hasattr(os, "pread"):  # a forked process shares the file position
            return os.pread(self._file.fileno(), n_bytes, place)
        self._file.seek(place)
        return self._file.read(n_bytes)
