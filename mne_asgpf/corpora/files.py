"""The files below a folder."""

import stat
from pathlib import Path

from ..errors import InputError


def refuse_special(path):
    """Refuse a pipe, a device or similar, which would block its reader."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return  # reading it will raise
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(path, "is a pipe or a device, not a file", "save it to a file first")


def find_files(root, wanted, what):
    """Return the wanted files below a folder, sorted; refuse a folder without any."""
    # Other paths of such a name (a folder, a pipe, a broken link) are included, for the reader to
    # refuse them by name; hidden files, such as those that macOS adds, are not.
    root = Path(root)
    if not root.exists():
        raise InputError(root, "does not exist", "check the path")
    if not root.is_dir():
        raise InputError(root, "is not a folder", "give the folder that holds the files")
    paths = sorted(
        path for path in root.rglob("*") if not path.name.startswith(".") and wanted(path)
    )
    if not paths:
        raise InputError(root, f"holds no {what}", "check the path")
    return paths
