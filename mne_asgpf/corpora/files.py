"""The files below a folder."""

import stat
from pathlib import Path

from ..errors import InputError


def refuse_special(path):
    """Refuse a pipe, a device or the like, which would keep its reader waiting.

    Parameters
    ----------
    path : path-like
        The path, of which nothing need be there.

    Raises
    ------
    InputError
        If it is neither a file nor a folder.
    """
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return  # whoever reads it finds out
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(path, "is a pipe or a device, no file", "save it to a file first")


def find_files(root, wanted, what):
    """Find files below a folder.

    Parameters
    ----------
    root : path-like
        The folder.
    wanted : callable
        Tells of a path whether it is wanted.
    what : str
        What is looked for, for the message.

    Returns
    -------
    paths : list of pathlib.Path
        The files, sorted. Whatever else has such a name (a folder, a pipe, a link that leads
        nowhere) is among them, for its reader to refuse it by name; hidden files, such as
        those that macOS puts beside others, are not.

    Raises
    ------
    InputError
        If there is no such folder or no such file in it.
    """
    root = Path(root)
    if not root.exists():
        raise InputError(root, "does not exist", "check the path")
    if not root.is_dir():
        raise InputError(root, "is no folder", "give the folder that holds the files")
    paths = sorted(
        path for path in root.rglob("*") if not path.name.startswith(".") and wanted(path)
    )
    if not paths:
        raise InputError(root, f"holds no {what}", "check the path")
    return paths
