"""What is said at a second depends on nothing later, and can be computed as it comes in."""

import pytest
import torch

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.models import ASGPF

SIZES = {"n_units": 6, "n_layers": 2, "n_propagation_steps": 2, "graph_hidden_size": 8}


def make(**options):
    torch.manual_seed(0)
    chs_info = [{"ch_name": name} for name in ELECTRODES]
    return ASGPF(n_outputs=3, chs_info=chs_info, sfreq=200, **SIZES | options).eval()


def signals(seconds=6):
    generator = torch.Generator().manual_seed(0)
    mixing = torch.randn(2, 19, 5, generator=generator)
    return 3e-5 * mixing @ torch.randn(2, 5, seconds * 200, generator=generator)


def hidden(model, x):
    clip = model.signals_to_graphs(x)
    return torch.stack(model.encode(clip).hidden)


@pytest.mark.parametrize(
    ("options", "causal"),
    [
        ({"graph": "distance"}, True),
        ({"graph_seconds": 2}, True),
        ({}, False),
        ({"variant": "released", "graph": "distance", "epsilon": 0.05}, False),
        ({"variant": "released", "graph_seconds": 2, "epsilon": 0.05}, False),
    ],
)
def test_nothing_later_enters(options, causal):
    model, x = make(**options), signals()
    later = x.clone()
    later[..., 3 * 200 :] = 20 * x.flip(1)[..., 3 * 200 :]
    change = (hidden(model, later) - hidden(model, x)).abs()
    assert change[:, :, 3:].max() > 1e-3
    if causal:
        assert change[:, :, :3].max() == 0
    else:
        assert change[:, :, :3].max() > 1e-8


@pytest.mark.parametrize(
    "options",
    [
        {"graph": "distance"},
        {"graph": "identity"},
        {"graph_seconds": 3},
        {
            "graph": "coherence",
            "graph_seconds": 3,
            "switches": {"learner_input": "input_and_state"},
        },
    ],
)
def test_step_by_step_is_the_whole_clip(options):
    model, x = make(**options), signals()
    x[1, 4] = torch.nan
    state = model.start(x[..., :600])
    for t in range(6):
        logits, state = model.step(x[..., t * 200 : (t + 1) * 200], state)
        if t >= 2:
            whole = model(x[..., : (t + 1) * 200])
            torch.testing.assert_close(logits, whole, atol=1e-6, rtol=0)
    assert state.seconds == 6
    clip = model.signals_to_graphs(x)
    encoded = model.encode(clip)
    for streamed, whole in zip(state.layers, encoded.last(), strict=True):
        torch.testing.assert_close(streamed, whole, atol=1e-6, rtol=0)


def test_first_second_can_start():
    model, x = make(graph="signal_correlation", graph_seconds=1), signals(2)
    _, state = model.step(x[..., :200])
    logits, _ = model.step(x[..., 200:], state)
    torch.testing.assert_close(logits, model(x), atol=1e-6, rtol=0)


def test_lost_channel_leaves_the_second():
    model, x = make(graph="distance"), signals(2)
    _, state = model.step(x[..., :200])
    lost = x[..., 200:].clone()
    lost[:, 3] = torch.nan
    logits, after = model.step(lost, state)
    poisoned = state._replace(
        layers=state.layers._replace(
            hidden=tuple(h.index_fill(1, torch.tensor([3]), 9.0) for h in state.layers.hidden)
        )
    )
    torch.testing.assert_close(model.step(lost, poisoned)[0], logits)
    for graph in after.layers.graphs:
        assert not graph[:, 3].any()
    nothing, _ = model.step(torch.full_like(lost, torch.nan), after)
    assert nothing.isfinite().all()


def test_refusals():
    with pytest.raises(ValueError, match="layer_start='previous_layer'"):
        make(variant="released").step(signals(1))
    with pytest.raises(ValueError, match="give one second, 200 samples"):
        make().step(signals(2))


@pytest.mark.parametrize("graph", ["correlation", "signal_correlation", "coherence"])
def test_a_graph_of_the_whole_clip_is_not_made_from_one_second(graph):
    model, x = make(graph=graph), signals(3)
    with pytest.raises(ValueError, match=f"graph='{graph}' needs the whole clip"):
        model.step(x[..., :200])
    state = model.start(x)
    for second in x.split(200, -1):
        logits, state = model.step(second, state)
    torch.testing.assert_close(logits, model(x), atol=1e-6, rtol=0)


def test_a_graph_of_the_first_seconds_needs_them_all():
    model, x = make(graph_seconds=3), signals(3)
    for begin in (model.start, model.step):
        with pytest.raises(ValueError, match="first 3 s .graph_seconds., but there are 1"):
            begin(x[..., :200])
