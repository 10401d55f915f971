"""Recognising recordings by their file names."""

import re
from pathlib import Path

#: File name endings of recordings that mne reads, one recording per file.
RECORDING_SUFFIXES = (
    ".edf", ".bdf", ".gdf", ".vhdr", ".ahdr", ".set", ".fif", ".fif.gz", ".cnt", ".lay", ".nedf",
)  # fmt: skip
# FIF files that are not recordings, by mne's naming conventions.
_OTHER_FIF = re.compile(
    r"[-_](annot|ave|bem|cov|csd|dip|epo|eve|evo|fid|fwd|ica|inv|label|lout|proj|psd|sol|spectrum"
    r"|src|surf|tfr|trans)(-\d+)?\.fif(\.gz)?"
)
#: What the EDF+ files of found events end in, which hold no signals.
ANNOTATIONS_EDF = "_desc-asgpf_annotations.edf"
_LATER_PART = re.compile(r"(.*)-\d+(\.fif(?:\.gz)?)|(.*_split-)0*(?!0*1_)\d+(_.*)", re.I)
# The first bytes of a Nihon Kohden recording, which shares its suffix with BrainVision data.
_NIHON_KOHDEN = (b"EEG-", b"QI-403A", b"DAE-2100")


def is_recording(path):
    """Return whether a path has the name of a recording that mne reads."""
    # Only an `.eeg` file is opened: it belongs to BrainVision or Nihon Kohden. A folder or a pipe
    # of such a name counts, for the reader to refuse it; later parts of a split FIF do not, as they
    # are read with the first.
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
    """Return the file name of a recording without its ending."""
    path = Path(path)
    return path.stem.removesuffix(".fif") if path.suffix.lower() == ".gz" else path.stem


def find_header(path):
    """Return the ``.vhdr`` or ``.ahdr`` of a BrainVision data file; None if there is none."""
    path = Path(path)
    if path.suffix.lower() != ".eeg" or not path.parent.is_dir():
        return None
    headers = (
        header
        for header in path.parent.iterdir()
        if header.suffix.lower() in (".vhdr", ".ahdr") and header.stem == path.stem
    )
    return next(headers, None)


def _is_nihon_kohden(path):
    try:
        if not path.is_file():  # a pipe would block its reader
            return False
        with path.open("rb") as file:
            return file.read(16).startswith(_NIHON_KOHDEN)
    except OSError:
        return False


def _is_later_part(path):
    """Return whether a FIF is a later part of another that exists."""
    found = _LATER_PART.fullmatch(path.name)
    if found is None:
        return False
    stem, ending, split, rest = found.groups()
    if split is None:
        return path.with_name(stem + ending).exists()
    return any(path.with_name(f"{split}{first}{rest}").exists() for first in ("1", "01", "001"))
