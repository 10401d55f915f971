"""Files that appear whole or not at all."""

import os
import shutil
import tempfile
import unicodedata
from contextlib import contextmanager
from pathlib import Path

from filelock import SoftFileLock, Timeout

from .errors import InputError

# What files and folders in the making begin with; a run that was killed leaves them.
PARTIAL = ".partial-"
# So much of a file's name is in that of its temporary: some names are as long as names can be.
_SHOWN = 32
_LONGEST = 255  # bytes, on the file systems of all three systems
# Names who writes to a folder. A run that was killed leaves it as it leaves its other files.
_LOCK = f"{PARTIAL}lock"


def same_name(name):
    """Return what names have in common that some file system takes for one.

    Parameters
    ----------
    name : path-like
        A name or path.

    Returns
    -------
    key : str
        The same for names that differ in case or in how their accents are encoded.
    """
    return unicodedata.normalize("NFC", os.fspath(name)).casefold()


def check_targets(targets, *, inputs=(), overwrite=False):
    """Refuse to write where something is that shall not be replaced.

    Parameters
    ----------
    targets : sequence of path-like
        All files that are about to be written.
    inputs : sequence of path-like
        The files that they are made from, which are never written to.
    overwrite : bool
        Whether files that are there may be replaced.

    Raises
    ------
    InputError
        If a target is there already and not to be replaced, is not a file, is an input or
        twice among the targets, or has a name that is too long.
    """
    known = {}
    for target in map(Path, targets):
        twin = known.setdefault(same_name(target), target)
        if twin is not target:
            raise InputError(target, f"{twin} would be written there, too", "rename one of them")
        if len(os.fsencode(target.name)) > _LONGEST:
            raise InputError(
                target, "the name is too long for a file", "shorten the name of the recording"
            )
        if not os.path.lexists(target):
            continue
        if any(_is_same_file(target, Path(path)) for path in inputs):
            raise InputError(
                target, "it is read from, and would be replaced", "name another folder to write to"
            )
        if not target.is_file() and not target.is_symlink():
            raise InputError(target, "something that is not a file has this name", "move it away")
        if not overwrite:
            raise InputError(
                target, "the file exists", "name another folder, or overwrite it if that is offered"
            )


def _is_same_file(one, other):
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there
        return False


@contextmanager
def atomic_path(path):
    """Return a temporary path next to ``path`` that takes its name on success.

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
        dir=path.parent,
        prefix=f"{PARTIAL}{path.stem[:_SHOWN]}-",
        suffix="".join(path.suffixes[-1:]),
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
    """Return a temporary folder next to ``path`` that takes its name on success.

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
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{PARTIAL}{path.name[:_SHOWN]}-"))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if path.exists():
            replaced = Path(
                tempfile.mkdtemp(dir=path.parent, prefix=f"{PARTIAL}{path.name[:_SHOWN]}-")
            )
            os.replace(path, replaced / path.name)
            os.replace(temporary, path)
            shutil.rmtree(replaced)
        else:
            os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def only_writer(folder):
    """Keep other processes from writing to a folder at the same time.

    A lock file in it names the process and the machine. A lock whose process on this machine
    has ended is taken over.

    Parameters
    ----------
    folder : path-like
        The folder, made when missing. The process that has it may ask for it again.

    Yields
    ------
    nothing : None
        Nothing.

    Raises
    ------
    InputError
        If another process writes to it, or it is a file.
    OSError
        If nothing can be written there.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(folder, "is a file", "name a folder")
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder.resolve() / _LOCK
    try:
        held = SoftFileLock(lock, timeout=0, is_singleton=True).acquire()
    except Timeout as error:
        raise InputError(
            folder,
            f"{_writer(lock)} writes to it",
            f"wait until that has ended; where it is not running any more, remove {lock}",
        ) from error
    with held:
        yield


def _writer(lock):
    try:
        pid, host, *_ = lock.read_text(encoding="utf-8").split()
    except (OSError, ValueError):  # it is being written, or was left empty
        return "another process"
    return f"process {pid} on {host}"


def sweep_partial(folder):
    """Remove what runs that were killed left half-written.

    Parameters
    ----------
    folder : path-like
        The folder, which nothing else writes into at this time. Locks in it stay.
    """
    for path in Path(folder).rglob(f"{PARTIAL}*"):
        if path.name == _LOCK:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
