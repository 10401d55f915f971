"""The layouts of corpora: what the path of a recording says of it, and which files label it."""

import re
from collections.abc import Callable
from typing import NamedTuple

from mne_bids import get_entities_from_fname

from ..bids.read import participant_splits
from ..corpora import recording_events
from ..corpora.layout import parse_tusz_path
from ..corpora.recording_labels import find_label_files

_SUBJECT = re.compile(r"sub-[A-Za-z0-9]+_")


def _labels_under_any_name(path):
    """Find label files of TUSZ next to a recording; a .csv alone may be any table."""
    labels = find_label_files(path)
    return () if set(labels) == {"csv"} else tuple(labels.values())


class Layout(NamedTuple):
    """A layout of recordings and their labels."""

    kind: str  # Of the source that a folder in this layout is.
    read_path: Callable  # Path -> its "patient" and "session"; None outside the layout.
    find_split: Callable  # Path -> the official split, or None.
    find_labels: Callable = _labels_under_any_name  # Path -> its label files.
    read_labels: Callable = recording_events  # Path -> an event table, if there are any.


def layout_of(path):
    """Return the layout of a recording, and the patient and session that its path names."""
    for layout in LAYOUTS:
        if (found := layout.read_path(path)) is not None:
            return layout, found
    return _NONE, {}


def kind_of(paths):
    """Return the kind of a folder from the paths of its recordings."""
    of_corpora = (one.kind for one in LAYOUTS if any(one.read_path(p) is not None for p in paths))
    return next(of_corpora, _NONE.kind)


def _tusz_path(path):
    name = parse_tusz_path(path)
    return name and {"patient": name.patient, "session": f"{name.session:03d}"}


def _bids_path(path):
    if not _SUBJECT.match(path.name):
        return None
    entities = get_entities_from_fname(path, on_error="ignore")
    return {"patient": entities["subject"], "session": entities["session"]}


def _bids_split(path):
    root = next((parent.parent for parent in path.parents if parent.name.startswith("sub-")), None)
    splits = participant_splits(root / "participants.tsv") if root else {}
    return splits.get(f"sub-{_bids_path(path)['patient']}")


#: A new layout has its line here. The first that knows a path is taken.
LAYOUTS = [
    Layout(
        "tusz",
        _tusz_path,
        find_split=lambda path: parse_tusz_path(path).split,
        find_labels=lambda path: tuple(find_label_files(path).values()),
    ),
    # Only a dataset_description.json makes a folder of such names a BIDS dataset.
    Layout("folder", _bids_path, _bids_split),
]
_NONE = Layout("folder", read_path=lambda _: {}, find_split=lambda _: None)
