"""Files that appear whole or not at all."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

# What files and folders in the making begin with; a run that was killed leaves them.
PARTIAL = ".partial-"


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
        dir=path.parent, prefix=f"{PARTIAL}{path.stem}-", suffix="".join(path.suffixes[-1:])
    )
    os.close(handle)
    try:
        yield Path(temporary)
        # mkstemp makes files that only the owner can read.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def write_text(path, text, *, durable=False):
    """Write a text file whole or not at all.

    Parameters
    ----------
    path : path-like
        Where the file shall be.
    text : str
        Its content, written as UTF-8 with the line ends it has.
    durable : bool
        Whether it is on the disk when this returns, as for :func:`write_bytes`.
    """
    content = text.encode()
    if durable:
        write_bytes(path, content)
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_bytes(path, content):
    """Write a file whole or not at all, also where the machine goes down.

    Parameters
    ----------
    path : path-like
        Where the file shall be.
    content : bytes
        Its content.
    """
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # else its name could reach the disk before it does


@contextmanager
def atomic_folder(path, *, overwrite=False):
    """Give a temporary folder beside ``path`` that takes its name on success.

    Parameters
    ----------
    path : path-like
        Where the folder shall be.
    overwrite : bool
        Whether a folder that is there already may be replaced.

    Yields
    ------
    temporary : pathlib.Path
        The folder to write into. It is renamed to ``path`` when the block ends and
        removed when the block raises.

    Raises
    ------
    FileExistsError
        There is something at ``path`` already and ``overwrite`` is False.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already; pass overwrite=True to replace it")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{PARTIAL}{path.name}-"))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if path.exists():
            replaced = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{PARTIAL}{path.name}-"))
            os.replace(path, replaced / path.name)
            os.replace(temporary, path)
            shutil.rmtree(replaced)
        else:
            os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sweep_partial(folder):
    """Remove what runs that were killed left half-written.

    Parameters
    ----------
    folder : path-like
        The folder, which nothing else writes into at this time.
    """
    for path in Path(folder).rglob(f"{PARTIAL}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
