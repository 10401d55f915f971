"""What the estimators take: Raws, Epochs, windows or arrays become windows."""

import mne
import numpy as np
from mne.utils import logger
from torch.utils.data import Dataset

from ..channels import match_channels
from ..errors import InputError
from ..windows import prepare_raw


def is_raws(X):
    """Tell whether an input is one Raw or a list of them.

    Parameters
    ----------
    X : object
        What an estimator was given.

    Returns
    -------
    raws : bool
        True for a Raw and for a list or tuple that starts with one.
    """
    return isinstance(X, mne.io.BaseRaw) or (
        isinstance(X, (list, tuple)) and len(X) > 0 and isinstance(X[0], mne.io.BaseRaw)
    )


def prepare_raws(raws, *, channels, sfreq, max_missing):
    """Bring one Raw or several into the form that windows are cut from.

    Parameters
    ----------
    raws : mne.io.BaseRaw | list of mne.io.BaseRaw
        The recordings.
    channels : sequence of str
        The channels wanted.
    sfreq : float
        The sampling rate wanted, in Hz.
    max_missing : int
        How many channels may be missing.

    Returns
    -------
    prepared : list of mne.io.RawArray
        The recordings, as :func:`mne_asgpf.prepare_raw` gives them.
    """
    raws = [raws] if isinstance(raws, mne.io.BaseRaw) else raws
    return [
        prepare_raw(raw, channels=channels, sfreq=sfreq, max_missing=max_missing) for raw in raws
    ]


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


def epochs_to_array(epochs, *, channels, sfreq, max_missing):
    """Turn Epochs into an array of windows, channels by name.

    Parameters
    ----------
    epochs : mne.BaseEpochs
        The windows.
    channels : sequence of str
        The channels wanted.
    sfreq : float
        The sampling rate wanted, in Hz.
    max_missing : int
        How many channels may be missing.

    Returns
    -------
    X : array of float32, shape (n_windows, n_channels, n_times)
        Signals in volts; channels that are missing or bad are NaN.

    Raises
    ------
    InputError
        Too many channels are missing, or the sampling rate is another one.
    """
    if epochs.info["sfreq"] != sfreq:
        raise InputError(
            "Epochs",
            f"their sampling rate is {epochs.info['sfreq']:g} Hz, not {sfreq:g} Hz",
            f"epochs.resample({sfreq:g})",
        )
    match = match_channels(epochs.ch_names, channels)
    found = {name: label for name, label in match.found.items() if label not in epochs.info["bads"]}
    missing = [name for name in channels if name not in found]
    if len(missing) > max_missing:
        raise InputError(
            "Epochs",
            f"{len(missing)} of {len(channels)} channels are missing or bad: {', '.join(missing)}",
            f"at most {max_missing} may be missing (max_missing)",
        )
    logger.info(
        "Channels missing or bad: %s. Channels left out: %s.",
        ", ".join(missing) or "none",
        ", ".join(match.extra) or "none",
    )
    X = np.full((len(epochs), len(channels), len(epochs.times)), np.nan, np.float32)
    rows = [i for i, name in enumerate(channels) if name in found]
    X[:, rows] = epochs.get_data(picks=list(found.values()))
    return X


def is_epochs(X):
    """Tell whether an input is Epochs.

    Parameters
    ----------
    X : object
        What an estimator was given.

    Returns
    -------
    epochs : bool
        True for Epochs.
    """
    return isinstance(X, mne.BaseEpochs)


def check_windows(X):
    """Check windows that come as an array or a dataset.

    Parameters
    ----------
    X : array-like, shape (n_windows, n_channels, n_times) | torch.utils.data.Dataset
        The windows.

    Returns
    -------
    X : array of float32 | torch.utils.data.Dataset
        The windows.

    Raises
    ------
    InputError
        The input is of no known kind or shape, or empty.
    """
    if isinstance(X, Dataset):
        if not len(X):
            raise InputError("X", "the dataset holds no windows", "give at least one")
        return X
    X = np.asarray(X, dtype=np.float32)
    if X.ndim != 3 or not len(X):
        raise InputError(
            "X",
            f"it has the shape {X.shape}",
            "give Raws, Epochs, a windows dataset or an array (n_windows, n_channels, n_times)",
        )
    return X
