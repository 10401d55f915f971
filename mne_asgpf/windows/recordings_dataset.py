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
    """Hand recordings to braindecode, with what is known of them.

    ``braindecode.preprocessing.create_windows_from_events`` and
    ``create_fixed_length_windows`` cut windows of it by braindecode's rules, not by the
    published ones: there are no windows shorter than the length asked for.

    Parameters
    ----------
    raws : mne.io.BaseRaw | iterable of mne.io.BaseRaw
        Recordings. Those that read from a file when asked to are not read here.
    descriptions : pandas.DataFrame | list of dict | None
        What is known of each Raw, such as ``patient``, ``session``, ``split`` or
        anything else; it goes into the metadata. None: what the Raw and its path tell.

    Returns
    -------
    recordings : braindecode.datasets.BaseConcatDataset
        One ``RawDataset`` a recording.
    """
    raws = [raws] if isinstance(raws, mne.io.BaseRaw) else list(raws)
    described = recording_metadata(raws, descriptions)
    return BaseConcatDataset(
        [RawDataset(raw, description) for raw, description in zip(raws, described, strict=True)]
    )
