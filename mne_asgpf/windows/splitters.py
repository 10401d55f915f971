"""Splitters for scikit-learn that never put a patient into both sets.

They split windows or their metadata: the dataset itself, the ``SliceDataset`` that skorch
makes of it for scikit-learn, or ``windows.get_metadata()``.
"""

import math
import warnings
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset
from mne.utils import _check_option
from numpy.typing import ArrayLike
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils import check_random_state
from skorch.helper import SliceDataset

from ..corpora.layout import canonical_patient_id
from ..errors import InputError
from ..type_aliases import RandomState
from .published_lists import EXCLUDED_PATIENTS

_MOST_FOLDS = 10


def _metadata(X):
    if isinstance(X, pd.DataFrame):
        return X
    if isinstance(X, SliceDataset):
        return X.dataset.get_metadata().iloc[X.indices_]
    return X.get_metadata()


class OfficialSplit:
    """Split by the official training and test sets of the corpus.

    Parameters
    ----------
    train : sequence of str
        The official splits to train on.
    test : sequence of str | None
        The official splits to test on. None: ``eval`` if it exists (TUSZ v2), else ``dev``.
    excluded : collection of str | None
        Patients to leave out of the test set. None: the five that are in
        both sets of TUSZ v1.5.2, if there is no ``eval``.
    """

    def __init__(
        self,
        train: Sequence[str] = ("train",),
        test: Sequence[str] | None = None,
        excluded: Collection[str] | None = None,
    ) -> None:
        self.train = train
        self.test = test
        self.excluded = excluded

    def split(
        self, X: BaseConcatDataset | pd.DataFrame, y: None = None, groups: None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the split.

        Parameters
        ----------
        X : windows dataset | pandas.DataFrame
            Windows, or their metadata with ``patient`` and ``split``.
        y, groups : None
            Not used.

        Yields
        ------
        train, test : array of int
            Indices of the two sets.

        Raises
        ------
        InputError
            If a set is empty or a patient is in both.
        """
        metadata = _metadata(X)
        split = metadata["split"]
        is_v2 = (split == "eval").any()
        test = self.test or (("eval",) if is_v2 else ("dev",))
        excluded = (() if is_v2 else EXCLUDED_PATIENTS) if self.excluded is None else self.excluded
        patients = metadata["patient"].astype(str)
        in_train = split.isin(self.train).to_numpy()
        in_test = (split.isin(test) & ~patients.isin(list(map(str, excluded)))).to_numpy()
        for name, there in (("train", in_train), ("test", in_test)):
            if not there.any():
                raise InputError(
                    name,
                    "has no windows; available splits: "
                    f"{', '.join(sorted(split.dropna().unique())) or 'none'}",
                    "name other splits, or pass descriptions with split",
                )
        both = set(patients[in_train].map(canonical_patient_id)) & set(
            patients[in_test].map(canonical_patient_id)
        )
        if both:
            raise InputError(
                "split",
                f"patients are in both sets: {', '.join(sorted(both))}",
                "exclude them from the test set (excluded=)",
            )
        yield in_train.nonzero()[0], in_test.nonzero()[0]

    def get_n_splits(self, X: None = None, y: None = None, groups: None = None) -> int:
        """Return the number of splits.

        Parameters
        ----------
        X, y, groups : None
            Not used.

        Returns
        -------
        n_splits : int
            1.
        """
        return 1


class PatientKFold(StratifiedGroupKFold):
    """Folds by patient, stratified by class.

    This is ``StratifiedGroupKFold`` of scikit-learn, with the classes and patients of the
    windows.

    Parameters
    ----------
    n_splits : int
        Number of folds.
    shuffle : bool
        Whether to shuffle patients first.
    random_state : int | numpy.random.RandomState | None
        Seed of the shuffling.
    """

    def __init__(
        self, n_splits: int = 5, shuffle: bool = True, random_state: RandomState = None
    ) -> None:
        super().__init__(n_splits, shuffle=shuffle, random_state=random_state)

    def split(
        self, X: BaseConcatDataset | pd.DataFrame, y: None = None, groups: None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Return the splits.

        Parameters
        ----------
        X : windows dataset | pandas.DataFrame
            Windows, or their metadata with ``patient`` and ``target``.
        y, groups : None
            Not used.

        Returns
        -------
        splits : iterator of tuple of array of int
            Indices of training and test set of each fold.
        """
        metadata = _metadata(X)
        return super().split(metadata, metadata["target"], metadata["patient"])


class LabelFraction:
    """Keep a fraction of the labels in the training sets of another splitter.

    Each class keeps at least one patient or seizure, and a smaller fraction is part of a
    larger one of the same ``random_state``. Test sets are unchanged.

    Parameters
    ----------
    splitter : object
        The splitter.
    fraction : float
        The share of the patients or seizures to keep, above 0 and at most 1; rounded up, and
        more where a class would be lost.
    by : "patient" | "seizure"
        The unit that is kept or dropped. Patients are drawn among those with the same
        rarest class. A window without a seizure is a unit of its own.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draw.
    """

    def __init__(
        self,
        splitter: Any,
        fraction: float,
        by: str = "patient",
        random_state: RandomState = None,
    ) -> None:
        self.splitter = splitter
        self.fraction = fraction
        self.by = by
        self.random_state = random_state

    def split(
        self, X: BaseConcatDataset | pd.DataFrame, y: object = None, groups: object = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the splits.

        Parameters
        ----------
        X : windows dataset | pandas.DataFrame
            Windows, or their metadata with ``patient`` and ``target``, and with
            ``recording`` and ``seizure`` for fractions by seizure.
        y, groups : object
            Passed to the splitter.

        Yields
        ------
        train, test : array of int
            Indices of the two sets.

        Raises
        ------
        InputError
            If the fraction is not above 0 and at most 1.
        """
        _check_option("by", self.by, ["patient", "seizure"])
        if not 0 < self.fraction <= 1:
            raise InputError(
                "fraction", f"{self.fraction} is not above 0 and at most 1", "give a share"
            )
        metadata = _metadata(X)
        units = self._units(metadata)
        for train, test in self.splitter.split(X, y, groups):
            yield train[self._kept(units[train], metadata["target"].to_numpy()[train])], test

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:
        """Return the number of splits.

        Parameters
        ----------
        X, y, groups : object
            Passed to the splitter.

        Returns
        -------
        n_splits : int
            The number of splits of the splitter.
        """
        return self.splitter.get_n_splits(X, y, groups)

    def _units(self, metadata):
        """Return the number of the unit of each window."""
        if self.by == "patient":
            return pd.factorize(metadata["patient"].map(canonical_patient_id), sort=True)[0]
        seizure = metadata["seizure"].astype("string")
        alone = pd.Series(np.arange(len(metadata)), metadata.index).astype("string")
        names = metadata["recording"].astype("string") + " " + seizure.fillna("window " + alone)
        return pd.factorize(names, sort=True)[0]

    def _kept(self, units, targets):
        """Return the indices of a training set to keep."""
        table = pd.DataFrame({"unit": units, "target": targets}).drop_duplicates()
        table["of_class"] = table.groupby("target")["unit"].transform("size")
        rarest = table.sort_values(["unit", "of_class", "target"]).drop_duplicates("unit")
        rng = check_random_state(self.random_state)
        kept: list[int] = []
        least: dict[int, float] = {}  # the fraction above which a unit is kept
        for _, of_class in rarest.groupby("target")["unit"]:
            n_kept = math.ceil(round(self.fraction * len(of_class), 9))
            drawn = rng.permutation(of_class.to_numpy()).tolist()
            kept += drawn[:n_kept]
            least |= {unit: place / len(drawn) for place, unit in enumerate(drawn)}
        # All units of a class may be drawn as those of rarer ones and dropped: the first that a
        # larger fraction keeps is always kept, so that fractions stay nested.
        table["least"] = table["unit"].map(least)
        kept += table.sort_values(["least", "unit"]).drop_duplicates("target")["unit"].tolist()
        return np.isin(units, kept).nonzero()[0]


def split_by_patient(
    patients: ArrayLike,
    labels: ArrayLike,
    *,
    test_size: float = 0.2,
    random_state: RandomState = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Split windows into a training and a test set by patient.

    The split is stratified by label as far as whole patients allow.

    Parameters
    ----------
    patients : array-like, shape (n_windows,)
        The patient of each window.
    labels : array-like, shape (n_windows,)
        The type or class of each window.
    test_size : float
        The required share of windows in the test set, between 0 and 1. It is rounded
        to tenths, or to what the number of patients allows.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draw.

    Returns
    -------
    train : array of int
        Indices of the training set, in ascending order.
    test : array of int
        Indices of the test set, in ascending order. No patient is in both.

    Raises
    ------
    InputError
        If there are fewer than two patients or ``test_size`` is not between 0 and 1.
    """
    patients, labels = np.asarray(patients), np.asarray(labels)
    n_patients = len(np.unique(patients))
    if not 0 < test_size < 1:
        raise InputError("test_size", f"{test_size} is not between 0 and 1", "give a share")
    if n_patients < 2:
        raise InputError("patients", f"there is {n_patients}", "give windows of two or more")

    n_most = min(n_patients, _MOST_FOLDS)
    share = Fraction(test_size).limit_denominator(n_most)
    share = min(max(share, Fraction(1, n_most)), Fraction(n_most - 1, n_most))
    if np.unique(labels, return_counts=True)[1].max() < share.denominator:
        labels = np.zeros(len(labels), int)  # too few windows of any label to stratify
    folds = StratifiedGroupKFold(share.denominator, shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        # A label with fewer windows than folds is only in some folds, as documented.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        tests = [test for _, test in folds.split(patients, labels, patients)]
    test = np.sort(np.concatenate(tests[: share.numerator]))
    return np.setdiff1d(np.arange(len(patients)), test), test
