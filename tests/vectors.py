"""Reference vectors of the released scripts: where they lie and how models are built from them."""

import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mne_asgpf.models import ASGPF, ASGPFForecaster
from mne_asgpf.models.graphs import StartGraph
from mne_asgpf.models.released_names import released_mapping


def vector_folder():
    """Give the folder that holds the vector files."""
    default = Path(__file__).resolve().parents[2] / "shared" / "vectors" / "public"
    return Path(os.environ.get("MNE_ASGPF_VECTORS", default))


def vector_files(pattern):
    """Give the vector files of a pattern; a placeholder that fails when there is none."""
    return sorted(vector_folder().rglob(pattern)) or [vector_folder() / pattern]


def read_vectors(path):
    """Read one vector file and its configuration."""
    arrays = dict(np.load(path))
    return arrays, json.loads(str(arrays["config"])) if "config" in arrays else None


def build(arrays, config, dtype=torch.float32):
    """Build the released variant of a configuration and load the reference's weights."""
    options = {
        "n_units": config["rnn_units"],
        "n_layers": config["num_rnn_layers"],
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
        model = ASGPFForecaster(sfreq=200, **options)
        if config["output_dim"] != config["input_dim"]:
            # Only the reference forecasts other bins than it is given.
            model.decoder = ASGPFForecaster(
                sfreq=200, **options | {"n_bins": config["output_dim"]}
            ).decoder
            model.mapping = released_mapping(model)
    else:
        model = ASGPF(
            n_outputs=config["num_classes"], n_chans=config["num_nodes"], sfreq=200, **options
        )
    # The reference's vectors are made with the attention's own dropout off as well.
    for module in model.modules():
        if hasattr(module, "thresholded"):
            module.drop_prob = 0.0
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
    """Give the reference's input, graph and mask of channels."""
    x = torch.from_numpy(arrays["x"].astype(np.float64)).to(dtype)
    support = torch.from_numpy(arrays["supports"]).to(dtype)
    present = torch.ones(x.shape[0], x.shape[2], dtype=torch.bool)
    return x, StartGraph(support, support), present
