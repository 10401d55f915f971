"""Benchmarks put other heads in place of final_layer and adapters around linear layers."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize, prune

from mne_asgpf.models import ASGPF
from mne_asgpf.models.variant import VARIANTS

SIZES = {"n_units": 6, "n_layers": 2, "n_propagation_steps": 2, "n_bins": 20}
VARIANTS_OF_GATES = pytest.mark.parametrize("variant", ["repaired", "light"])


def make(**options):
    torch.manual_seed(0)
    return ASGPF(n_outputs=3, n_chans=5, n_times=600, sfreq=200, **SIZES | options).eval()


def signals(n_chans=5):
    generator = torch.Generator().manual_seed(0)
    x = 3e-5 * torch.randn(4, n_chans, 600, generator=generator)
    x[1, 2] = torch.nan
    x[2, :, 400:] = torch.nan
    return x


HEADS = {
    "linear": lambda: nn.Sequential(nn.Flatten(1), nn.LazyLinear(7)),
    "mlp": lambda: nn.Sequential(nn.Flatten(1), nn.LazyLinear(8), nn.ELU(), nn.Linear(8, 7)),
    "flatten": lambda: nn.Flatten(1),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("train", [False, True])
def test_head_is_replaced(variant, head, train):
    model = make(variant=variant)
    model.final_layer = HEADS[head]()
    x = signals()
    width = model.embedding_width if head == "flatten" else 7
    assert model.eval()(x).shape == (4, width)  # a lazy head takes its size
    out = model.train(train)(x)
    assert out.shape == (4, width)
    assert out.isfinite().all()
    assert model.explain(x).node_logits.shape == (4, 5, width)


@pytest.mark.parametrize("variant", VARIANTS)
def test_input_of_the_head_does_not_grow_with_the_electrodes(variant):
    model = make(variant=variant)
    model.final_layer = HEADS["linear"]()
    assert [model(signals(n)).shape for n in (5, 8, 3)] == [(4, 7)] * 3


def test_a_replaced_head_sees_masked_channels_as_if_removed():
    for variant in VARIANTS:
        model = make(variant=variant)
        model.final_layer = nn.Flatten(1)
        x = signals()[1:2]
        removed = torch.cat([x[:, :2], x[:, 3:]], 1)
        torch.testing.assert_close(model(x), model(removed), atol=1e-6, rtol=0)


def test_a_head_behind_a_head_changes_nothing():
    # That of the node maximum is given rows of electrodes, so the maximum is taken after it.
    for variant in VARIANTS:
        model, x = make(variant=variant), signals()
        before = model(x)
        model.final_layer = nn.Sequential(nn.Flatten(1), model.final_layer)
        torch.testing.assert_close(model(x), before, rtol=0, atol=0)


def test_node_logits_add_up_where_the_head_is_linear():
    model, x = make(), signals()
    said = model.explain(x)
    total = said.node_logits.masked_fill(said.node_logits.isinf(), 0.0).sum(1)
    torch.testing.assert_close(total + model.final_layer.bias, said.logits, atol=1e-5, rtol=1e-5)


class Adapted(nn.Module):
    """An adapter that does nothing until its weight is moved."""

    def __init__(self, linear):
        super().__init__()
        self.linear = linear
        self.more = nn.Linear(linear.in_features, linear.out_features, bias=False)
        nn.init.zeros_(self.more.weight)

    def forward(self, x):
        return self.linear(x) + self.more(x)


def gates_of(model):
    cells = [cell for cell in model.encoder.cells]
    parts = [
        part
        for cell in cells
        for part in ([cell.propagation] if cell.shares_propagation else [cell.gate, cell.candidate])
    ]
    return parts


@VARIANTS_OF_GATES
@pytest.mark.parametrize("name", ["reset", "update", "transform", "read_out"])
def test_adapters_are_used(variant, name):
    model, x = make(variant=variant), signals()
    before = model(x)
    for part in gates_of(model):
        setattr(part, name, Adapted(getattr(part, name)))
    torch.testing.assert_close(model(x), before, atol=1e-5, rtol=1e-5)
    model(x).square().sum().backward()
    adapters = [getattr(part, name).more.weight for part in gates_of(model)]
    assert all(weight.grad.abs().max() > 0 for weight in adapters)
    with torch.no_grad():
        for weight in adapters:
            weight.normal_()
    assert (model(x) - before).abs().max() > 1e-5


@VARIANTS_OF_GATES
def test_step_by_step_is_the_fused_propagation(variant):
    # A hook asks for the modules' own forward; gradients agree as well.
    fused, x = make(variant=variant), signals()
    stepped = copy.deepcopy(fused)
    calls = []
    for part in gates_of(stepped):
        part.update.register_forward_hook(lambda *args: calls.append(1))
    for model in (fused, stepped):
        model(x).square().sum().backward()
    assert len(calls) == 2 * len(gates_of(fused)) * 3  # steps, seconds
    torch.testing.assert_close(stepped(x), fused(x), atol=1e-5, rtol=1e-5)
    for (name, p), q in zip(fused.named_parameters(), stepped.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, atol=1e-5, rtol=1e-4, msg=name)


def test_parametrized_and_pruned_layers_are_used():
    x = signals()
    for change in (
        lambda linear: parametrize.register_parametrization(linear, "weight", nn.Hardtanh(0, 0.01)),
        lambda linear: prune.l1_unstructured(linear, "weight", 0.9),
    ):
        model = make()
        before = model(x)
        for part in gates_of(model):
            change(part.transform)
        after = model(x)
        assert (after - before).abs().max() > 1e-4
        after.sum().backward()
        model(x).sum().backward()  # weights are computed anew at every call


def test_benchmarks_turn_all_dropout_off():
    model = make(drop_prob=0.5)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    x = signals()
    model.signals_to_graphs.normalisation.fix(3.0, 1.0)
    torch.testing.assert_close(model.train()(x), model.eval()(x))
