"""Some of the windows of a dataset, as a dataset of the same kind."""

import numpy as np
from braindecode.datasets import BaseConcatDataset
from numpy.typing import ArrayLike

from .clip_dataset import ClipDataset


def select_windows(windows: BaseConcatDataset, indices: ArrayLike) -> BaseConcatDataset:
    """Keep some windows, with their metadata.

    Parameters
    ----------
    windows : braindecode.datasets.BaseConcatDataset
        Windows cut by this package.
    indices : array-like of int
        Indices of the windows to keep, as from splitters.

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        The windows in their original order, each once; recordings without windows are
        dropped.
        Metadata, descriptions, classes and transforms are kept; signals are shared.
    """
    wanted = np.zeros(len(windows), bool)
    wanted[np.asarray(indices, dtype=int)] = True
    datasets, start = [], 0
    for dataset in windows.datasets:
        kept = wanted[start : start + len(dataset)]
        start += len(dataset)
        if kept.any():
            datasets.append(
                ClipDataset(
                    dataset.raw,
                    dataset.metadata[kept].reset_index(drop=True),
                    dataset.description,
                    dataset.transform,
                    n_times=dataset.n_times,
                )
            )
    selected = BaseConcatDataset(datasets, target_transform=windows.target_transform)
    if hasattr(windows, "classes"):
        selected.classes = windows.classes
    return selected
