"""Vector files are recognised by content and compared as strictly as the data allow."""

import json

import numpy as np
import pytest
from vectors import assert_same_spectra, assert_strongest, vector_files


def test_files_of_any_name_in_any_folder_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_ASGPF_VECTORS", str(tmp_path))
    held = {
        "relu": {"config": json.dumps({"task": "classification"})},
        "small_forecast": {"config": json.dumps({"task": "ssl"})},
        "ties": {"logfft": 0, "uv_per_step": 1},
        "rates": {"uv_per_step": 1},
        "cuts": {"n_samples": 1},
        "parts": {"cell/x": 1},
    }
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name, arrays in held.items():
        np.savez(tmp_path / "a" / "b" / name, **arrays)
    kinds = ("classification", "ssl", "pipeline", "resample", "clipping", "components")
    read = [[path.stem for path in vector_files(kind)] for kind in kinds]
    assert read == [[name] for name in held]


def test_either_of_two_equal_edges_may_be_kept():
    weights = np.array([[1, 0.5, 0.5, 0.2], [0.5, 1, 0.9, 0.3], [0.5, 0.9, 1, 0], [0.2, 0.3, 0, 1]])
    kept = np.array([[1, 0, 0.5, 0], [0, 1, 0.9, 0], [0, 0.9, 1, 0], [0, 0.3, 0, 1]])
    assert_strongest(kept, weights, 1)
    kept[0] = [1, 0.5, 0, 0]
    assert_strongest(kept, weights, 1)
    kept[0] = [1, 0, 0, 0.2]
    with pytest.raises(AssertionError):
        assert_strongest(kept, weights, 1)


def test_flat_seconds_are_compared_up_to_rounding():
    published = np.log(np.array([[1e-8, 1e-8, 1e-8], [1e5, 10.0, 1e-8]]))
    assert_same_spectra(published + [[0, 0.5, -3], [0, 0, 1]], published, relative=1e-12)
    for wrong in ([[0, 9, 0], [0, 0, 0]], [[0, 0, 0], [0, 1e-4, 0]]):
        with pytest.raises(AssertionError):
            assert_same_spectra(published + wrong, published, relative=1e-12)
