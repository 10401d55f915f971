"""The repaired model does what the paper says, on whatever electrodes there are."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.models import ASGPF, ASGPFForecaster
from mne_asgpf.models.electrodes import real_harmonics
from mne_asgpf.models.graphs import keep_strongest, spectral_correlation, start_graph
from mne_asgpf.models.read_out import harmonic_projection
from mne_asgpf.models.transfer import transfer_encoder
from mne_asgpf.models.variant import SWITCHES, VARIANTS, resolve_variant

SIZES = {"n_units": 8, "n_layers": 2, "n_propagation_steps": 2}


@pytest.fixture
def x():
    generator = torch.Generator().manual_seed(0)
    return 3e-5 * torch.randn(3, 19, 6 * 200, generator=generator)


def make(seed=0, **options):
    torch.manual_seed(seed)
    return ASGPF(n_outputs=5, n_chans=19, n_times=2400, sfreq=200, **SIZES | options).eval()


@pytest.mark.parametrize("variant", VARIANTS)
def test_masked_channel_is_as_if_removed(x, variant):
    model = make(variant=variant)
    masked = x.clone()
    masked[:, 3] = torch.nan
    removed = torch.cat([x[:, :3], x[:, 4:]], 1)
    torch.testing.assert_close(model(masked), model(removed), atol=1e-6, rtol=0)
    assert (model(masked) - model(x)).abs().max() > 1e-5


def test_time_after_the_end_is_as_if_cut_off(x):
    model = make()
    padded = x.clone()
    padded[:, :, 3 * 200 :] = torch.nan
    cut = x[:, :, : 3 * 200]
    torch.testing.assert_close(model(padded), model(cut), atol=1e-6, rtol=0)
    lengths = torch.full((3,), 3)
    torch.testing.assert_close(model(x, lengths=lengths), model(cut), atol=1e-6, rtol=0)
    assert (model(cut) - model(x)).abs().max() > 1e-5


@pytest.mark.parametrize("n_chans", [17, 21, 32])
def test_any_number_and_order_of_channels(n_chans):
    model = make()
    x = 3e-5 * torch.randn(2, n_chans, 800)
    order = torch.randperm(n_chans)
    torch.testing.assert_close(model(x[:, order]), model(x), atol=1e-6, rtol=0)


@pytest.mark.parametrize("train", [True, False])
def test_zeros_and_nothing_stay_finite(train):
    model = make().train(train)
    assert model(torch.zeros(1, 19, 2400)).isfinite().all()
    assert model(torch.full((1, 19, 2400), torch.nan)).isfinite().all()


def loss_on_graph(model, x, shuffle):
    clip = model.signals_to_graphs(x)
    graph = type(clip.graph)(*(part.roll(shuffle, 0) for part in clip.graph))
    return model.explain_clip(clip._replace(graph=graph)).logits


def distinct_clips():
    generator = torch.Generator().manual_seed(1)
    sources = torch.randn(4, 5, 1200, generator=generator)
    mixing = torch.randn(4, 19, 5, generator=generator)
    return 3e-5 * mixing @ sources


# All that lies around the graph as released, so that the graph's repairs are seen alone.
AROUND = {
    "normalisation": "scalar",
    "position": "none",
    "initialisation": "uniform",
    "time_pooling": "last_second",
    "read_out": "node_maximum",
}


@pytest.mark.parametrize(
    ("variant", "matters"), [("repaired", True), ("light", True), ("released", False)]
)
def test_starting_graph_and_attention_matter(variant, matters):
    model = make(variant=variant, drop_prob=0.0, n_bins=100, switches=AROUND)
    x = distinct_clips()
    change = (loss_on_graph(model, x, 1) - loss_on_graph(model, x, 0)).abs().max()
    assert (change > 1e-5) == matters
    loss_on_graph(model, x, 0).square().sum().backward()
    grads = {name: p.grad.norm() for name, p in model.named_parameters() if p.grad is not None}
    total = sum(grad**2 for grad in grads.values()) ** 0.5
    attention = sum(grad**2 for name, grad in grads.items() if "graph_learner" in name) ** 0.5
    assert (attention / total > 1e-4) == matters


@pytest.mark.parametrize("variant", ["repaired", "light"])
def test_starting_graph_matters_more_than_in_the_released_variant(variant):
    x = distinct_clips()
    models = (make(variant=name, drop_prob=0.0) for name in (variant, "released"))
    ours, released = (
        (loss_on_graph(model, x, 1) - loss_on_graph(model, x, 0)).abs().max() for model in models
    )
    assert ours > 3 * released


@given(
    seed=st.integers(0, 2**16),
    n_nodes=st.integers(2, 12),
    k=st.integers(1, 12),
    centred=st.booleans(),
    n_flat=st.integers(0, 2),
    n_missing=st.integers(0, 1),
)
@settings(deadline=None, max_examples=30)
def test_graph_bounds(seed, n_nodes, k, centred, n_flat, n_missing):
    generator = torch.Generator().manual_seed(seed)
    spectra = torch.randn(2, 3, n_nodes, 7, generator=generator) + 4
    spectra[:, :, :n_flat] = 0.0
    valid = torch.ones(2, 3, n_nodes, dtype=torch.bool)
    valid[:, :, n_nodes - n_missing :] = False
    adjacency = spectral_correlation(spectra, valid, centred=centred)
    assert adjacency.isfinite().all()
    assert adjacency.min() >= 0
    assert adjacency.max() <= 1
    torch.testing.assert_close(adjacency, adjacency.mT)
    kept = keep_strongest(adjacency, k)
    assert ((kept > 0).sum(-1) <= k + 1).all()
    for kind in ("random_walk", "scaled_laplacian"):
        support = start_graph(kept, kind).support
        assert support.isfinite().all()
        assert support.abs().max() <= 1 + 1e-6
    rows = start_graph(kept).support.sum(-1)
    torch.testing.assert_close(rows, valid[:, 0].to(rows.dtype))


def test_learned_graph_is_stochastic_over_channels_at_hand(x):
    model = make()
    x[:, 5] = torch.nan
    graphs = model.explain(x).graphs
    assert graphs.shape == (3, 6, 19, 19)
    rows = graphs.sum(-1)
    torch.testing.assert_close(rows[..., 5], torch.zeros_like(rows[..., 5]))
    others = [i for i in range(19) if i != 5]
    torch.testing.assert_close(rows[..., others], torch.ones_like(rows[..., others]))


def test_switches_toggle_one_at_a_time(x):
    repaired = resolve_variant()
    for switch in SWITCHES:
        toggled = resolve_variant(switches={switch.name: switch.released})
        assert {name for name in repaired if toggled[name] != repaired[name]} <= {switch.name}
        logits = make(switches={switch.name: switch.released})(x)
        assert logits.isfinite().all()
    with pytest.raises(ValueError, match="unknown switch 'colour'"):
        resolve_variant(switches={"colour": "red"})
    with pytest.raises(ValueError, match="must be one of"):
        resolve_variant(switches={"gate": "red"})


def test_sampling_rates():
    model = ASGPF(n_outputs=2, n_chans=19, sfreq=256, **SIZES).eval()
    assert model(3e-5 * torch.randn(2, 19, 3 * 256)).shape == (2, 2)
    with pytest.raises(ValueError, match="at least 198 samples per second. Remedy: resample"):
        ASGPF(n_outputs=2, n_chans=19, sfreq=100, n_bins=100, **SIZES)


def test_amplitudes_do_not_depend_on_the_sampling_rate():
    t = torch.arange(512, dtype=torch.float64) / 256
    tone = 2e-5 * torch.sin(2 * torch.pi * 10 * t)[None, None]
    fine = ASGPF(n_outputs=2, n_chans=1, sfreq=256, **SIZES).signals_to_graphs.spectra(tone)
    t = torch.arange(400, dtype=torch.float64) / 200
    tone = 2e-5 * torch.sin(2 * torch.pi * 10 * t)[None, None]
    coarse = ASGPF(n_outputs=2, n_chans=1, sfreq=200, **SIZES).signals_to_graphs.spectra(tone)
    torch.testing.assert_close(fine[..., 10], coarse[..., 10])
    expected = torch.tensor(20 * 200 / 2).log().double()  # microvolts, half of the samples
    torch.testing.assert_close(coarse[0, 0, 0, 10], expected)


def test_normalisation_accumulates_until_it_is_fixed(x):
    model = make().train()
    normalisation = model.signals_to_graphs.normalisation
    model(x)
    model(2 * x)
    spectra = torch.cat([model.signals_to_graphs.spectra(part) for part in (x, 2 * x)])
    torch.testing.assert_close(normalisation.mean, spectra.mean((0, 1, 2)))
    torch.testing.assert_close(normalisation.std, spectra.std((0, 1, 2), correction=0))
    normalisation.fix(1.0, 2.0)
    model(x)
    assert (normalisation.mean == 1).all()
    assert (normalisation.std == 2).all()


@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("n_steps", [1, 2, 5])
def test_learns_from_the_first_epochs(n_steps, n_layers):
    # Whether a clip's 10-Hz rhythm is in front or in the back, on one lead of 19.
    torch.manual_seed(0)
    n_clips = 32
    y = torch.arange(n_clips) % 2
    clips = 1e-5 * torch.randn(n_clips, 19, 800)
    rhythm = 2e-5 * torch.sin(2 * torch.pi * 10 * torch.arange(800) / 200)
    clips[range(n_clips), [2 if back else 8 for back in y.tolist()]] += rhythm
    model = ASGPF(
        n_outputs=2,
        chs_info=[{"ch_name": name} for name in ELECTRODES],
        n_times=800,
        sfreq=200,
        n_layers=n_layers,
        n_propagation_steps=n_steps,
    )
    model.signals_to_graphs.fit_normalisation([clips])
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    losses = []
    for _ in range(24):  # six epochs of four batches, say
        loss = torch.nn.functional.cross_entropy(model(clips), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_unknown_positions_are_reported_and_not_needed(x):
    with pytest.warns(RuntimeWarning, match="position of X1 is unknown"):
        model = ASGPF(
            n_outputs=2, sfreq=200, chs_info=[{"ch_name": n} for n in ("X1", "Cz", "FFC1h")]
        ).eval()
    harmonics = model.signals_to_graphs.electrodes(model.signals_to_graphs(x[:, :3]).features)
    assert harmonics[0, 0] == 1
    assert (harmonics[0, 1:] == 0).all()
    assert (harmonics[1:, 1:] != 0).any(1).all()
    with pytest.raises(ValueError, match="positions of 3 channels"):
        model(x)


def test_harmonics_are_orthonormal_over_the_sphere():
    points = torch.randn(200_000, 3, generator=torch.Generator().manual_seed(0)).double()
    Y = real_harmonics(points / points.norm(dim=1, keepdim=True))
    torch.testing.assert_close(Y.mT @ Y / len(Y), torch.eye(16).double(), atol=0.02, rtol=0)


def test_projection_is_the_least_squares_fit():
    Y = torch.randn(19, 16, generator=torch.Generator().manual_seed(0)).double()
    present = torch.ones(2, 19, dtype=torch.bool)
    present[1, :3] = False
    for row, at in zip(harmonic_projection(Y, present), present, strict=True):
        at_hand = Y[at, :9]
        ridge = at_hand.mT @ at_hand + 0.05 * at.sum() * torch.eye(9).double()
        torch.testing.assert_close(row[:, at], torch.linalg.solve(ridge, at_hand.mT))
        assert (row[:, ~at] == 0).all()


def test_electrodes_add_up_to_the_logits(x):
    model = ASGPF(n_outputs=4, chs_info=[{"ch_name": n} for n in ELECTRODES], sfreq=200).eval()
    x[0, 5] = torch.nan
    typing = model.explain(x)
    assert typing.node_logits[0, 5].isneginf().all()
    shares = typing.node_logits.nan_to_num(neginf=0.0).sum(1)
    torch.testing.assert_close(shares + model.final_layer.bias, typing.logits)


def test_flat_leads_stay_out_of_the_statistics(x):
    model, other = make(), make()
    model.signals_to_graphs.fit_normalisation([x])
    flat = x.clone()
    flat[0, 4] = 1e-6  # a lead that hangs in the air, at an offset
    flat[1, :, 200:600] = torch.nan
    other.signals_to_graphs.fit_normalisation([flat])
    expected, got = (m.signals_to_graphs.normalisation for m in (model, other))
    torch.testing.assert_close(got.mean, expected.mean, rtol=0.02, atol=0)
    torch.testing.assert_close(got.std, expected.std, rtol=0.1, atol=0)


def test_config_round_trip_and_new_head(x):
    model = make(switches={"heads": "shared"})
    twin = ASGPF.from_config(model.get_config())
    twin.load_state_dict(model.state_dict())
    torch.testing.assert_close(twin.eval()(x), model(x))
    features = model(x, return_features=True)["features"]
    model.reset_head(3)
    assert model(x).shape == (3, 3)
    torch.testing.assert_close(model(x, return_features=True)["features"], features)


def test_forecaster_learns_nothing_of_the_target_in_evaluation(x):
    torch.manual_seed(0)
    model = ASGPFForecaster(n_chans=19, sfreq=200, input_seconds=3, **SIZES).eval()
    first = model(x)
    assert first.forecast.shape == first.target.shape == (3, 3, 19, 50)
    x[:, :, 600:] *= 7
    torch.testing.assert_close(model(x).forecast, first.forecast)
    assert model.loss(first) > 0


def test_transfer_is_strict():
    from mne_asgpf.errors import InputError

    source = ASGPFForecaster(n_chans=19, sfreq=200, **SIZES)
    source.signals_to_graphs.normalisation.fix(3.0, 1.5)
    target = make(seed=1, n_layers=1)
    transfer_encoder(source, target)
    for name, tensor in target.encoder.state_dict().items():
        torch.testing.assert_close(tensor, source.encoder.state_dict()[name])
    assert (target.signals_to_graphs.normalisation.mean == 3.0).all()
    with pytest.raises(InputError, match="do not fit"):
        transfer_encoder(source, make(n_units=9))
    account = transfer_encoder(source, make(n_layers=3))["outcome"]
    of_layer = [account[account.index.str.startswith(f"encoder.cells.{i}.")] for i in range(3)]
    assert [set(outcomes) for outcomes in of_layer] == [{"taken"}, {"taken"}, {"new"}]
