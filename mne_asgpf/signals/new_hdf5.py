"""Writing HDF5 files to disks that may be full."""

import io
from contextlib import contextmanager

import h5py


@contextmanager
def new_hdf5(path):
    """Yield a new HDF5 file, open for writing."""
    # HDF5 ends the process if a write fails while it closes the file. Therefore errors are hidden
    # from it and raised once the file is closed.
    with _Output(path, "w+") as output:
        try:
            with h5py.File(output, "w") as file:
                yield file
        finally:
            if output.problem is not None:
                raise output.problem


class _Output(io.FileIO):
    """A file that keeps the first write error instead of raising it."""

    problem = None

    def write(self, data):
        left = memoryview(data).cast("B")
        while left and self.problem is None:
            try:
                left = left[super().write(left) :]
            except OSError as error:
                self.problem = error
        return len(data)

    def truncate(self, size=None):
        try:
            return super().truncate(size)
        except OSError as error:
            self.problem = self.problem or error
            return size
