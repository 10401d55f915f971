"""Each part of the model reproduces the released scripts' numbers on its own."""

import numpy as np
import pytest
import torch
from torch import nn
from vectors import read_vectors, vector_files

from mne_asgpf.models import ASGPFForecaster
from mne_asgpf.models.cell import SpatioGraphLearningCell
from mne_asgpf.models.forecaster import Forecast, teaching_probability
from mne_asgpf.models.propagation import messages_along
from mne_asgpf.models.read_out import pool_time
from mne_asgpf.models.released_names import released_name
from mne_asgpf.models.variant import resolve_variant

COMPONENTS = pytest.mark.parametrize("path", vector_files("components"), ids=lambda path: path.stem)
# Mean and standard deviation of the published log-spectra for pre-training.
MEAN, STD = 3.808460947197539, 1.5516092967049024

pytestmark = pytest.mark.usefixtures("shared")


def tensors(path):
    arrays, _ = read_vectors(path)
    return {name: torch.from_numpy(np.asarray(value)) for name, value in arrays.items()}


def cell_of(arrays, **options):
    width, n_units = arrays["cell/x"].shape[-1], arrays["cell/h"].shape[-1]
    hidden_size = arrays["cell/param/graph_learner.att.w"].shape[1]
    n_heads = len(arrays["cell/train_keep_masks"])
    defaults = {"n_steps": 5, "hidden_size": hidden_size, "n_heads": n_heads, "epsilon": 0.3}
    defaults |= {"skip": 0.3, "activation": nn.Tanh, "drop_prob": 0.5}
    cell = SpatioGraphLearningCell(
        width, n_units, **defaults | options, switches=resolve_variant("released")
    )
    # Names are those of a cell within a model.
    own = {
        released_name(f"0.{name}").removeprefix("0."): name for name, _ in cell.named_parameters()
    }
    weights = {own[name]: arrays[f"cell/param/{name}"] for name in own}
    cell.load_state_dict(weights)
    S = arrays["cell/S"]
    return cell.eval(), arrays["cell/x"], arrays["cell/h"], S, torch.ones(S.shape[:2], dtype=bool)


@COMPONENTS
@torch.no_grad()
def test_cell(path):
    arrays = tensors(path)
    cell, x, h, S, present = cell_of(arrays)
    attention = cell.graph_learner.attention(cell.graph_learner.scores(x), S, ~present[:, None])
    torch.testing.assert_close(attention, arrays["cell/attention_one_head"], rtol=1e-5, atol=1e-6)
    raw = cell.graph_learner.raw_graph(attention)
    torch.testing.assert_close(raw, arrays["cell/raw_adj"], rtol=1e-5, atol=1e-6)
    learned, h_new = cell(x, h, S, S, present)
    torch.testing.assert_close(learned, arrays["cell/support_out"], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(h_new, arrays["cell/h_out"], rtol=1e-5, atol=1e-6)


@COMPONENTS
@torch.no_grad()
def test_propagation(path):
    arrays = tensors(path)
    cell, x, h, S, _ = cell_of(arrays)
    gate = cell.gate(messages_along(S), x, h)
    torch.testing.assert_close(gate, arrays["cell/ggnn_gate_of_S"], rtol=1e-5, atol=1e-6)
    one_step, *_ = cell_of(arrays, n_steps=1)
    one_step.gate.read_out = nn.Identity()
    values = one_step.gate(messages_along(S), x, h)
    torch.testing.assert_close(values, arrays["cell/one_propagation_of_S"], rtol=1e-5, atol=1e-6)


@COMPONENTS
@torch.no_grad()
def test_attention_dropout(path, monkeypatch):
    arrays = tensors(path)
    cell, x, _, S, present = cell_of(arrays)
    learner = cell.graph_learner.train()
    assert learner.dropout.p == arrays["cell/attention_dropout_p"]
    keep = arrays["cell/train_keep_masks"].transpose(0, 1)  # (batch, heads, nodes, nodes)
    p = learner.dropout.p
    monkeypatch.setattr(learner.dropout, "forward", lambda alpha: alpha * keep / (1 - p))
    raw = learner.raw_graph(learner.attention(learner.scores(x), S, ~present[:, None]))
    torch.testing.assert_close(raw, arrays["cell/train_raw_adj"], rtol=1e-5, atol=1e-6)


@COMPONENTS
@pytest.mark.parametrize("kind", ["mae", "rmse"])
def test_loss(path, kind):
    arrays = tensors(path)
    y, forecast = arrays["loss/y"], arrays["loss/pred"]
    model = ASGPFForecaster(
        n_chans=19,
        n_times=400,
        input_seconds=1,
        sfreq=200,
        n_units=4,
        n_bins=y.shape[-1],
        variant="released",
        switches={"pretraining_loss": kind},
    )

    def loss(forecast, y, observed):
        return model.loss(Forecast(forecast, y, observed, y))

    # The scripts leave out what is exactly 0, by which they mean what was not observed.
    observed = (y != 0).any(-1)
    torch.testing.assert_close(loss(forecast, y, observed), arrays[f"loss/noscale/{kind}"])
    all_of_it = torch.ones_like(observed)
    scaled = loss(forecast * STD + MEAN, y * STD + MEAN, all_of_it)
    torch.testing.assert_close(scaled, arrays[f"loss/scaled/{kind}"])


@COMPONENTS
def test_scheduled_sampling(path):
    arrays = tensors(path)
    torch.testing.assert_close(
        teaching_probability(arrays["sampling/step"]), arrays["sampling/threshold_decay3000"]
    )


@COMPONENTS
def test_last_true_second(path):
    arrays = tensors(path)
    hidden = arrays["last/seq"][:, :, None]  # of one node
    pooled = pool_time(hidden, arrays["last/lengths"], with_mean=False)
    torch.testing.assert_close(pooled[:, 0], arrays["last/out"])
