"""The index of a corpus: one row per recording."""

import math
from collections import Counter
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed
from mne.utils import ProgressBar, verbose

from ..channels import match_channels, reference
from ..errors import InputError
from ..recording_table import make_recording_table
from ..type_aliases import PathLike, Verbose
from .edf_header import read_edf_header
from .files import find_files
from .index_cache import IndexCache
from .layout import parse_tusz_path
from .recording_check import check_header, eeg_sfreqs
from .recording_labels import find_label_files, labelled_duration, read_recording_labels

_FURTHER = (
    "sfreq", "duration", "seizures", "layout", "token", "montage", "sfreqs", "n_channels",
    "status", "problem", "remedy",
)  # fmt: skip


@verbose
def find_recordings(
    root: PathLike,
    *,
    lenient: bool = False,
    cache: bool | PathLike = True,
    n_jobs: int | None = None,
    verbose: Verbose = None,
) -> pd.DataFrame:
    """Index the recordings of TUSZ below a folder, in either layout.

    Only headers and label files are read. The index is cached and reused for all
    recordings whose files have unchanged sizes and times.

    Parameters
    ----------
    root : path-like
        The folder of the corpus or a part of it.
    lenient : bool
        Whether to repair or skip malformed lines of label files instead of refusing
        the recording. Each repair is listed in ``problem``.
    cache : bool | path-like
        The file in which to cache the index. True for a file for this root in the
        user's cache folder (``~/.cache/mne_asgpf/index`` on Linux), False for none.
        It may be deleted at any time.
    n_jobs : int | None
        Number of processes, as in joblib.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    recordings : pandas.DataFrame
        A :mod:`table of recordings <mne_asgpf.recording_table>` with all its columns, one
        row per EDF. ``sfreq`` is the highest of the electrodes; ``seizures`` is None where
        label files are missing or malformed. Further columns are

        - ``layout``, ``token`` (Int64), ``montage``: see
          :class:`~mne_asgpf.corpora.layout.TuszName`; missing, like patient, session and
          split, if the file does not have a TUSZ file name. If no folder names the
          montage, it is inferred from the channel labels;
        - ``sfreqs``, the rates of all signals in the file, ascending (None if the header
          cannot be read), and ``n_channels``, the number of signals;
        - ``status``, ``problem``, ``remedy``: as in
          :class:`~mne_asgpf.corpora.recording_check.Check`. A recording whose
          label files are malformed is refused; one whose label files are missing,
          repaired or contradict each other is usable.

    Raises
    ------
    InputError
        If the folder does not exist or holds no recording of TUSZ.
    """
    paths = find_files(root, lambda path: path.suffix.lower() == ".edf", "EDF file")
    kept = IndexCache(cache, Path(root), {"lenient": lenient})
    stamps = {path: _stamp(path) for path in paths}
    found = {path: kept.get(path, stamp) for path, stamp in stamps.items()}
    to_do = [path for path, row in found.items() if row is None]
    made = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_index_recording)(path, lenient) for path in to_do
    )
    try:
        for path, row in zip(ProgressBar(to_do, mesg="Indexing the corpus"), made, strict=True):
            found[path] = row
            kept.put(path, stamps[path], row)
    finally:  # an interrupted index can be completed later
        kept.save()
    rows = [row | {"path": path} for path, row in found.items()]
    recordings = make_recording_table(rows, _FURTHER, {"token": "Int64", "n_channels": int})
    recordings["sfreqs"] = [None if one is None else tuple(one) for one in recordings["sfreqs"]]
    if recordings["patient"].isna().all():
        raise InputError(
            root,
            "holds no EDF in the layout of TUSZ",
            "give the corpus folder; its files are named <patient>_s<session>_t<token>.edf",
        )
    return recordings


def _stamp(path):
    """Return the sizes and times of the recording and its label files."""
    stamp = []
    for file in (path, *find_label_files(path).values()):
        try:
            state = file.stat()
        except OSError:  # a broken link
            stamp.append([file.suffix, 0, 0])
        else:
            stamp.append([file.suffix, state.st_size, state.st_mtime_ns])
    return stamp


def _index_recording(path, lenient):
    """Make the row of a recording, without its path and of values that JSON can hold."""
    row = dict.fromkeys(("patient", "session", "split", *_FURTHER)) | {
        "sfreq": math.nan, "n_channels": 0, "duration": math.nan,
    }  # fmt: skip
    name = parse_tusz_path(path)
    if name is not None:
        row |= vars(name) | {"session": f"{name.session:03d}"}
    header, findings = None, []
    try:
        header = read_edf_header(path)
    except InputError as error:
        findings.append(("refused", error.problem, error.remedy))
    else:
        match = match_channels(header.labels)
        row["sfreq"] = max(eeg_sfreqs(header, match), default=math.nan)
        row["sfreqs"] = sorted(set(header.sfreqs))
        row["n_channels"] = len(header.labels)
        row["duration"] = header.duration
        check = check_header(header)
        findings.append((check.status, check.problem, check.remedy))
        if name is not None:
            row["montage"] = row["montage"] or _montage(header.labels)
    if name is None:
        remedy = "name it <patient>_s<session>_t<token>.edf"
        findings.append(("refused", "does not have a TUSZ file name", remedy))
    else:
        row["seizures"], of_labels = _seizures(path, header, lenient)
        findings += of_labels
    return row | _sum_up(findings)


def _seizures(path, header, lenient):
    """Count the seizures of each type; return the findings about the label files too."""
    if not find_label_files(path):
        return None, [("usable", "there is no label file next to it", "used without labels")]
    duration = labelled_duration(header) if header else None
    try:
        labels = read_recording_labels(path, lenient=lenient, recording_duration=duration)
    except InputError as error:
        return None, [("refused", f"{error.where}: {error.problem}", error.remedy)]
    findings = []
    if labels.repairs:
        findings.append(("usable", _list(labels.repairs), "read as repaired"))
    if labels.conflicts:
        remedy = "the file of the whole recording and the type of most channels are used"
        findings.append(("usable", _list(labels.conflicts), remedy))
    return dict(Counter(labels.events["label"])), findings


def _sum_up(findings):
    """Merge findings into one; if any is a refusal, only refusals are kept."""
    worst = next(
        (status for status in ("refused", "usable") if status in [one[0] for one in findings]), "ok"
    )
    worst_ones = [one for one in findings if one[0] == worst != "ok"]
    return {
        "status": worst,
        "problem": "; ".join(dict.fromkeys(problem for _, problem, _ in worst_ones)),
        "remedy": "; ".join(dict.fromkeys(remedy for _, _, remedy in worst_ones)),
    }


def _list(items, n=3):
    return "; ".join(items[:n]) + (f"; and {len(items) - n} more" if len(items) > n else "")


def _montage(labels):
    """Infer the montage from the references and ear electrodes in the labels."""
    references = Counter(filter(None, map(reference, labels)))
    kinds = {"REF": "ar", "LE": "le"}
    kind = next((kinds[name] for name, _ in references.most_common() if name in kinds), None)
    if kind is None:
        return None
    return kind if {"A1", "A2"} <= set(match_channels(labels, ("A1", "A2")).found) else f"{kind}_a"
