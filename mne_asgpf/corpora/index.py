"""The index of a corpus: one row for each recording."""

import math
from collections import Counter

import pandas as pd
from mne.utils import ProgressBar, verbose

from ..channels import match_channels, reference
from ..errors import InputError
from .check import check_file
from .edf_header import read_edf_header
from .files import find_files
from .layout import parse_tusz_path
from .recording_check import eeg_sfreqs
from .recording_labels import find_label_files, recording_events

_COLUMNS = (
    "path", "layout", "split", "patient", "session", "token", "montage", "sfreq", "n_channels",
    "duration", "seizures", "status", "problem", "remedy",
)  # fmt: skip
_NUMBERS = {
    "session": "Int64",
    "token": "Int64",
    "sfreq": float,
    "n_channels": int,
    "duration": float,
}


@verbose
def find_recordings(root, *, verbose=None):
    """Index the recordings of TUSZ below a folder, in whichever layout.

    Parameters
    ----------
    root : path-like
        The folder that holds the corpus or a part of it.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    recordings : pandas.DataFrame
        One row an EDF, sorted by path, with the columns

        - ``path``;
        - ``layout``, ``split``, ``patient``, ``session``, ``token``, ``montage``:
          see :class:`~mne_asgpf.corpora.layout.TuszName`; missing where the file has
          no name of TUSZ. Where no folder names the montage, the channel labels do;
        - ``sfreq`` in Hz (the highest of the electrodes), ``n_channels`` (signals in
          the file), ``duration`` in seconds;
        - ``seizures``: a dict of label -> count, None where label files are missing
          or malformed;
        - ``status``, ``problem``, ``remedy``: as in
          :class:`~mne_asgpf.corpora.recording_check.Check`. A recording whose
          label files are malformed is refused, one without any is usable.

    Raises
    ------
    InputError
        If there is no such folder or no recording of TUSZ in it.
    """
    paths = find_files(root, lambda path: path.suffix.lower() == ".edf", "EDF file")
    rows = [_index_recording(path) for path in ProgressBar(paths, mesg="Indexing the corpus")]
    # As objects, so that what is missing is None and not NaN.
    recordings = pd.DataFrame(rows, columns=_COLUMNS, dtype=object).astype(_NUMBERS)
    if recordings["patient"].isna().all():
        raise InputError(
            root,
            "holds no EDF in the layout of TUSZ",
            "give the corpus folder; its files are named <patient>_s<session>_t<token>.edf",
        )
    return recordings


def _index_recording(path):
    check = check_file(path)
    row = dict.fromkeys(_COLUMNS) | {
        "path": path,
        "sfreq": math.nan,
        "n_channels": 0,
        "duration": math.nan,
        "status": check.status,
        "problem": check.problem,
        "remedy": check.remedy,
    }
    name = parse_tusz_path(path)
    if name is None:
        _worsen(row, "refused", "has no name of TUSZ", "name it <patient>_s<session>_t<token>.edf")
        return row
    row |= vars(name)
    try:
        header = read_edf_header(path)
    except InputError:
        pass  # The check has said why.
    else:
        row["sfreq"] = max(eeg_sfreqs(header, match_channels(header.labels)), default=math.nan)
        row["n_channels"] = len(header.labels)
        row["duration"] = header.duration
        row["montage"] = row["montage"] or _montage(header.labels)
    if not find_label_files(path):
        _worsen(row, "usable", "no label file lies beside it", "used without labels")
        return row
    try:
        row["seizures"] = dict(Counter(recording_events(path)["label"]))
    except InputError as error:
        _worsen(row, "refused", f"{error.where}: {error.problem}", error.remedy)
    return row


def _worsen(row, status, problem, remedy):
    if row["status"] != "refused":
        row["status"] = status
    row["problem"] = "; ".join(filter(None, (row["problem"], problem)))
    row["remedy"] = "; ".join(filter(None, (row["remedy"], remedy)))


def _montage(labels):
    """Tell the montage from the references and ears that the labels name."""
    references = Counter(filter(None, map(reference, labels)))
    kinds = {"REF": "ar", "LE": "le"}
    kind = next((kinds[name] for name, _ in references.most_common() if name in kinds), None)
    if kind is None:
        return None
    return kind if {"A1", "A2"} <= set(match_channels(labels, ("A1", "A2")).found) else f"{kind}_a"
