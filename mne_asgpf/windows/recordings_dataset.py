"""Whole recordings as a braindecode dataset, for braindecode's own windowers."""

from collections.abc import Iterable

import mne
import pandas as pd
from braindecode.datasets import BaseConcatDataset, RawDataset

from .recording_metadata import recording_metadata


def recordings_dataset(
    raws: mne.io.BaseRaw | Iterable[mne.io.BaseRaw],
    *,
    descriptions: pd.DataFrame | list[dict] | None = None,
) -> BaseConcatDataset:
    """Make a braindecode dataset of recordings and their metadata.

    ``braindecode.preprocessing.create_windows_from_events`` and
    ``create_fixed_length_windows`` cut windows from it by braindecode's rules, not by the
    published ones: no window is shorter than the given length.

    Parameters
    ----------
    raws : mne.io.BaseRaw | iterable of mne.io.BaseRaw
        Recordings. They are not loaded.
    descriptions : pandas.DataFrame | list of dict | None
        Metadata of each Raw, such as ``patient``, ``session``, ``split`` or any other
        columns, which are added to those of windows. None: taken from the Raw and its path.

    Returns
    -------
    recordings : braindecode.datasets.BaseConcatDataset
        One ``RawDataset`` per recording.
    """
    raws = [raws] if isinstance(raws, mne.io.BaseRaw) else list(raws)
    described = recording_metadata(raws, descriptions)
    return BaseConcatDataset(
        [RawDataset(raw, description) for raw, description in zip(raws, described, strict=True)]
    )
