"""What the estimators take: recordings, Epochs, windows datasets or arrays become windows."""

import mne
import numpy as np
from sklearn.utils.validation import check_consistent_length, validate_data
from torch.utils.data import ConcatDataset, Dataset

from ..errors import InputError
from ..signals.plausible import check_signals, refuse_infinity, spread
from ..windows.description import describe_recordings
from .adapting import adapt
from .named_windows import dataset_windows, epochs_windows
from .recordings import is_recordings, list_recordings, load_recording
from .window_set import WindowSet, join_windows


def prediction_windows(estimator, X, groups, cut):
    """Give the windows of an input to a fitted estimator, in the order of the input.

    Parameters
    ----------
    estimator : Stage
        The estimator.
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts.
    groups : array-like, shape (n,) | None
        The patient of each recording or window; None for what the input tells.
    cut : callable
        Gives the windows dataset of a recording.

    Yields
    ------
    windows : WindowSet
        Windows of as many whole recordings as fill a batch, so that memory holds no more;
        of all of them where windows are adapted to patients.

    Raises
    ------
    InputError
        If the input cannot be used, or has other channels than the fit had.
    """
    if not is_recordings(X):
        yield given_windows(estimator, X, groups, reset=False)
        return
    recordings = list_recordings(X)
    if groups is not None:
        check_consistent_length(recordings, groups)
    cuts, numbers = [], []
    at_once = np.inf if estimator.adaptation == "patient" else estimator.batch_size
    for number, recording in enumerate(recordings):
        cuts.append(cut(load_recording(recording, **estimator.wanted)))
        numbers += [number] * len(cuts[-1])
        if len(numbers) >= at_once:
            yield _piece(estimator, cuts, numbers, groups)
            cuts, numbers = [], []
    if cuts:
        yield _piece(estimator, cuts, numbers, groups)


def _piece(estimator, cuts, numbers, groups):
    windows = WindowSet(ConcatDataset(cuts), recordings=np.array(numbers))
    _check_channel_count(estimator, windows)
    if groups is not None:
        windows.patients = np.asarray(groups)[numbers]
    elif estimator.adaptation == "patient":
        told = describe_recordings([part.raw for one in cuts for part in one.datasets])
        windows.patients = np.array([told[number]["patient"] for number in numbers], object)
    return adapt(windows, estimator.adaptation, estimator.sfreq)


def given_windows(estimator, X, groups=None, *, reset):
    """Take windows that somebody else has cut.

    Parameters
    ----------
    estimator : Stage
        The estimator.
    X : Epochs | list of Epochs | WindowSet | Dataset | array-like
        Windows in volts, arrays of shape (n_windows, n_channels, n_times). An array of
        two dimensions has one channel; an array of other channels than those wanted has
        no names of them.
    groups : array-like, shape (n_windows,) | None
        The patient of each window; None for what the input tells.
    reset : bool
        Whether it is fitted on them, so that they say how many channels there are.

    Returns
    -------
    windows : WindowSet
        The windows.

    Raises
    ------
    InputError
        If the input is of no known kind or shape, or has other channels than the fit.
    """
    if isinstance(X, WindowSet):
        return X
    recordings = None
    several = X if isinstance(X, list) else [X]  # scikit-learn splits Epochs one by one
    if several and isinstance(several[0], mne.BaseEpochs):
        windows = join_windows([epochs_windows(one, **estimator.wanted) for one in several])
        recordings = np.repeat(np.arange(len(several)), [len(one) for one in several])
    elif isinstance(X, Dataset):
        windows = dataset_windows(X, **estimator.wanted)
    else:
        with np.errstate(over="ignore"):  # what single precision cannot hold is refused below
            X = validate_data(
                estimator,
                X,
                reset=reset,
                allow_nd=True,
                dtype=np.float32,
                ensure_all_finite=False,
            )
        refuse_infinity("X", X)
        if X.ndim > 3:
            raise InputError(
                "X",
                f"it has the shape {X.shape}",
                "give recordings, Epochs, a windows dataset or an array "
                "(n_windows, n_channels, n_times)",
            )
        windows = WindowSet(X[:, None] if X.ndim == 2 else X)
    n_times = windows.window_shape[1]
    if n_times < estimator.sfreq:
        raise InputError(
            "X",
            f"its windows have {n_times} samples, less than a second at {estimator.sfreq:g} Hz",
            "give longer windows, or the sampling rate as sfreq",
        )
    if not reset:
        _check_channel_count(estimator, windows)
    looked_at = np.stack([windows.signals(index) for index in spread(len(windows))])
    if reset or not np.isnan(looked_at).all():  # prediction says itself what is not assessable
        check_signals("X", looked_at, estimator.sfreq, estimator.channels)
    if groups is not None:
        check_consistent_length(windows, groups)
        windows.groups = windows.patients = np.asarray(groups)
    return adapt(windows, estimator.adaptation, estimator.sfreq, recordings=recordings)


def _check_channel_count(estimator, windows):
    n_chans, n_fitted = windows.window_shape[0], estimator.module_.n_chans
    if n_chans != n_fitted:
        raise InputError(
            "X",
            f"the windows have {n_chans} channels, those of the fit had {n_fitted}",
            "give the same channels as to fit",
        )


def named_channels(channels, n_chans):
    """Describe channels as a braindecode module takes them.

    Parameters
    ----------
    channels : sequence of str
        The names of the channels wanted.
    n_chans : int
        How many channels the windows have.

    Returns
    -------
    chs_info : list of dict | None
        A dict with ``ch_name`` a channel; None where the windows have other channels.
    """
    return [{"ch_name": name} for name in channels] if len(channels) == n_chans else None
