"""Which windows a training sees: the validation split, epochs of few windows, runs of patients."""

import numpy as np
import pandas as pd
from mne.utils import logger
from sklearn.base import BaseEstimator
from torch.utils.data import Sampler, Subset

from ...errors import InputError
from ...windows.splitters import split_by_patient

_RUN = 16  # windows in a row of one patient


class PatientSplit(BaseEstimator):
    """Split off a validation set without training patients.

    For the ``train_split`` of the estimators. Patients are read from windows datasets;
    with fewer than two known patients, windows are split at random. Patients that are known
    of some windows only are refused.

    Parameters
    ----------
    test_size : float
        Share of validation windows, between 0 and 1.
    random_state : int
        Seed of the split.
    min_patients : int
        If fewer are known, but at least two, all are trained on and none validate.
    """

    def __init__(
        self, test_size: float = 0.2, random_state: int = 0, min_patients: int = 2
    ) -> None:
        self.test_size = test_size
        self.random_state = random_state
        self.min_patients = min_patients

    def __call__(self, dataset, y=None, groups=None):
        """Split a dataset into training and validation windows, as skorch calls it."""
        if hasattr(dataset, "get_metadata"):
            metadata = dataset.get_metadata()
            y = metadata["target"]
            if groups is None and "patient" in metadata:
                groups = metadata["patient"]
        groups = _known(groups)
        n_patients = 0 if groups is None else len(np.unique(groups))
        if 2 <= n_patients < self.min_patients:
            logger.info("All of the %d patients are trained on: no validation set.", n_patients)
            return dataset, None
        if n_patients < 2:
            logger.info("Fewer than two patients are known: windows are split at random.")
            groups = np.arange(len(dataset))
        train, valid = split_by_patient(
            groups,
            np.zeros(len(dataset)) if y is None else y,
            test_size=self.test_size,
            random_state=self.random_state,
        )
        return Subset(dataset, train.tolist()), Subset(dataset, valid.tolist())


def _known(groups):
    """Return the patients, or None if none is known; refuse some that are not."""
    # A window of an unknown patient could be of one on the other side.
    unknown = pd.isna(np.atleast_1d(np.asarray(groups, object)))  # also of None
    if unknown.all():
        return None
    if unknown.any():
        raise InputError(
            "groups",
            f"the patient of {unknown.sum()} of {len(unknown)} windows is unknown",
            "give the patient of each window, or of none to split windows at random",
        )
    return groups


def repeated(dataset, batch_size, min_batches):
    """Repeat all windows until they fill so many batches, the last of them perhaps in part."""
    if batch_size < 1 or not len(dataset):  # skorch's -1: all windows are one batch
        return dataset
    times = (min_batches - 1) * batch_size // len(dataset) + 1
    return Subset(dataset, list(range(len(dataset))) * times) if times > 1 else dataset


class RunsOfPatients(Sampler):
    """Order windows in runs of one patient, so that a batch has several windows of few patients."""

    # The windows of a patient that do not fill a run come last.

    def __init__(self, sampler, dataset):
        self.sampler = sampler
        is_part = isinstance(dataset, Subset)
        self.patients = dataset.dataset.codes[dataset.indices] if is_part else dataset.codes

    def __len__(self):
        return len(self.sampler)

    def __iter__(self):
        """Collect the windows of each patient, in the order of the sampler."""
        collected: dict[int, list[int]] = {}
        for row in self.sampler:
            run = collected.setdefault(self.patients[row], [])
            run.append(row)
            if len(run) == _RUN:
                yield from run
                run.clear()
        for run in collected.values():
            yield from run
