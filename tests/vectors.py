"""Reference vectors of the released scripts: where they lie and how models are built from them."""

import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mne_asgpf.models import ASGPF, ASGPFForecaster
from mne_asgpf.models.graphs import StartGraph
from mne_asgpf.models.released_names import released_mapping


def vector_folder():
    """Return the folder of the vector files."""
    default = Path(__file__).resolve().parents[2] / "shared" / "vectors" / "public"
    return Path(os.environ.get("MNE_ASGPF_VECTORS", default))


def vector_files(*kinds):
    """Return the vector files of some kinds; a placeholder that fails if there are none."""
    files = [path for path, kind in _kinds(vector_folder()).items() if kind in kinds]
    return files if _kinds(vector_folder()) else [vector_folder() / "any.npz"]


@cache
def _kinds(folder):
    """Return the kind of all files below a folder, by content and not by name."""
    return {path: kind_of(path) for path in sorted(folder.rglob("*.npz"))}


def kind_of(path):
    """Return the kind of a vector file: a task of a model, or a component."""
    arrays, config = read_vectors(path)
    if config is not None:
        return config["task"]
    # The required content of each kind.
    marks = {"logfft": "pipeline", "uv_per_step": "resample", "n_samples": "clipping"}
    return next((kind for mark, kind in marks.items() if mark in arrays), "components")


def read_vectors(path):
    """Read one vector file and its configuration."""
    arrays = dict(np.load(path))
    return arrays, json.loads(str(arrays["config"])) if "config" in arrays else None


def build(arrays, config, dtype=torch.float32):
    """Build the released variant of a configuration and load the reference's weights."""
    options = {
        "n_units": config["rnn_units"],
        "n_layers": config["num_rnn_layers"],
        # No signal is read here, but the rate must give all bins.
        "sfreq": max(200, 2 * (max(config["input_dim"], config["output_dim"]) - 1)),
        "n_bins": config["input_dim"],
        "n_propagation_steps": config["n_steps"],
        "graph_hidden_size": config["graph_learn_hidden_size"],
        "n_heads": config["graph_learn_num_pers"],
        "epsilon": config["graph_learn_epsilon"],
        "graph_skip": config["graph_skip_conn"],
        "activation": {"tanh": nn.Tanh, "relu": nn.ReLU}[config["gcgru_activation"]],
        "drop_prob": 0.0,
        "variant": "released",
    }
    if config["task"] == "ssl":
        model = ASGPFForecaster(**options)
        if config["output_dim"] != config["input_dim"]:
            # Only the reference forecasts other bins than it is given.
            model.decoder = ASGPFForecaster(**options | {"n_bins": config["output_dim"]}).decoder
            model.mapping = released_mapping(model)
    else:
        model = ASGPF(n_outputs=config["num_classes"], n_chans=config["num_nodes"], **options)
    # The reference's vectors are made with the attention's own dropout off as well.
    for module in model.modules():
        if hasattr(module, "thresholded"):
            module.dropout.p = 0.0
    weights = {
        name.removeprefix("param/"): torch.from_numpy(value.astype(np.float32))
        for name, value in arrays.items()
        if name.startswith("param/")
    }
    keys = model.load_state_dict(weights, strict=False)
    assert not keys.unexpected_keys
    own = {name for name, _ in model.named_parameters()}
    assert not own & set(keys.missing_keys), "a parameter was not in the reference's weights"
    return model.to(dtype)


def inputs(arrays, dtype=torch.float32):
    """Return the input, graph and mask of channels of the reference."""
    x = torch.from_numpy(arrays["x"].astype(np.float64)).to(dtype)
    support = torch.from_numpy(arrays["supports"]).to(dtype)
    present = torch.ones(x.shape[0], x.shape[2], dtype=torch.bool)
    return x, StartGraph(support, support), present


def assert_strongest(kept, weights, k):
    """Check that a graph keeps the k strongest edges of each row, whichever of equal ones."""
    nodes = len(weights)
    np.testing.assert_allclose(kept[kept > 0], weights[kept > 0], atol=1e-6)
    np.testing.assert_allclose(np.diagonal(kept), np.diagonal(weights), atol=1e-6)
    off_diagonal = ~np.eye(nodes, dtype=bool)
    edges, candidates = (
        np.sort(graph[off_diagonal].reshape(nodes, nodes - 1))[:, ::-1] for graph in (kept, weights)
    )
    np.testing.assert_allclose(edges[:, :k], candidates[:, :k], atol=1e-6)
    assert not edges[:, k:].any()


def assert_same_spectra(log_spectra, published, relative):
    """Check amplitudes up to rounding error, below which a bin has no defined value.

    ``relative`` is the rounding error as a share of the largest amplitude of a second.
    """
    amplitude, expected = np.exp(log_spectra), np.exp(published)
    tolerance = 1e-5 * expected + relative * expected.max(-1, keepdims=True) + 2e-8
    assert (np.abs(amplitude - expected) <= tolerance).all()
