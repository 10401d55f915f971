"""Graphs by type against background: what was planted is found, chance is not."""

import numpy as np
import pytest

from mne_asgpf import InputError
from mne_asgpf.evaluation import compare_graphs

_N = 6


def draw(seed, n_patients=12, effect=0.0):
    """Draw graphs of patients who differ; seizures strengthen one edge."""
    rng = np.random.default_rng(seed)
    patients = np.repeat(np.arange(n_patients), 6)
    labels = np.tile(["CF", "CF", "CF", "bckg", "bckg", "bckg"], n_patients)
    graphs = rng.normal(0, 1, (n_patients, _N, _N))[patients]
    graphs = graphs + rng.normal(0, 0.3, (len(patients), _N, _N))
    graphs[labels == "CF", 2, 4] += effect
    return graphs, labels, patients


def test_an_edge_that_seizures_strengthen_is_found():
    graphs, labels, patients = draw(0, effect=1.0)
    found = compare_graphs(graphs, labels, patients, n_permutations=500, random_state=0)["CF"]
    assert np.argwhere(found.p_values < 0.05).tolist() == [[2, 4]]
    assert found.difference[2, 4] == pytest.approx(1.0, abs=0.3)
    assert found.n_patients == 12


def test_false_positives_are_as_rare_as_expected():
    n_found = sum(
        (
            compare_graphs(*draw(seed), n_permutations=200, random_state=seed)["CF"].p_values < 0.05
        ).any()
        for seed in range(100)
    )
    assert n_found <= 12  # 5 are expected; more than 12 happen once in a thousand times


def test_windows_of_one_patient_are_one_observation():
    graphs, labels, patients = draw(1, n_patients=3, effect=5.0)
    found = compare_graphs(graphs, labels, patients)["CF"]
    assert found.n_patients == 3
    assert found.p_values.min() >= 0.25  # of four ways to change places


def test_electrodes_missing_in_all_patients_are_nan():
    graphs, labels, patients = draw(2)
    graphs[:, 1] = np.nan
    graphs[patients == 0, 3] = np.nan
    found = compare_graphs(graphs, labels, patients, n_permutations=50)["CF"]
    assert np.isnan(found.p_values[1]).all()
    assert np.isnan(found.difference[1]).all()
    assert np.isfinite(found.difference[3]).all()


def test_types_need_background_of_the_same_patients():
    graphs, labels, patients = draw(0)
    with pytest.raises(InputError, match="fewer than two patients have both"):
        compare_graphs(graphs, labels, np.arange(len(patients)))
    with pytest.raises(InputError, match="one graph, label and patient"):
        compare_graphs(graphs[0], labels, patients)
