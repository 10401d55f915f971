"""Writing files and folders completely or not at all."""

import os
import shutil
import tempfile
import unicodedata
from contextlib import contextmanager
from pathlib import Path

from filelock import SoftFileLock, Timeout

from .errors import InputError

# Prefix of unfinished files and folders, which a killed run leaves behind.
PARTIAL = ".partial-"
# Characters of a name that its temporary keeps, as some names have the maximum length.
_SHOWN = 32
_LONGEST = 255  # bytes, on the file systems of all three systems
# Names the process that writes to a folder. A killed run leaves it behind.
_LOCK = f"{PARTIAL}lock"


def same_name(name):
    """Return a key that is equal for names that differ only in case or the encoding of accents."""
    # Some file systems do not distinguish such names.
    return unicodedata.normalize("NFC", os.fspath(name)).casefold()


def check_targets(targets, *, inputs=(), overwrite=False):
    """Refuse targets that exist (unless ``overwrite``), are inputs, repeat or are too long."""
    known: dict = {}
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
                target, "is an input and would be replaced", "name another folder to write to"
            )
        if not target.is_file() and not target.is_symlink():
            raise InputError(target, "exists and is not a file", "move it away")
        if not overwrite:
            raise InputError(
                target, "already exists", "name another folder, or overwrite it if that is offered"
            )


def _is_same_file(one, other):
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them does not exist
        return False


@contextmanager
def atomic_path(path):
    """Yield a temporary path with the suffix of ``path``; rename it on success, else remove it."""
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
        # mkstemp creates files that only the owner can read.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def write_text(path, text, *, durable=False):
    """Write a UTF-8 text file completely or not at all; ``durable`` also flushes it to the disk."""
    content = text.encode()
    if durable:
        write_bytes(path, content)
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_bytes(path, content):
    """Write a file completely or not at all, even if the machine crashes."""
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # else its name could reach the disk before its content


@contextmanager
def atomic_folder(path, *, overwrite=False):
    """Yield a temporary folder; rename it to ``path`` on success, remove it on an error."""
    path = Path(path)
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} exists; pass overwrite=True to replace it")
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
    """Keep other processes from writing to a folder; the process that holds it may enter again."""
    # A lock file names the process and the machine. A lock whose process on this machine has ended
    # is taken over.
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
            f"wait until it has ended; if it is no longer running, remove {lock}",
        ) from error
    with held:
        yield


def _writer(lock):
    try:
        pid, host, *_ = lock.read_text(encoding="utf-8").split()
    except (OSError, ValueError):  # being written, or left empty
        return "another process"
    return f"process {pid} on {host}"


def sweep_partial(folder):
    """Remove the unfinished files of killed runs, but not locks."""
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
