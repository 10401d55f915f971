"""Files that appear whole or not at all."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(path):
    """Give a temporary path beside ``path`` that takes its name on success.

    Parameters
    ----------
    path : path-like
        Where the file shall be. Its folder is made when missing.

    Yields
    ------
    temporary : pathlib.Path
        The path to write to, with the suffix of ``path``. It is renamed to
        ``path`` when the block ends and removed when the block raises.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.stem}-", suffix="".join(path.suffixes[-1:])
    )
    os.close(handle)
    try:
        yield Path(temporary)
        # mkstemp makes files that only the owner can read.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def write_text(path, text):
    """Write a text file whole or not at all.

    Parameters
    ----------
    path : path-like
        Where the file shall be.
    text : str
        Its content, written as UTF-8 with the line ends it has.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
