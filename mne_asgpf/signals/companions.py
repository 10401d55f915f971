"""The companion files of a recording, which are read with it."""

import re
from pathlib import Path

import mne
from mne.utils import catch_logging

from ..atomic import same_name
from ..bids.inheritance import find_table
from ..corpora.recording_names import recording_name
from ..errors import InputError

# Suffixes of data or marker files with the stem of a header.
_PARTS = {".eeg", ".dat", ".vmrk", ".fdt", ".pnt", ".log", ".21e"}
_NAMED = re.compile(rb"^(?:DataFile|MarkerFile)\s*=\s*(.+?)\s*$", re.M | re.I)


def find_companions(path):
    """Find the other files that signals and bad channels of a recording are read from, sorted."""
    # Data and markers of BrainVision, data of EEGLAB, further parts of a split FIF, the
    # channels.tsv of BIDS. Electrode positions are not read, so electrodes.tsv is not included.
    path = Path(path)
    found = set()
    if path.suffix.lower() not in (".edf", ".bdf", ".h5") and path.is_file():
        found = {
            part
            for part in path.parent.glob("*")
            if part.suffix.lower() in _PARTS and part.stem == path.stem
        }
        found |= set(named_in_header(path).values()) | set(_opened_by_mne(path))
    if recording_name(path).endswith("_eeg") and (table := find_table(path, "channels")):
        found.add(table)
    return tuple(sorted(found - {path}))


def named_in_header(path):
    """Find the files named in a BrainVision header, by their names there."""
    # If there is no file of that name, one whose name differs only in case is taken, as after a
    # copy from another system.
    if path.suffix.lower() not in (".vhdr", ".ahdr") or not path.is_file():
        return {}
    try:
        header = path.read_bytes()
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({error.strerror})", "check its permissions"
        ) from error
    named = {}
    for name in _NAMED.findall(header):
        name = name.decode("utf-8", "replace")
        file = path.with_name(Path(name.replace("$b", path.stem)).name or path.name)
        alike = (one for one in path.parent.iterdir() if same_name(one) == same_name(file))
        if found := file if file.exists() else next(alike, None):
            named[name] = found
    return named


def _opened_by_mne(path):
    """Return the data files named in EEGLAB and FIF files."""
    if not path.name.lower().endswith((".set", ".fif", ".fif.gz")):
        return []
    try:
        with catch_logging():
            return [Path(one) for one in mne.io.read_raw(path, verbose="error").filenames if one]
    except Exception:  # reading it will raise and report the error of mne's readers
        return []
