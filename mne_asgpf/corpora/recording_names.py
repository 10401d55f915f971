"""Which files are recordings, by their names."""

import re
from pathlib import Path

#: What the names of recordings end in, that mne reads and hold one recording each.
RECORDING_SUFFIXES = (
    ".edf", ".bdf", ".gdf", ".vhdr", ".ahdr", ".set", ".fif", ".fif.gz", ".cnt", ".lay", ".nedf",
)  # fmt: skip
# What mne's conventions call FIF files that hold something else than a recording.
_OTHER_FIF = re.compile(
    r"[-_](annot|ave|bem|cov|csd|dip|epo|eve|evo|fid|fwd|ica|inv|label|lout|proj|psd|sol|spectrum"
    r"|src|surf|tfr|trans)(-\d+)?\.fif(\.gz)?"
)
#: What the EDF+ files of found events end in, which hold no signals.
ANNOTATIONS_EDF = "_desc-asgpf_annotations.edf"
_LATER_PART = re.compile(r"(.*)-\d+(\.fif(?:\.gz)?)|(.*_split-)0*(?!0*1_)\d+(_.*)", re.I)
# The first bytes of a recording of Nihon Kohden, whose suffix is that of BrainVision's data.
_NIHON_KOHDEN = (b"EEG-", b"QI-403A", b"DAE-2100")


def is_recording(path):
    """Tell by its name whether a path is a recording that mne reads.

    Parameters
    ----------
    path : path-like
        The path. Only of ``.eeg`` is the file looked into, which is either the data
        behind a header of BrainVision or a recording of Nihon Kohden.

    Returns
    -------
    is_recording : bool
        True also for a folder or a pipe of such a name, which its reader refuses; False
        for later parts of a FIF that is split, which are read with the first.
    """
    path = Path(path)
    name = path.name.lower()
    if name.startswith(".") or name.endswith(ANNOTATIONS_EDF):
        return False
    if name.endswith(".eeg"):
        return _is_nihon_kohden(path)
    if not name.endswith(RECORDING_SUFFIXES):
        return False
    return not (
        name.endswith((".fif", ".fif.gz"))
        and (_OTHER_FIF.search(name) is not None or _is_later_part(path))
    )


def recording_name(path):
    """Give the name of a recording without its ending.

    Parameters
    ----------
    path : path-like
        The recording.

    Returns
    -------
    name : str
        The name, which those of the files beside it begin with.
    """
    path = Path(path)
    return path.stem.removesuffix(".fif") if path.suffix.lower() == ".gz" else path.stem


def find_header(path):
    """Find the header of BrainVision that a file of data belongs to.

    Parameters
    ----------
    path : path-like
        A file.

    Returns
    -------
    header : pathlib.Path | None
        The ``.vhdr`` or ``.ahdr`` beside it with its name; None where there is none, or the
        file is not an ``.eeg``.
    """
    path = Path(path)
    if path.suffix.lower() != ".eeg" or not path.parent.is_dir():
        return None
    headers = (
        beside
        for beside in path.parent.iterdir()
        if beside.suffix.lower() in (".vhdr", ".ahdr") and beside.stem == path.stem
    )
    return next(headers, None)


def _is_nihon_kohden(path):
    try:
        if not path.is_file():  # a pipe would keep its reader waiting
            return False
        with path.open("rb") as file:
            return file.read(16).startswith(_NIHON_KOHDEN)
    except OSError:
        return False


def _is_later_part(path):
    """Tell whether a FIF is a part of another, which is there."""
    found = _LATER_PART.fullmatch(path.name)
    if found is None:
        return False
    stem, ending, split, rest = found.groups()
    if split is None:
        return path.with_name(stem + ending).exists()
    return any(path.with_name(f"{split}{first}{rest}").exists() for first in ("1", "01", "001"))
