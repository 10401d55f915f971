"""Recordings as the estimators take them: Raws and paths of any kind."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import mne
import numpy as np
from braindecode.datasets import BaseConcatDataset
from mne.utils import warn
from mne_bids import BIDSPath

from ...errors import InputError
from ...signals import open_source, prepare_raw, read_raw_asgpf_h5, read_recording
from ...signals.signal_store import read_header
from ...signals.upsampling import warned_once
from ...type_aliases import PathLike

Recording: TypeAlias = mne.io.BaseRaw | PathLike  # a BIDSPath is path-like
# Whatever an estimator takes.
EEG: TypeAlias = Recording | Sequence[Recording] | mne.BaseEpochs | BaseConcatDataset | np.ndarray


def is_recordings(X):
    """Return whether an input is one recording or a list of them."""
    if isinstance(X, (list, tuple)) or (isinstance(X, np.ndarray) and X.ndim == 1):
        return len(X) > 0 and _is_recording(X[0])
    return _is_recording(X)


def list_recordings(X):
    """List the recordings of an input."""
    if isinstance(X, mne.io.BaseRaw):
        return [X]
    if not _is_recording(X):
        return [recording for item in X for recording in list_recordings(item)]
    if isinstance(X, BIDSPath):
        X = X.root if X.subject is None else X.fpath
    return list(open_source(X).recordings)


def load_recording(recording, *, labelled=False, **wanted):
    """Load and prepare a recording from which windows are cut."""
    if isinstance(recording, mne.io.BaseRaw):
        return prepare_raw(recording, **wanted)
    if recording.is_stored:
        raw = prepare_raw(read_raw_asgpf_h5(recording.path), **wanted)
        is_labelled = read_header(recording.path).about.get("labelled", len(raw.annotations) > 0)
    else:
        events = recording.read_events() if labelled else None
        raw = read_recording(recording.path, events=events, preload=False, **wanted)
        is_labelled = events is not None or len(raw.annotations) > 0
    if labelled and not is_labelled:
        raise InputError(
            recording.path,
            "has no labels: no events.tsv, no label file of TUSZ and no annotations",
            "add an events.tsv, or pass the classes as y",
        )
    return raw


def load_one_recording(X, **wanted):
    """Load the single recording of an input."""
    recordings = list_recordings(X)
    if len(recordings) != 1:
        raise InputError(X, f"contains {len(recordings)} recordings", "give one of them")
    return load_recording(recordings[0], **wanted)


def load_recordings(X, *, patients=None, labelled=False, all_needed=False, **wanted):
    """Load recordings for a fit, and what the user said of each; warn of those left out."""
    # `all_needed` raises an error for files that cannot be used, as is always done for a Raw.
    # `wanted` is as in load_recording.
    recordings = list_recordings(X)
    if patients is not None and len(patients) != len(recordings):
        raise InputError(
            "groups",
            f"has length {len(patients)}, expected {len(recordings)}",
            "give the patient of each recording",
        )
    raws, descriptions, left_out = [], [], []
    with warned_once():
        for i, recording in enumerate(recordings):
            try:
                raw = load_recording(recording, labelled=labelled, **wanted)
            except InputError as error:
                if all_needed or isinstance(recording, mne.io.BaseRaw):
                    raise
                left_out.append(error)
                continue
            raws.append(raw)
            descriptions.append({} if patients is None else {"patient": np.asarray(patients)[i]})
    if not raws:
        raise left_out[0]
    if left_out:
        reasons = "\n".join(map(str, left_out))
        warn(f"{len(left_out)} of {len(recordings)} recordings are left out:\n{reasons}")
    return raws, descriptions


def _is_recording(X):
    return isinstance(X, (mne.io.BaseRaw, str, Path, BIDSPath))
