"""Adaptation of windows to their recording or patient."""

import mne
import numpy as np
import pandas as pd
from mne.utils import _check_option, warn
from torch.utils.data import ConcatDataset, Subset

from ...errors import InputError
from ...windows.adaptation import recording_blocks, typical_spectrum
from .window_set import PickedChannels

ADAPTATIONS = (None, "recording", "patient")
_FEW_SECONDS = 30  # below this, a typical spectrum is close to that of the window itself


def adapt(windows, adaptation, sfreq, *, recordings=None):
    """Adapt windows, when accessed, to the typical spectrum of their recording or patient."""
    # Typical spectra of windows cut from Raws are those of the whole Raws; otherwise, of the given
    # windows. `recordings` numbers the recording of each window if the windows do not.
    _check_option("adaptation", adaptation, ADAPTATIONS)
    if adaptation is None:
        return windows
    leaves = list(_leaves(windows.windows))
    codes, sources = pd.factorize(_sources(windows, leaves, adaptation, recordings))
    if (codes < 0).any():
        raise InputError(
            "groups",
            f"the {adaptation} of {(codes < 0).sum()} of {len(codes)} windows is unknown",
            f"give the {adaptation} of each window, or adaptation=None",
        )
    spectra = [
        typical_spectrum(_signals(windows, leaves, np.flatnonzero(codes == code)), sfreq)
        for code in range(len(sources))
    ]
    few = sum(0 < spectrum.n_seconds.max() < _FEW_SECONDS for spectrum in spectra)
    if few:
        warn(
            f"{few} of {len(spectra)} {adaptation}(s) have less than {_FEW_SECONDS} s. With so "
            "little data, adaptation also removes what distinguishes the windows. Give longer "
            "recordings, more windows of each, or adaptation=None."
        )
    windows.spectra = [spectra[code] for code in codes]
    return windows


def _leaves(dataset):
    """Return the source dataset of each window, and how its channels are picked."""
    if isinstance(dataset, Subset):
        leaves = list(_leaves(dataset.dataset))
        return [leaves[index] for index in dataset.indices]
    if isinstance(dataset, ConcatDataset):
        return [leaf for part in dataset.datasets for leaf in _leaves(part)]
    if isinstance(dataset, PickedChannels):
        return [(leaf, dataset.pick) for leaf, _ in _leaves(dataset.dataset)]
    return [(dataset, np.asarray)] * len(dataset)


def _sources(windows, leaves, adaptation, recordings):
    """Return the key of each window's recording or patient."""
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
        f"the {adaptation} of each window is unknown",
        f"give groups=, the {adaptation} of each window, to fit and to predict",
    )


def _recording(leaf):
    raw, epochs = getattr(leaf, "raw", None), getattr(leaf, "windows", None)
    return raw if raw is not None else epochs if isinstance(epochs, mne.BaseEpochs) else None


def _signals(windows, leaves, indices):
    """Return the recordings that windows were cut from, or the windows themselves."""
    read = set()
    for index in indices:
        leaf, pick = leaves[index]
        raw = getattr(leaf, "raw", None)
        if raw is None:
            yield windows.signals(index)
        elif id(raw) not in read:
            read.add(id(raw))
            yield from map(pick, recording_blocks(raw))
