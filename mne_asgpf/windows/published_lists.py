"""The lists of clips ("marker files") used in published training and tests.

They name recordings of TUSZ v1.5.2 and are not part of this package: give their path. A
list has one clip per line, in one of three forms:

======================================= ================================================
typed      ``00000258_s002_t000.edf,0,1``   recording, class, number of the seizure in it
detection  ``00000258_s002_t000.edf_7.h5,1``    recording and clip, 1 if it overlaps a seizure
pairs      ``00000258_s002_t000.edf_7.h5,00000258_s002_t000.edf_8.h5``   a clip and the next
======================================= ================================================

Two test lists of typed seizures are in use, and their results are not
comparable: the field's benchmark (Tang et al., ICLR 2022) has 521 clips of 34 patients, the one
that came with ASGPF 285 of 23 patients, without most of the combined tonic seizures.
"""

import re

import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset
from mne.utils import logger, verbose, warn

from ..corpora.layout import patient_v2, tusz_recording
from ..errors import InputError
from ..tables import read_lines
from ..type_aliases import PathLike, Verbose
from .select import select_windows

#: Patients, by either id, in both the official training and test sets of TUSZ v1.5.2: excluded
#: from every published test set.
EXCLUDED_PATIENTS = frozenset(
    name
    for patient in ("00001027", "00004671", "00001981", "00006546", "00009842")
    for name in (patient, patient_v2(patient))
)

_CLIP = r"(\d{8}_s\d+_t\d+)\.edf_(\d{1,6})\.h5"
_FORMS = {
    "typed": re.compile(r"(\d{8}_s\d+_t\d+)\.edf\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})", re.ASCII),
    "detection": re.compile(rf"{_CLIP}\s*,\s*([01])", re.ASCII),
    "pairs": re.compile(rf"{_CLIP}\s*,\s*{_CLIP}", re.ASCII),
}


@verbose
def read_published_list(path: PathLike, *, verbose: Verbose = None) -> pd.DataFrame:
    """Read a list of clips.

    Parameters
    ----------
    path : path-like
        The list, in one of the forms above.
    %(verbose)s

    Returns
    -------
    clips : pandas.DataFrame
        One row per clip in the order of the list: ``recording`` (patient's v1 id,
        session and token), ``number`` (of the seizure or of the clip, from 0) and
        ``target`` (the class, in the scheme of the list; 1 or 0 for detection; -1
        for pairs). Contradictory lines raise a warning.
        ``clips.attrs["form"]`` is ``"typed"``, ``"detection"`` or ``"pairs"``.

    Raises
    ------
    InputError
        If a line has none of the forms, or not that of the first line.
    """
    lines = read_lines(path, "give a list of clips")
    lines = [(number, line.strip()) for number, line in lines if line.strip()]
    if not lines:
        raise InputError(path, "is empty", "give a list of clips")
    form = next((name for name, form in _FORMS.items() if form.fullmatch(lines[0][1])), "typed")
    rows: list[tuple] = []
    targets: dict = {}
    for number, line in lines:
        found = _FORMS[form].fullmatch(line)
        if found is None:
            raise InputError(
                path,
                f"line {number}, {line!r}, does not name a clip in the form of {form} lists",
                "give a list whose lines all have one form",
            )
        name, first, second, *following = found.groups()
        if form == "typed":
            first, second = second, first
        elif form == "pairs":
            if (name, int(first) + 1) != (second, int(*following)):
                raise InputError(
                    path,
                    f"line {number} does not name a pair of successive clips",
                    "correct the line",
                )
            second = -1
        row = (tusz_recording(name), int(first), int(second))
        if targets.setdefault(row[:2], row[2]) != row[2]:
            warn(f"{path}: line {number}, {line!r}, contradicts an earlier one; the last is used")
            targets[row[:2]] = row[2]
        rows.append(row)
    clips = pd.DataFrame(rows, columns=["recording", "number", "target"])
    clips.attrs["form"] = form
    return clips


@verbose
def select_published(
    windows: BaseConcatDataset,
    path: PathLike,
    *,
    crosswalk: pd.DataFrame | None = None,
    verbose: Verbose = None,
) -> BaseConcatDataset:
    """Keep the windows that a published list names.

    Parameters
    ----------
    windows : braindecode.datasets.BaseConcatDataset
        Windows of recordings of TUSZ or of a BIDS dataset made from it, cut by
        :func:`~mne_asgpf.typed_windows` (in the scheme of the list),
        :func:`~mne_asgpf.detection_windows` or :func:`~mne_asgpf.pretraining_windows`.
    path : path-like
        The list.
    crosswalk : pandas.DataFrame | None
        For typed windows of TUSZ v2: the matched seizures from
        :func:`mne_asgpf.corpora.match_seizures`. The lists number the seizures of
        v1.5.2.
    %(verbose)s

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        The windows in the list, in their original order, with their original targets.
        A warning states how many clips of the list are missing, and how many have
        another class in these labels.

    Raises
    ------
    InputError
        If none of the windows is in the list, or the list is malformed.
    """
    clips = read_published_list(path)
    form = clips.attrs["form"]
    metadata = windows.get_metadata()
    if form == "typed":
        numbers = metadata["seizure"].fillna(-1)
        if crosswalk is None:
            _require_v1(metadata["recording"])
    else:
        n_clips = 2 if form == "pairs" else 1  # per window
        lengths = np.repeat(
            [dataset.n_times // n_clips for dataset in windows.datasets],
            [len(dataset) for dataset in windows.datasets],
        )
        numbers, rest = divmod(metadata["i_start_in_trial"].to_numpy(), lengths)
        if form == "pairs" and rest.any():
            raise InputError(
                "windows",
                "the forecast is not as long as the clip, unlike in the list",
                "use pretraining_windows without forecast_len",
            )
    listed = {(clip.recording, clip.number): clip.target for clip in clips.itertuples()}
    at_hand = listed if crosswalk is None or form != "typed" else _to_v2(listed, crosswalk)
    keys = zip(metadata["recording"].map(tusz_recording), numbers, strict=True)
    found = {i: key for i, key in enumerate(keys) if key in at_hand}
    if not found:
        raise InputError(
            path, "names none of the windows", "cut windows of the recordings that it names"
        )
    n_missing = len(listed) - len(set(found.values()))
    n_other = sum(metadata["target"].iat[i] != at_hand[key] for i, key in found.items())
    logger.info("%s: %d of %d clips.", path, len(listed) - n_missing, len(listed))
    if n_missing or n_other:
        warn(
            f"{path}: {n_missing} of {len(listed)} clips are missing from the windows, {n_other} "
            "have a different class in the current labels"
        )
    return select_windows(windows, list(found))


def _require_v1(recordings):
    """Raise if recordings are from v2, warn if the version is unknown."""
    if recordings.str.contains(r"^[a-z]{8}_s", regex=True).any():
        raise InputError(
            "crosswalk",
            "the windows are of TUSZ v2 but the list numbers the seizures of v1.5.2",
            "give the table of mne_asgpf.corpora.match_seizures",
        )
    if recordings.str.startswith("sub-").any():
        warn(
            "The list numbers the seizures of TUSZ v1.5.2. If the BIDS dataset was made from v2, "
            "give a crosswalk"
        )


def _to_v2(listed, crosswalk):
    """Translate the numbers of seizures to v2; drop those that v2 does not have."""
    numbers = {
        ((row.patient_v1, int(row.session), row.token), row.number_v1): row.number_v2
        for row in crosswalk[crosswalk["found"] == "both"].itertuples()
    }
    return {(key[0], numbers[key]): target for key, target in listed.items() if key in numbers}
