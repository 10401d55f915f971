"""A corpus in the signal store: how it gets there, and how it is found again."""

import json
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from mne.utils import ProgressBar, _check_option, logger, use_log_level, verbose

from ..atomic import check_targets, same_name
from ..bids import find_bids_recordings, read_events_tsv
from ..channels import ELECTRODES, canonical_name
from ..corpora import find_recordings, recording_events
from ..corpora.files import find_files
from ..corpora.recording_check import MAX_MISSING, SFREQ
from ..corpora.recording_labels import find_label_files
from ..corpora.synthetic import is_synthetic
from ..errors import InputError, printable
from ..jobs import JobItem, run_job, sha256
from ..labels import is_seizure
from .known_annotations import known_annotations
from .recording import read_prepared
from .resample import RESAMPLERS
from .signal_store import DTYPES, read_header, write_signals

_MANIFEST = "manifest"
_VERSIONS = ("mne_asgpf", "mne", "numpy", "scipy", "h5py")


@verbose
def prepare_corpus(
    source,
    destination,
    *,
    channels=ELECTRODES,
    sfreq=SFREQ,
    max_missing=MAX_MISSING,
    resampling="exact",
    dtype="int16",
    label_map=None,
    n_jobs=None,
    check_hashes=False,
    verbose=None,
):
    """Write the recordings of a corpus to the signal store, with their events.

    Of annotations and events only those are written whose label is known: what else somebody
    wrote may name the patient.

    What an earlier run wrote, also one that was killed, is kept where recording,
    labels and settings are still the same.

    Parameters
    ----------
    source : path-like
        A corpus in the layout of TUSZ or a BIDS dataset.
    destination : path-like
        The folder to write to: one ``.h5`` a recording, at the recording's place in
        the corpus, and the folder ``manifest`` with a record of each.
    channels : sequence of str
        The channels wanted, in this order, in any known spelling.
    sfreq : float
        The sampling frequency wanted, in Hz.
    max_missing : int
        How many of the channels may be missing.
    resampling : "exact" | "released"
        How to resample, as in :func:`~mne_asgpf.prepare_raw`.
    dtype : "int16" | "float32"
        How to store the signals; see :mod:`mne_asgpf.signals.signal_store`.
    label_map : dict of str to str | None
        What the labels of a BIDS dataset mean, as in
        :func:`~mne_asgpf.bids.read_events_tsv`.
    n_jobs : int | None
        How many recordings to prepare at a time, as in joblib.
    check_hashes : bool
        Whether files that are there are read and compared with their hashes.
    verbose : bool | str | int | None
        Log level; progress bars are shown at ``"info"``.

    Returns
    -------
    outcomes : pandas.DataFrame
        One row a recording: ``source``; ``path``, the file in the store; ``outcome``
        (``"done"``, ``"kept"`` or ``"failed"``); ``problem`` and ``remedy`` (None
        unless failed).

    Raises
    ------
    InputError
        If there is nothing to prepare.
    """
    _check_option("resampling", resampling, list(RESAMPLERS))
    _check_option("dtype", dtype, list(DTYPES))
    source, destination = Path(source), Path(destination)
    options = {
        "channels": [canonical_name(name) for name in channels],
        "sfreq": float(sfreq),
        "max_missing": max_missing,
        "resampling": resampling,
    }
    is_ours = (destination / _MANIFEST).is_dir()  # an earlier run made the folder a store
    items, where, refused, places = {}, [], [], {}
    for path, about, events_file in _find(source, n_jobs):
        place = path.relative_to(source).with_suffix("")
        key = place.as_posix()
        target = destination / place.with_name(f"{place.name}.h5")
        where.append((path, target))
        try:
            if about["patient"] is None:
                raise InputError(
                    path, "has no name of TUSZ", "name it <patient>_s<session>_t<token>.edf"
                )
            first = places.setdefault(same_name(key), path)
            if first != path:
                raise InputError(
                    path, f"{first.name} beside it has the same name", "rename one of them"
                )
            check_targets(
                [target, destination / _MANIFEST / f"{key}.json"],
                overwrite=is_ours or _is_stored(target),
            )
        except InputError as error:
            logger.warning("%s", error)
            refused.append((path, "failed", error.problem, error.remedy))
            continue
        labels = [events_file] if events_file else find_label_files(path).values()
        arguments = {
            "path": path,
            "target": target,
            "about": about,
            "events_file": events_file,
            "options": options,
            "dtype": dtype,
            "label_map": label_map,
        }
        items[key] = JobItem(path, arguments, tuple(labels))
    outcomes = run_job(
        _prepare_recording,
        items,
        destination,
        manifest=destination / _MANIFEST,
        settings=options | {"dtype": dtype, "label_map": label_map},
        n_jobs=n_jobs,
        desc="Preparing recordings",
        check_hashes=check_hashes,
    )
    outcomes["source"] = [item.source for item in items.values()]
    columns = ["source", "outcome", "problem", "remedy"]
    outcomes = pd.concat([outcomes[columns], pd.DataFrame(refused, columns=columns, dtype=object)])
    where = pd.DataFrame(where, columns=["source", "path"])
    return where.merge(outcomes, on="source", validate="one_to_one")


def is_signal_store(root):
    """Tell whether a folder is one of the signal store, or a part of it.

    Parameters
    ----------
    root : path-like
        The folder. One that holds recordings besides is a corpus.

    Returns
    -------
    is_store : bool
        Whether it holds prepared recordings and no other.
    """
    endings = {path.suffix.lower() for path in Path(root).rglob("*.*")}
    others = {".edf", ".bdf", ".set", ".vhdr", ".fif"}
    return ".h5" in endings and endings.isdisjoint(others)


@verbose
def find_prepared(root, *, verbose=None):
    """Find the recordings of the signal store below a folder.

    Parameters
    ----------
    root : path-like
        The folder that :func:`prepare_corpus` wrote to, or a part of it.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    recordings : pandas.DataFrame
        One row a recording, sorted by path: ``path``, to be read with
        :func:`~mne_asgpf.read_raw_asgpf_h5`; ``patient``, ``session`` and
        ``tusz_split`` (None where the corpus does not tell); ``duration`` in seconds;
        ``missing``, a tuple of the channels that are missing; ``synthetic``, whether
        they are simulated (None where that is not known); ``seizures``, a dict of
        label -> count, None where the corpus has no labels for it.

    Raises
    ------
    InputError
        If there is no such folder, no recording in it or one that cannot be read.
    """
    paths = find_files(root, lambda path: path.suffix == ".h5", "file of the signal store (.h5)")
    rows = []
    for path in ProgressBar(paths, mesg="Finding prepared recordings"):
        header = read_header(path)
        labels = map(str, header.annotations.description)
        about = header.about
        rows.append(
            {
                "path": path,
                "patient": about.get("patient"),
                "session": about.get("session"),
                "tusz_split": about.get("tusz_split"),
                "duration": header.n_times / header.sfreq,
                "missing": tuple(header.bads),
                "synthetic": about.get("synthetic"),
                "seizures": dict(Counter(filter(is_seizure, labels)))
                if about["labelled"]
                else None,
            }
        )
    return pd.DataFrame(rows, dtype=object).astype({"duration": float})


def _is_stored(path):
    """Tell whether a file is one of the signal store."""
    try:
        read_header(path)
    except InputError:
        return False
    return True


def _find(source, n_jobs):
    """Give each recording, what is known about it and the events.tsv of a BIDS dataset."""
    synthetic = is_synthetic(source)
    if (source / "dataset_description.json").is_file():
        for row in find_bids_recordings(source).itertuples():
            about = {
                "patient": row.patient,
                "session": row.session,
                "tusz_split": row.tusz_split,
                "labelled": row.events is not None,
                "synthetic": synthetic,
            }
            yield row.path, about, row.events
        return
    recordings = find_recordings(source, n_jobs=n_jobs)
    for row in recordings.itertuples():
        about = {
            "patient": row.patient,
            "session": f"{row.session:03d}" if row.patient else None,
            "tusz_split": row.split,
            "labelled": bool(find_label_files(row.path)),
            "synthetic": synthetic,
        }
        yield row.path, about, None


def _prepare_recording(path, target, about, events_file, options, dtype, label_map):
    """Write one recording to the store."""
    if not about["labelled"]:
        events = None
    elif events_file:
        events = read_events_tsv(events_file, label_map=label_map)
    else:
        events = recording_events(path)
    with use_log_level("warning"):  # what is missing in which recording, find_prepared tells
        recording = read_prepared(path, events=events, **options)
    recording.annotations = known_annotations(recording.annotations, (label_map or {}).values())
    provenance = {
        "source": printable(path.name),
        "source_size": path.stat().st_size,
        "source_sha256": sha256(path),
        "source_sfreq": recording.source_sfreq,
        "source_labels": json.dumps(recording.labels),
        "settings": json.dumps(options | {"dtype": dtype, "label_map": label_map}),
        "versions": json.dumps({name: version(name) for name in _VERSIONS}),
    }
    write_signals(target, recording, about=about, provenance=provenance, dtype=dtype)
    return [target]
