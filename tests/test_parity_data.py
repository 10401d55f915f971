"""Resampling, spectra, graphs and supports reproduce the released scripts' numbers."""

import numpy as np
import pytest
import torch
from vectors import assert_same_spectra, assert_strongest, read_vectors, vector_files

from mne_asgpf.channels import ELECTRODES, mirror
from mne_asgpf.models.graphs import keep_strongest, spectral_correlation, start_graph
from mne_asgpf.models.spectra import LogSpectra
from mne_asgpf.signals.resample import resample_exact, resample_released

PIPELINES = vector_files("pipeline")
COMPONENTS = vector_files("components")
RESAMPLED = vector_files("resample")

pytestmark = pytest.mark.usefixtures("shared")


def resampling_cases(path):
    arrays, _ = read_vectors(path)
    i = 0
    while f"case{i}/out" in arrays:
        data = np.atleast_2d(arrays[f"case{i}/in_int16"]) * float(arrays["uv_per_step"])
        yield data, float(arrays[f"case{i}/fs_in"]), np.atleast_2d(arrays[f"case{i}/out"])
        i += 1
    assert i


@pytest.mark.parametrize("path", RESAMPLED, ids=lambda path: path.stem)
def test_released_resampling(path):
    for data, sfreq, published in resampling_cases(path):
        resampled = resample_released(data, sfreq, 200.0)
        np.testing.assert_allclose(resampled, published, atol=1e-9 * np.abs(published).max())


@pytest.mark.parametrize("path", RESAMPLED, ids=lambda path: path.stem)
def test_exact_resampling_agrees_where_time_is_not_stretched(path):
    for data, sfreq, published in resampling_cases(path):
        n_times = published.shape[1]
        if data.shape[1] % sfreq or n_times < 800:
            continue
        exact = resample_exact(data, sfreq, 200.0)
        assert exact.shape == published.shape
        # The released way takes the jump at the ends for signal; where either way stops
        # passing, they differ.
        inner = np.r_[np.zeros(100), np.hanning(n_times - 200), np.zeros(100)]
        passed = int(0.4 * min(sfreq, 200.0) / 200 * n_times)
        spectra, expected = (np.fft.rfft(x * inner)[:, :passed] for x in (exact, published))
        assert np.linalg.norm(spectra - expected) <= 0.001 * np.linalg.norm(expected)


def signals(arrays):
    volts = arrays["raw_int16"].astype(np.float64) * arrays["uv_per_step"] * 1e-6
    return torch.from_numpy(volts)[None]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_spectra(path):
    arrays, _ = read_vectors(path)
    spectra = LogSpectra(int(arrays["fs"]))(signals(arrays))[0].numpy()
    assert_same_spectra(spectra, arrays["logfft"], relative=1e-12)


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_graph_and_support(path):
    arrays, _ = read_vectors(path)
    spectra = torch.from_numpy(arrays["logfft"])[None]
    valid = torch.ones(spectra.shape[:3], dtype=torch.bool)
    correlation = spectral_correlation(spectra, valid, centred=False)
    np.testing.assert_allclose(correlation[0], np.abs(arrays["xcorr_signed_f64"]), atol=1e-9)
    for name in arrays:
        if name.startswith("adj_top") and name.removeprefix("adj_top").isdigit():
            k = int(name.removeprefix("adj_top"))
            assert_strongest(keep_strongest(correlation, k)[0].numpy(), correlation[0].numpy(), k)
            assert_strongest(arrays[name], correlation[0].numpy(), k)
            published = torch.from_numpy(arrays[name])[None]
            support = start_graph(published, "scaled_laplacian").support
            np.testing.assert_allclose(support[0], arrays[f"support_laplacian1_top{k}"], atol=1e-6)


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_mirror(path):
    arrays, _ = read_vectors(path)
    released = [ELECTRODES.index(mirror(name)) for name in ELECTRODES]
    # The released scripts leave the pair P3, P4 where it is.
    for name in ("P3", "P4"):
        released[ELECTRODES.index(name)] = ELECTRODES.index(name)
    np.testing.assert_array_equal(released, arrays["mirror_perm"])


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_graphs_of_components(path):
    arrays, _ = read_vectors(path)
    i = 0
    while f"graph{i}/adj" in arrays:
        adjacency = torch.from_numpy(arrays[f"graph{i}/adj"])[None]
        support = start_graph(adjacency, "scaled_laplacian").support[0]
        np.testing.assert_allclose(support, arrays[f"graph{i}/scaled_laplacian_lmax2"], atol=1e-6)
        for name in (name for name in arrays if name.startswith(f"graph{i}/keep_top")):
            k = int(name.removeprefix(f"graph{i}/keep_top"))
            assert_strongest(keep_strongest(adjacency, k)[0].numpy(), adjacency[0].numpy(), k)
            assert_strongest(arrays[name], adjacency[0].numpy(), k)
        i += 1
    assert i
