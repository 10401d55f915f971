"""New HDF5 files on disks that may be full."""

import io
from contextlib import contextmanager

import h5py


@contextmanager
def new_hdf5(path):
    """Return an HDF5 file to write to.

    HDF5 ends the process where a write fails as it closes the file. So it is told that all is
    well, and the error is raised once the file is closed.

    Parameters
    ----------
    path : path-like
        The file, which is replaced.

    Yields
    ------
    file : h5py.File
        The file, open.

    Raises
    ------
    OSError
        If something could not be written.
    """
    with _Output(path, "w+") as output:
        try:
            with h5py.File(output, "w") as file:
                yield file
        finally:
            if output.problem is not None:
                raise output.problem


class _Output(io.FileIO):
    """A file that writes all or remembers why it could not."""

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
