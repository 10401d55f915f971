"""Splits by patient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mne_asgpf.errors import InputError
from mne_asgpf.windows.splitters import split_by_patient

WINDOWS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["CF", "GN", "AB", "CT"])), min_size=2, max_size=40
).filter(lambda windows: len({patient for patient, _ in windows}) > 1)


@settings(deadline=None, max_examples=60)
@given(WINDOWS, st.floats(0.01, 0.99), st.integers(0, 5))
def test_patients_are_not_in_both_sets(windows, test_size, seed):
    patients, labels = map(np.array, zip(*windows, strict=True))
    train, test = split_by_patient(patients, labels, test_size=test_size, random_state=seed)
    assert len(train) and len(test)
    assert sorted([*train, *test]) == list(range(len(patients)))
    assert not set(patients[train]) & set(patients[test])
    again = split_by_patient(patients, labels, test_size=test_size, random_state=seed)
    np.testing.assert_array_equal(test, again[1])


@pytest.mark.parametrize("test_size", [0.2, 0.25, 0.4])
def test_the_split_is_stratified(test_size):
    patients = np.repeat(np.arange(100), 4)
    labels = np.repeat(["CF", "GN"], [240, 160])
    _, test = split_by_patient(patients, labels, test_size=test_size, random_state=0)
    assert len(test) / 400 == pytest.approx(test_size, abs=0.03)
    assert np.mean(labels[test] == "CF") == pytest.approx(0.6, abs=0.05)


def test_input_that_cannot_be_split_is_named():
    with pytest.raises(InputError, match="patients"):
        split_by_patient(["a", "a"], ["CF", "GN"])
    with pytest.raises(InputError, match="test_size"):
        split_by_patient(["a", "b"], ["CF", "GN"], test_size=1.0)
