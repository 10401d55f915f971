"""The files that a recording is read from, besides the one that has its name."""

import re
from pathlib import Path

import mne
from mne.utils import catch_logging

from ..bids.inheritance import find_table

# What holds data or markers beside a header of the same stem.
_PARTS = {".eeg", ".dat", ".vmrk", ".fdt", ".pnt", ".log", ".21e"}
_NAMED = re.compile(rb"^(?:DataFile|MarkerFile)\s*=\s*(.+?)\s*$", re.M | re.I)


def find_companions(path):
    """Find the files besides a recording that its signals and bad channels come from.

    Parameters
    ----------
    path : path-like
        The recording.

    Returns
    -------
    paths : tuple of pathlib.Path
        Data and markers of BrainVision, data of EEGLAB, further parts of a split FIF, the
        channels.tsv of BIDS, sorted. Electrode positions are not read, so that
        electrodes.tsv is not among them.
    """
    path = Path(path)
    found = set()
    if path.suffix.lower() not in (".edf", ".bdf", ".h5") and path.is_file():
        found = {
            beside
            for beside in path.parent.glob("*")
            if beside.suffix.lower() in _PARTS and beside.stem == path.stem
        }
        found |= set(_named_in_header(path)) | set(_opened_by_mne(path))
    if path.stem.endswith("_eeg") and (table := find_table(path, "channels")):
        found.add(table)
    return tuple(sorted(found - {path}))


def _named_in_header(path):
    """Give the files that a header of BrainVision names."""
    if path.suffix.lower() not in (".vhdr", ".ahdr"):
        return
    for name in _NAMED.findall(path.read_bytes()):
        named = path.with_name(name.decode("utf-8", "replace").replace("$b", path.stem))
        if named.exists():
            yield named


def _opened_by_mne(path):
    """Give the files that EEGLAB and FIF files say their data are in."""
    if not path.name.lower().endswith((".set", ".fif", ".fif.gz")):
        return []
    try:
        with catch_logging():
            return [Path(one) for one in mne.io.read_raw(path, verbose="error").filenames if one]
    except Exception:  # whoever reads it finds out, and tells what mne's readers raise
        return []
