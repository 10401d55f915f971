"""Given events, of a reader or detector: read from any file, and limited to seizures."""

from collections import Counter
from pathlib import Path

import mne
import pandas as pd
from mne.utils import logger, verbose

from ..bids.events_tsv import read_events_tsv, translate_labels
from ..corpora.annotation_files import annotation_kind
from ..corpora.edf_header import read_edf_header
from ..corpora.recording_labels import read_label_file
from ..errors import InputError
from ..event_table import from_annotations, make_event_table
from ..labels import LABELS, is_seizure
from ..signals.recording import read_any_encoding
from ..type_aliases import PathLike, Verbose


@verbose
def read_events(
    path: PathLike, *, label_map: dict[str, str] | None = None, verbose: Verbose = None
) -> pd.DataFrame:
    """Read events from a file of any supported format.

    Parameters
    ----------
    path : path-like
        An ``events.tsv`` of BIDS or SzCORE; a label file of TUSZ (``.csv``, ``.csv_bi``,
        ``.tse``, ``.tse_bi``, ``.lbl``, ``.lbl_bi``), in which rows of single channels are
        joined; or a file that :func:`mne.read_annotations` reads, such as EDF+.
    label_map : dict of str to str | None
        Meaning of labels: label in the file -> a label of TUSZ or a class. Labels of TUSZ's
        own files are fixed.
    %(verbose)s

    Returns
    -------
    events : pandas.DataFrame
        An event table, including events that are not seizures. If the file states a time from
        which its onsets count, as annotations of a cropped recording that mne saved do, it is
        ``events.attrs["orig_time"]``; onsets are converted where a recording with a
        measurement date gets the events.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(path, "does not exist", "give a file of events")
    if annotation_kind(path):
        return read_label_file(path)
    if path.suffix.lower() == ".tsv":
        return read_events_tsv(path, label_map=label_map)
    if path.suffix.lower() in (".edf", ".bdf"):
        read_edf_header(path)  # raises for files that mne takes for EDF without annotations
    try:
        annotations = read_any_encoding(mne.read_annotations, path)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, IndexError) as error:
        raise InputError(
            path,
            f"cannot be read as events ({error})",
            "give an events.tsv of BIDS, a label file of TUSZ or annotations that mne reads",
        ) from error
    events = from_annotations(annotations)
    if annotations.orig_time is not None:
        events.attrs["orig_time"] = annotations.orig_time
    if len(events):
        events["label"] = translate_labels(path, events["label"], label_map or {})
    return events


@verbose
def only_seizures(events: pd.DataFrame, *, verbose: Verbose = None) -> pd.DataFrame:
    """Select the events that are seizures.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table.
    %(verbose)s

    Returns
    -------
    seizures : pandas.DataFrame
        The seizures. ``seizures.attrs["left_out"]`` lists the other events and why they
        are not seizures, one line each; they are also logged.
    """
    rows = events.to_dict("records")
    seizures = make_event_table(row for row in rows if is_seizure(row["label"]))
    others = Counter(str(row["label"]) for row in rows if not is_seizure(row["label"]))
    seizures.attrs["left_out"] = [
        f"{n} of {label!r}: {_why(label)}" for label, n in sorted(others.items())
    ]
    for line in seizures.attrs["left_out"]:
        logger.info("Left out: %s", line)
    return seizures


def _why(label):
    if label in LABELS:
        return f"{LABELS[label].name}, which is not an epileptic seizure"
    return "unknown label, not counted as a seizure; give its meaning"
