"""Which windows are adapted to what: to the recording or to the patient they come from."""

import mne
import numpy as np
import pandas as pd
from mne.utils import _check_option, warn
from torch.utils.data import ConcatDataset, Subset

from ...errors import InputError
from ...windows.adaptation import recording_blocks, typical_spectrum
from .named_windows import PickedChannels

ADAPTATIONS = (None, "recording", "patient")
_FEW_SECONDS = 30  # of which a typical spectrum is that of the window itself, more or less


def adapt(windows, adaptation, sfreq, *, recordings=None):
    """Let windows be adapted to the typical spectrum of what they come from.

    Parameters
    ----------
    windows : WindowSet
        The windows. Nothing is copied: each is adapted when it is asked for.
    adaptation : "recording" | "patient" | None
        What each is adapted to. Typical spectra of windows that were cut from Raws are
        those of the whole Raws; of others, those of the windows given.
    sfreq : float
        Sampling rate in Hz.
    recordings : array, shape (n_windows,) | None
        The number of the recording that each window comes from, where the windows
        themselves do not tell.

    Returns
    -------
    windows : WindowSet
        The same windows.

    Raises
    ------
    InputError
        If windows tell of neither, or of no patient where patients are asked for.
    """
    _check_option("adaptation", adaptation, ADAPTATIONS)
    if adaptation is None:
        return windows
    leaves = list(_leaves(windows.windows))
    codes, sources = pd.factorize(_sources(windows, leaves, adaptation, recordings))
    if (codes < 0).any():
        raise InputError(
            "groups",
            f"the {adaptation} of {(codes < 0).sum()} of {len(codes)} windows is not known",
            f"name the {adaptation} of each window, or give adaptation=None",
        )
    spectra = [
        typical_spectrum(_signals(windows, leaves, np.flatnonzero(codes == code)), sfreq)
        for code in range(len(sources))
    ]
    few = sum(0 < spectrum.n_seconds.max() < _FEW_SECONDS for spectrum in spectra)
    if few:
        warn(
            f"Of {few} of {len(spectra)} {adaptation}(s) less than {_FEW_SECONDS} s are at hand: "
            "adapted to so little, windows lose what tells them apart. Give longer recordings, "
            "more windows of each, or adaptation=None."
        )
    windows.spectra = [spectra[code] for code in codes]
    return windows


def _leaves(dataset):
    """Give for each window the dataset that cuts it, and how its channels are picked."""
    if isinstance(dataset, Subset):
        leaves = list(_leaves(dataset.dataset))
        return [leaves[index] for index in dataset.indices]
    if isinstance(dataset, ConcatDataset):
        return [leaf for part in dataset.datasets for leaf in _leaves(part)]
    if isinstance(dataset, PickedChannels):
        return [(leaf, dataset.pick) for leaf, _ in _leaves(dataset.dataset)]
    return [(dataset, np.asarray)] * len(dataset)


def _sources(windows, leaves, adaptation, recordings):
    """Name for each window what it is adapted to."""
    if adaptation == "recording":
        own = [_recording(leaf) for leaf, _ in leaves]
        if None not in own:
            return np.array([id(recording) for recording in own])
        if recordings is not None:
            return recordings
    if windows.patients is not None:
        return np.asarray(windows.patients, dtype=object)
    if recordings is not None:
        return recordings
    raise InputError(
        "adaptation",
        f"the windows do not tell which {adaptation} each comes from",
        f"give groups=, the {adaptation} of each window, to fit and to predict",
    )


def _recording(leaf):
    raw, epochs = getattr(leaf, "raw", None), getattr(leaf, "windows", None)
    return raw if raw is not None else epochs if isinstance(epochs, mne.BaseEpochs) else None


def _signals(windows, leaves, indices):
    """Give the recordings that windows were cut from, else the windows themselves."""
    read = set()
    for index in indices:
        leaf, pick = leaves[index]
        raw = getattr(leaf, "raw", None)
        if raw is None:
            yield windows.signals(index)
        elif id(raw) not in read:
            read.add(id(raw))
            yield from map(pick, recording_blocks(raw))
