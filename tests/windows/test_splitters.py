"""Splitters that never put a patient on both sides."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from braindecode import EEGClassifier
from hypothesis import given, settings
from hypothesis import strategies as st
from raws import numbered_raw
from sklearn.model_selection import GridSearchCV, cross_val_score
from skorch.helper import SliceDataset
from torch import nn

from mne_asgpf import InputError, typed_windows
from mne_asgpf.windows import (
    LabelFraction,
    OfficialSplit,
    PatientKFold,
    detection_windows,
    select_windows,
)


def table(rows):
    columns = ["patient", "split", "target", "recording", "seizure"]
    return pd.DataFrame(rows, columns=columns).astype({"seizure": "Int64"})


def official(*rows):
    return table([(*row, 0, f"r{i}", 0) for i, row in enumerate(rows)])


def test_the_official_split():
    rows = [("a", "train"), ("b", "dev"), ("a", "train"), ("c", "eval"), ("d", None)]
    (train, test), *more = OfficialSplit().split(official(*rows))
    assert (train.tolist(), test.tolist(), more) == ([0, 2], [3], [])
    ((train, test),) = OfficialSplit().split(official(*rows[:3]))
    assert test.tolist() == [1]
    ((train, test),) = OfficialSplit(train=("train", "dev"), test=("eval",)).split(official(*rows))
    assert (train.tolist(), test.tolist()) == ([0, 1, 2], [3])
    with pytest.raises(InputError, match="available splits: dev, train"):
        next(OfficialSplit(test=("eval",)).split(official(*rows[:3])))


def test_patients_in_both_official_sets():
    # One of the five that are known, and one that is not.
    known = [("00001027", "train"), ("00001027", "dev"), ("b", "dev")]
    ((train, test),) = OfficialSplit().split(official(*known))
    assert (train.tolist(), test.tolist()) == ([0], [2])
    # With an eval split, as in v2, patients are excluded only on request.
    v2 = official(("a", "train"), ("aaaaabnn", "eval"))
    assert next(OfficialSplit().split(v2))[1].tolist() == [1]
    for name in ("00000258", "aaaaaajy"):  # the same patient, by either id
        with pytest.raises(InputError, match="in both sets: aaaaaajy"):
            next(OfficialSplit().split(official(("00000258", "train"), (name, "dev"))))


def test_patients_may_be_numbers():
    rows = [(1, "train"), (2, "dev"), (3, "dev")]
    ((train, test),) = OfficialSplit(excluded=[3]).split(official(*rows))
    assert (train.tolist(), test.tolist()) == ([0], [1])
    with pytest.raises(InputError, match="in both sets: 1"):
        next(OfficialSplit().split(official((1, "train"), (1, "dev"))))
    ((train, _),) = LabelFraction(OfficialSplit(), 1.0).split(official(*rows))
    assert train.tolist() == [0]


METADATA = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.none(),
        st.integers(0, 3),
        st.sampled_from(["r1", "r2"]),
        st.one_of(st.none(), st.integers(0, 3)),
    ),
    min_size=12,
    max_size=60,
).filter(lambda rows: len({row[0] for row in rows}) > 3)


@settings(deadline=None, max_examples=50)
@given(METADATA, st.floats(0.01, 1), st.floats(0.01, 1), st.sampled_from(["patient", "seizure"]))
@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
def test_label_fractions_are_nested_and_keep_classes(rows, fraction, other, by):
    metadata = table(rows)
    # A seizure has one class.
    metadata["recording"] = metadata["recording"] + metadata["patient"]
    metadata["target"] = metadata.groupby(["recording", metadata["seizure"].fillna(-1)])[
        "target"
    ].transform("first")
    n_largest = metadata["target"].value_counts().max()
    if n_largest < 2:
        return
    folds = PatientKFold(2, random_state=0)
    small, large = sorted([fraction, other])
    splits = [
        list(LabelFraction(folds, share, by, random_state=1).split(metadata))
        for share in (small, large, 1)
    ]
    for (few, test), (more, _), (whole, same_test) in zip(*splits, strict=True):
        assert set(few) <= set(more) <= set(whole)
        assert test.tolist() == same_test.tolist()
        patients = metadata["patient"]
        assert not set(patients[whole]) & set(patients[test])
        assert sorted([*whole, *test]) == list(range(len(metadata)))
        assert set(metadata["target"][few]) == set(metadata["target"][whole])
        if by == "patient":
            assert not set(patients[few]) & set(patients[whole[~np.isin(whole, few)]])


@pytest.mark.parametrize(("fraction", "n_patients"), [(0.1, 4), (0.25, 11), (0.5, 20), (1, 40)])
def test_a_fraction_of_the_patients_of_each_class(fraction, n_patients):
    rows = [(f"p{i % 40:02d}", "train", int(i % 40 >= 30), f"r{i}", 0) for i in range(400)]
    metadata = table([*rows, ("x", "dev", 0, "rx", 0)])
    ((train, _),) = LabelFraction(OfficialSplit(), fraction, random_state=0).split(metadata)
    kept = metadata.iloc[train].groupby("target")["patient"].nunique()
    assert kept.sum() == n_patients
    assert kept[1] == np.ceil(10 * fraction)
    ((by_seizure, _),) = LabelFraction(OfficialSplit(), fraction, "seizure").split(metadata)
    assert len(by_seizure) == 400 * fraction


def test_a_class_of_patients_who_all_have_a_rarer_one_is_kept():
    classes = {"a": (0, 1), "b": (1,), "c": (0, 2), "d": (2,), "e": (0, 3), "f": (3,)}
    rows = [(patient, "train") for patient in classes for _ in range(2)]
    metadata = official(*rows, ("x", "dev"))
    metadata["target"] = [kind for own in classes.values() for kind in (own[0], own[-1])] + [0]
    for seed in range(40):
        kept = [
            set(next(LabelFraction(OfficialSplit(), share, random_state=seed).split(metadata))[0])
            for share in (0.1, 0.34, 0.5, 0.67, 1)
        ]
        assert all(small <= large for small, large in pairwise(kept))
        assert set(metadata["target"].iloc[list(kept[0])]) == {0, 1, 2, 3}


def test_invalid_fractions_are_refused():
    with pytest.raises(InputError, match="fraction"):
        next(LabelFraction(OfficialSplit(), 0).split(official(("a", "train"), ("b", "dev"))))
    with pytest.raises(ValueError, match="by"):
        next(LabelFraction(OfficialSplit(), 1, "window").split(official()))


class Mean(nn.Module):
    """Classify by the mean of the first samples."""

    def __init__(self, n_chans, n_outputs, n_times):
        super().__init__()
        self.linear = nn.Linear(n_chans, n_outputs)

    def forward(self, x):
        return self.linear(x[:, :, :10].mean(2) / 1e4)


def test_scikit_learn_accepts_them():
    raws = [
        numbered_raw([(10 + i, 20, "fnsz"), (40 + i, 5, "gnsz")], patient=f"p{i % 4}")
        for i in range(8)
    ]
    windows = typed_windows(raws, descriptions=[{"split": "train"}] * 6 + [{"split": "dev"}] * 2)
    X, y = SliceDataset(windows), windows.get_metadata()["target"].to_numpy()
    classifier = EEGClassifier(
        Mean, max_epochs=1, batch_size=4, train_split=None, classes=[0, 1, 2, 3], verbose=0
    )
    folds = PatientKFold(2, random_state=0)
    assert len(cross_val_score(classifier, X, y, cv=folds)) == 2
    search = GridSearchCV(
        classifier, {"lr": [1e-3]}, cv=LabelFraction(folds, 0.5), refit=False, error_score="raise"
    )
    assert search.fit(X, y).n_splits_ == 2
    inner = SliceDataset(windows, indices=np.arange(4, 16))
    assert all(len(train) + len(test) == 12 for train, test in folds.split(inner))


def test_selected_windows_can_be_split_again():
    raws = [numbered_raw([(20, 1, "absz")], patient=f"p{i}") for i in range(4)]
    windows = detection_windows(raws)
    train, test = next(PatientKFold(4, random_state=0).split(windows))
    assert len(select_windows(windows, train)) == 15
    patients = select_windows(windows, test).get_metadata()["patient"]
    assert patients.nunique() == 1
