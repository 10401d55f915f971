"""The files below a folder."""

from pathlib import Path

from ..errors import InputError


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
        The files, sorted. Links that lead nowhere are among them; hidden files,
        such as those that macOS puts beside others, are not.

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
        path
        for path in root.rglob("*")
        if not path.name.startswith(".")
        and (path.is_file() or (path.is_symlink() and not path.exists()))
        and wanted(path)
    )
    if not paths:
        raise InputError(root, f"holds no {what}", "check the path")
    return paths
