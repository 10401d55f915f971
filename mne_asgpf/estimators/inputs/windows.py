"""Conversion of any input of an estimator to one set of windows."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import mne
import numpy as np
from sklearn.utils.validation import check_consistent_length
from torch.utils.data import ConcatDataset, Dataset

from ...errors import InputError
from ...signals.plausible import check_signals, refuse_infinity, spread
from ...windows.recording_metadata import recording_metadata
from .adapting import adapt
from .labelled import check_classes
from .named_windows import dataset_windows, epochs_windows
from .recordings import is_recordings, list_recordings, load_recording, load_recordings
from .window_set import WindowSet, join_windows


@dataclass(frozen=True)
class WindowSettings:
    """Settings of the conversion to windows."""

    wanted: dict  # `channels`, `sfreq` and `max_missing` of prepare_raw.
    adaptation: str | None  # "recording" or "patient".
    cut: Callable  # Cuts a windows dataset from Raws and their `descriptions`.
    check_array: Callable  # Turns array-likes into arrays.
    n_chans: int | None = None  # Of the windows of the fit; None in a fit.
    labelled: bool = False  # Whether each window needs a class.


def to_windows(X, y, groups, settings):
    """Convert any input of an estimator, with classes and patients, to windows."""
    y = None if y is None else check_classes(y)
    if is_recordings(X):
        raws, descriptions = load_recordings(
            X,
            patients=groups,
            labelled=settings.labelled and y is None,
            all_needed=y is not None,
            **settings.wanted,
        )
        windows, recordings = _cut(raws, descriptions, y, settings), None
        windows.groups = None if groups is None else windows.patients
    elif isinstance(X, WindowSet) and y is None:
        return X
    else:
        windows, recordings = _given(X, settings)
        if groups is not None:
            check_consistent_length(windows, groups)
            windows.groups = windows.patients = np.asarray(groups)
        if settings.labelled:
            _label(windows, y)
    return adapt(windows, settings.adaptation, settings.wanted["sfreq"], recordings=recordings)


def to_windows_by_piece(X, groups, settings, n_at_once):
    """Yield windows of as many whole recordings as fill a batch, to limit memory use."""
    # There is only one piece if windows are adapted to patients, or are given as windows.
    if not is_recordings(X):
        yield to_windows(X, None, groups, settings)
        return
    recordings = list_recordings(X)
    if groups is not None:
        check_consistent_length(recordings, groups)
    if settings.adaptation == "patient":
        n_at_once = np.inf
    raws, cuts, first, n_windows = [], [], 0, 0
    for number, recording in enumerate(recordings, 1):
        raws.append(load_recording(recording, **settings.wanted))
        cuts.append(settings.cut(raws[-1]))
        n_windows += len(cuts[-1])
        if n_windows >= n_at_once or number == len(recordings):
            patients = None if groups is None else np.asarray(groups)[first:number]
            yield _piece(raws, cuts, first, patients, settings)
            raws, cuts, first, n_windows = [], [], number, 0


def _piece(raws, cuts, first, groups, settings):
    """Join the windows of some recordings; ``first`` is the number of the first one."""
    lengths = list(map(len, cuts))
    numbers = np.arange(first, first + len(cuts))
    windows = WindowSet(ConcatDataset(cuts), recordings=np.repeat(numbers, lengths))
    if groups is None and settings.adaptation == "patient":
        groups = np.array([row["patient"] for row in recording_metadata(raws)], object)
    if groups is not None:
        windows.patients = np.repeat(groups, lengths)
    _check_channel_count(windows, settings)
    return adapt(windows, settings.adaptation, settings.wanted["sfreq"])


def _cut(raws, descriptions, y, settings):
    """Cut the windows of Raws, each with its class if needed."""
    if y is not None:
        check_consistent_length(raws, y)
    # By number: a Raw may be given twice, and one without data has no windows.
    descriptions = [row | {"number": number} for number, row in enumerate(descriptions)]
    windows = settings.cut(raws, descriptions=descriptions)
    metadata = windows.get_metadata()
    labels, classes = None, None
    if y is not None:
        labels = y[metadata["number"]]
    elif settings.labelled:
        classes = windows.classes
        labels = np.asarray(classes)[metadata["target"]]
    windows = WindowSet(windows, labels=labels, patients=metadata["patient"], classes=classes)
    windows.per_recording = y is not None
    return windows


def _given(X, settings):
    """Convert given windows; return the recording of each if known."""
    if isinstance(X, WindowSet):
        return copy.copy(X), None
    recordings, sfreq = None, settings.wanted["sfreq"]
    several = X if isinstance(X, list) else [X]  # scikit-learn splits Epochs one by one
    if several and isinstance(several[0], mne.BaseEpochs):
        windows = join_windows([epochs_windows(one, **settings.wanted) for one in several])
        recordings = np.repeat(np.arange(len(several)), [len(one) for one in several])
    elif isinstance(X, Dataset):
        windows = dataset_windows(X, **settings.wanted)
    else:
        windows = _array_windows(X, settings)
    n_times = windows.window_shape[1]
    if n_times < sfreq:
        raise InputError(
            "X",
            f"its windows have {n_times} samples, less than a second at {sfreq:g} Hz",
            "give longer windows, or the sampling rate as sfreq",
        )
    _check_channel_count(windows, settings)
    looked_at = np.stack([windows.signals(index) for index in spread(len(windows))])
    # Predictions report themselves what is not assessable.
    if settings.n_chans is None or not np.isnan(looked_at).all():
        check_signals("X", looked_at, sfreq, settings.wanted["channels"])
    return windows, recordings


def _array_windows(X, settings):
    """Convert an array: with two dimensions it has one channel; channels have no names."""
    with np.errstate(over="ignore"):  # values beyond single precision are refused below
        X = settings.check_array(X)
    refuse_infinity("X", X)
    if X.ndim > 3:
        raise InputError(
            "X",
            f"has shape {X.shape}",
            "give recordings, Epochs, a windows dataset or an array "
            "(n_windows, n_channels, n_times)",
        )
    return WindowSet(X[:, None] if X.ndim == 2 else X)


def _label(windows, y):
    """Assign each window its class: that of ``y`` or, without it, that of the input."""
    if y is not None:
        check_consistent_length(windows, y)
        windows.labels, windows.classes = y, None
    elif windows.labels is None:
        raise InputError(
            "y",
            "ASGPFClassifier requires y to be passed, but the target y is None",
            "give the class of each window",
        )


def _check_channel_count(windows, settings):
    n_chans = windows.window_shape[0]
    if settings.n_chans not in (None, n_chans):
        raise InputError(
            "X",
            f"the windows have {n_chans} channels, those of the fit had {settings.n_chans}",
            "give the same channels as in the fit",
        )
