"""Writing a corpus to the signal store, and finding its recordings there."""

import json
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from mne.utils import ProgressBar, _check_option, logger, verbose

from ..atomic import check_targets, same_name
from ..bars import bars_without_messages
from ..channels import ELECTRODES, canonical_name
from ..corpora.files import find_files
from ..corpora.recording_names import recording_name
from ..corpora.synthetic import is_synthetic
from ..defaults import MAX_MISSING, SFREQ
from ..errors import InputError, printable
from ..jobs import JobItem, run_job, sha256
from ..labels import CLASS_NAMES, is_seizure
from ..recording_table import make_recording_table
from ..type_aliases import PathLike, Verbose
from .companions import find_companions
from .known_annotations import known_annotations
from .recording import header_patient, read_prepared
from .resample import RESAMPLERS
from .signal_store import DTYPES, STORED, is_stored, read_header, write_signals
from .source import metadata_from_path, open_source
from .upsampling import warn_upsampled, warned_once

_MANIFEST = "manifest"
_FURTHER = ("sfreq", "duration", "seizures", "ch_names", "missing", "synthetic")
_VERSIONS = ("mne_asgpf", "mne", "numpy", "scipy", "h5py")


@verbose
def prepare_corpus(
    source: PathLike,
    destination: PathLike,
    *,
    channels: Sequence[str] = ELECTRODES,
    sfreq: float = SFREQ,
    max_missing: int = MAX_MISSING,
    resampling: str = "exact",
    dtype: str = "int16",
    label_map: dict[str, str] | None = None,
    n_jobs: int | None = None,
    verify: bool = False,
    verbose: Verbose = None,
) -> pd.DataFrame:
    """Write the recordings of a corpus to the signal store, with their events.

    Only annotations and events with known labels are written: other texts may identify the
    patient.

    Results of an earlier run, even an interrupted one, are kept if their inputs are
    unchanged: the recording with its companion files, its events, patient, session and
    split, the settings and the version of this package. Files of the store that cannot be
    opened are made again. Results for recordings that were removed from ``source`` or renamed
    are removed; so are those of recordings whose signals or labels can no longer be used.
    What fails earlier, such as a malformed ``participants.tsv``, removes nothing.

    Parameters
    ----------
    source : path-like
        A corpus in the layout of TUSZ, a BIDS dataset, a folder of recordings or one
        recording.
    destination : path-like
        The folder to write to: one ``.h5`` per recording, at the same relative path as in
        the corpus, and the folder ``manifest`` with a record of each.
    channels : sequence of str
        The required channels, in this order, in any known spelling.
    sfreq : float
        The required sampling frequency in Hz.
    max_missing : int
        Number of channels that may be missing.
    resampling : "exact" | "released"
        How to resample, as in :func:`~mne_asgpf.prepare_raw`.
    dtype : "int16" | "float32"
        How to store the signals; see :mod:`mne_asgpf.signals.signal_store`.
    label_map : dict of str to str | None
        Meaning of the labels of a BIDS dataset, as in
        :func:`~mne_asgpf.bids.read_events_tsv`.
    n_jobs : int | None
        Number of recordings to prepare in parallel, as in joblib.
    verify : bool
        Whether to read existing files and their sources and compare them with their
        hashes.
    verbose : bool | str | int | None
        Log level; progress bars are shown at ``"info"``.

    Returns
    -------
    outcomes : pandas.DataFrame
        One row per recording: ``source``; ``path``, the file in the store; ``outcome``
        (``"done"``, ``"kept"``, ``"failed"`` or, without a source, ``"removed"``);
        ``problem`` and ``remedy`` (None unless failed). A warning names files of the
        store without a recording in ``source``, such as those of another corpus.

    Raises
    ------
    InputError
        If there is nothing to prepare, the source is prepared already, or the destination
        holds recordings of the same names from another folder, with other content.
    """
    _check_option("resampling", resampling, list(RESAMPLERS))
    _check_option("dtype", dtype, list(DTYPES))
    found, destination = open_source(source), Path(destination)
    if found.is_stored:
        raise InputError(source, "is in the signal store already", "give the original recordings")
    synthetic = is_synthetic(found.root)
    options = {
        "channels": [canonical_name(name) for name in channels],
        "sfreq": float(sfreq),
        "max_missing": max_missing,
        "resampling": resampling,
    }
    is_ours = (destination / _MANIFEST).is_dir()  # an earlier run made the folder a store
    items, where, refused, untried = {}, [], [], []
    places: dict = {}
    for recording in found.recordings:
        path = recording.path
        place = path.relative_to(found.root).with_name(recording_name(path))
        key = place.as_posix()
        target = destination / place.with_name(f"{place.name}{STORED}")
        where.append((path, target))
        try:
            about = _about(recording, found, synthetic)
            first = places.setdefault(same_name(key), path)
            if first != path:
                raise InputError(
                    path, f"{first.name} next to it has the same name", "rename one of them"
                )
            further = [*find_companions(path), *recording.labels]
            check_targets(
                [target, destination / _MANIFEST / f"{key}.json"],
                overwrite=is_ours or is_stored(target),
            )
        except InputError as error:
            logger.warning("%s", error)
            refused.append((path, "failed", error.problem, error.remedy))
            untried.append(key)
            continue
        arguments = {
            "recording": recording,
            "target": target,
            "about": about,
            "options": options,
            "dtype": dtype,
            "label_map": label_map,
        }
        further += [recording.events] if recording.events else []
        items[key] = JobItem(path, arguments, tuple(further), facts=about)
    outcomes = run_job(
        _prepare_recording,
        items,
        destination,
        manifest=destination / _MANIFEST,
        settings=options
        | {"dtype": dtype, "label_map": label_map, "mne_asgpf": version("mne_asgpf")},
        origin=found.root,
        remove_gone=found.kind != "recording",
        untried=untried,  # hours of work outlive a table or a header that cannot be read today
        is_intact=is_stored,
        n_jobs=n_jobs,
        desc="Preparing recordings",
        verify=verify,
    )
    gone = outcomes[outcomes["outcome"] == "removed"]
    outcomes = outcomes.drop(gone.index)
    outcomes["source"] = [item.source for item in items.values()]
    columns = ["source", "outcome", "problem", "remedy"]
    outcomes = pd.concat([outcomes[columns], pd.DataFrame(refused, columns=columns, dtype=object)])
    where = pd.DataFrame(where, columns=["source", "path"])
    outcomes = where.merge(outcomes, on="source", validate="one_to_one")
    with warned_once():
        for row in outcomes[outcomes["outcome"].isin(["done", "kept"])].itertuples():
            recorded = read_header(row.path).provenance["source_sfreq"]
            warn_upsampled(row.source, float(recorded), sfreq)
    _warn_of_others(destination, set(outcomes["path"]))
    removed = [destination / f"{key}{STORED}" for key in gone["key"]]
    removed = pd.DataFrame({"path": removed, "outcome": "removed"}, columns=outcomes.columns)
    return pd.concat([outcomes, removed.astype(object)], ignore_index=True)


@verbose
def find_prepared(root: PathLike, *, verbose: Verbose = None) -> pd.DataFrame:
    """Find the recordings of the signal store below a folder.

    Parameters
    ----------
    root : path-like
        The folder that :func:`prepare_corpus` wrote to, a part of it or one file.
    verbose : bool | str | int | None
        Log level; a progress bar is shown at ``"info"``.

    Returns
    -------
    recordings : pandas.DataFrame
        A :mod:`table of recordings <mne_asgpf.recording_table>` with all its columns;
        :func:`~mne_asgpf.read_raw_asgpf_h5` reads ``path``. Further columns are
        ``ch_names``, a tuple of the channels; ``missing``, a tuple of those that are
        missing; and ``synthetic``, whether the recording is simulated (None if
        unknown).

    Raises
    ------
    InputError
        If the folder does not exist, holds no recording, or holds one that cannot be read.
    """
    root, what = Path(root), f"file of the signal store ({STORED})"
    is_file = root.suffix == STORED and root.is_file()
    paths = [root] if is_file else find_files(root, lambda path: path.suffix == STORED, what)
    rows = []
    for path in ProgressBar(paths, mesg="Finding prepared recordings"):
        header = read_header(path)
        labels = [str(one) for one in header.annotations.description]
        about = header.about
        rows.append(
            {
                "path": path,
                "patient": about.get("patient"),
                "session": about.get("session"),
                "split": about.get("split"),
                "duration": header.n_times / header.sfreq,
                "missing": tuple(header.bads),
                "sfreq": header.sfreq,
                "ch_names": tuple(header.ch_names),
                "synthetic": about.get("synthetic"),
                "seizures": dict(Counter(filter(is_seizure, labels)))
                if about.get("labelled", len(labels) > 0)
                else None,
            }
        )
    return make_recording_table(rows, _FURTHER)


def _warn_of_others(destination, known):
    """Warn of files of the store that do not belong to a recording of the source."""
    others = sorted(set(destination.rglob(f"*{STORED}")) - known)
    if others:
        names = ", ".join(path.relative_to(destination).as_posix() for path in others[:3])
        logger.warning(
            "%s",
            printable(
                f"{destination} also holds {len(others)} files that do not belong to this source: "
                f"{names}{', ...' if len(others) > 3 else ''}. Remove them unless they belong to "
                "another corpus: they are included when the whole store is read."
            ),
        )


def _about(recording, source, synthetic):
    """Return the metadata of a recording that is known before it is read."""
    known = metadata_from_path(recording.path)
    if source.kind == "tusz" and known["patient"] is None:
        raise InputError(
            recording.path,
            "does not have a TUSZ file name",
            "name it <patient>_s<session>_t<token>.edf",
        )
    return {
        "patient": known["patient"],
        "session": known["session"],
        "split": known["split"],
        "labelled": bool(recording.events or recording.labels),
        "synthetic": synthetic,
    }


def _prepare_recording(recording, target, about, options, dtype, label_map):
    """Write one recording to the store."""
    path, events = recording.path, recording.read_events(label_map=label_map)
    with bars_without_messages():  # find_prepared lists missing channels
        prepared = read_prepared(path, events=events, preload=False, **options)
    prepared.annotations = known_annotations(prepared.annotations, (label_map or {}).values())
    if not CLASS_NAMES.keys().isdisjoint(prepared.annotations.description):
        about = about | {"labelled": True}  # in the file itself
    if about["patient"] is None:  # else each such recording would count as another patient
        about = about | {"patient": header_patient(prepared.subject_info)}
    provenance = {
        "source": printable(path.name),
        "source_size": path.stat().st_size,
        "source_sha256": sha256(path),
        "source_sfreq": prepared.source_sfreq,
        "source_labels": json.dumps(prepared.labels),
        "settings": json.dumps(options | {"dtype": dtype, "label_map": label_map}),
        "versions": json.dumps({name: version(name) for name in _VERSIONS}),
    }
    write_signals(target, prepared, about=about, provenance=provenance, dtype=dtype)
    return [target]
