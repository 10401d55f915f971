"""Every graph to start from: bounds, symmetries, missing channels, the field's graph."""

import json
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import assert_strongest, read_vectors, vector_files

from mne_asgpf.channels import ELECTRODES, mirror
from mne_asgpf.errors import InputError
from mne_asgpf.models import ASGPF, ASGPFForecaster
from mne_asgpf.models.graphs import (
    GRAPHS,
    StartingGraph,
    coherence,
    electrode_distance,
    signal_correlation,
    start_graph,
)
from mne_asgpf.models.variant import resolve_variant

VARIANTS = ("repaired", "released")  # the light one starts from the same graphs as the repaired
SIZES = {"n_units": 6, "n_layers": 2, "n_propagation_steps": 2, "graph_hidden_size": 8}
NAMES = {
    17: ELECTRODES[:17],
    19: ELECTRODES,
    21: (*ELECTRODES, "FCz", "Oz"),
    32: (*ELECTRODES, *"Oz FC1 FC2 FC5 FC6 CP1 CP2 CP5 CP6 F9 F10 P9 P10".split()),
}
NAMES[64] = (
    *NAMES[32],
    *"AF7 AF3 AFz AF4 AF8 F1 F2 F5 F6 FT7 FT8 FC3 FC4 FCz C1 C2 C5 C6 TP7 TP8 CP3 CP4 CPz".split(),
    *"P1 P2 P5 P6 PO7 PO3 POz PO4 PO8".split(),
)


def make(graph="correlation", names=ELECTRODES, **options):
    torch.manual_seed(0)
    chs_info = [{"ch_name": name} for name in names]
    model = ASGPF(n_outputs=3, chs_info=chs_info, sfreq=200, graph=graph, **SIZES | options)
    return model.eval()


def signals(n_chans, seconds=4, seed=0, batch=2):
    generator = torch.Generator().manual_seed(seed)
    sources = torch.randn(batch, 5, seconds * 200, generator=generator)
    mixing = torch.randn(batch, n_chans, 5, generator=generator)
    noise = torch.randn(batch, n_chans, seconds * 200, generator=generator)
    return 2e-5 * (mixing @ sources + noise)


def matrix(n_chans):
    weights = torch.rand(n_chans, n_chans, generator=torch.Generator().manual_seed(3))
    return (weights * (weights > 0.5)).tolist()


@pytest.mark.parametrize("n_chans", NAMES)
@pytest.mark.parametrize("graph", GRAPHS)
def test_any_electrodes_in_any_order(graph, n_chans):
    names, x = NAMES[n_chans], signals(n_chans)
    assert len(set(names)) == n_chans
    logits = make(graph, names)(x)
    order = np.random.default_rng(n_chans).permutation(n_chans).tolist()
    shuffled = make(graph, [names[i] for i in order])(x[:, order])
    torch.testing.assert_close(shuffled, logits, atol=1e-6, rtol=0)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("graph", [*GRAPHS, "matrix"])
def test_masked_channel_is_as_if_removed(graph, variant):
    x = signals(19)
    kept = [i for i in range(19) if i != 4]
    masked = x.clone()
    masked[:, 4] = torch.nan
    whole = removed = graph
    if graph == "matrix":
        whole = matrix(19)
        removed = torch.tensor(whole)[kept][:, kept].tolist()
    less = make(removed, [ELECTRODES[i] for i in kept], variant=variant)(x[:, kept])
    model = make(whole, variant=variant)
    torch.testing.assert_close(model(masked), less, atol=1e-6, rtol=0)
    graph = model.signals_to_graphs(masked).graph
    for part in graph:
        assert not part[:, 4].any()
        assert not part[:, :, 4].any()


@given(
    seed=st.integers(0, 2**16),
    kind=st.sampled_from(GRAPHS),
    variant=st.sampled_from(VARIANTS),
    n_zero=st.integers(0, 2),
    n_constant=st.integers(0, 2),
    n_missing=st.integers(0, 2),
    top_k=st.integers(1, 20),
    seconds=st.integers(1, 3),
)
@settings(deadline=None, max_examples=60)
def test_bounds(seed, kind, variant, n_zero, n_constant, n_missing, top_k, seconds):
    x = 1e6 * signals(9, seconds, seed).unflatten(-1, (seconds, 200)).transpose(1, 2)
    x[:, :, :n_zero] = 0
    x[:, :, 2 : 2 + n_constant] = 37.3
    spectra = torch.fft.rfft(x)[..., :100].abs().clamp_min(1e-8).log()
    valid = torch.ones(2, seconds, 9, dtype=torch.bool)
    valid[:, :, 9 - n_missing :] = False
    chs_info = [{"ch_name": name} for name in ELECTRODES[:9]]
    make_graph = StartingGraph(kind, top_k, resolve_variant(variant), chs_info)
    edges, support = make_graph(x, spectra, valid)
    present = valid[:, 0]
    for part in (edges, support):
        assert part.isfinite().all()
        assert part.abs().max() <= 1 + 1e-6
        assert not part[~present].any()
        assert not part.mT[~present].any()
    assert edges.min() >= 0
    torch.testing.assert_close(edges, edges.mT)
    torch.testing.assert_close(edges.diagonal(dim1=1, dim2=2), present.float())
    if variant == "repaired":
        torch.testing.assert_close(support.sum(-1), present.float())


@pytest.mark.parametrize("measure", [signal_correlation, coherence])
def test_flat_and_constant_channels_have_no_neighbours(measure):
    x = signals(6).unflatten(-1, (4, 200)).transpose(1, 2) * 1e6
    x[:, :, 0] = 0.0
    x[:, :, 1] = 37.3
    adjacency = measure(x, torch.ones(2, 4, 6, dtype=torch.bool))
    torch.testing.assert_close(adjacency[:, :2], torch.eye(6)[:2].expand(2, 2, 6))
    assert adjacency[:, 2:, 2:].mean() > 0.3


def test_coherence_does_not_depend_on_the_delay():
    generator = torch.Generator().manual_seed(0)
    source = torch.randn(1, 60 * 200 + 5, generator=generator)
    other = torch.randn(1, 60 * 200, generator=generator)
    x = torch.stack([source[:, 5:], source[:, :-5], other], 1)
    x = x.unflatten(-1, (60, 200)).transpose(1, 2)
    adjacency = coherence(x, torch.ones(1, 60, 3, dtype=torch.bool))[0]
    assert adjacency[0, 1] > 0.8
    assert max(adjacency[0, 2], adjacency[1, 2]) < 0.1
    assert signal_correlation(x, torch.ones(1, 60, 3, dtype=torch.bool))[0, 0, 1] < 0.1


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", vector_files("pipeline"), ids=lambda path: path.stem)
def test_released_graph_of_signals(path):
    arrays, _ = read_vectors(path)
    x = torch.from_numpy(arrays["raw_int16"].astype(np.float64) * arrays["uv_per_step"])[None]
    step = int(arrays["fs"])
    x = x[..., : x.shape[-1] // step * step].unflatten(-1, (-1, step)).transpose(1, 2)
    valid = torch.ones(x.shape[:3], dtype=torch.bool)
    adjacency = signal_correlation(x, valid, centred=False)[0].numpy()
    assert_strongest(arrays["adj_top3_rawsignal"], adjacency, 3)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", vector_files("components"), ids=lambda path: path.stem)
def test_usual_distance_graph(path):
    arrays, _ = read_vectors(path)
    adjacency = electrode_distance([{"ch_name": name} for name in ELECTRODES])
    np.testing.assert_allclose(adjacency, arrays["distance_graph/adj"], atol=1e-4)
    support = start_graph(adjacency[None], "scaled_laplacian", None).support[0]
    np.testing.assert_allclose(support, arrays["distance_graph/support"], atol=1e-4)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", vector_files("components"), ids=lambda path: path.stem)
def test_support_by_the_largest_eigenvalue(path):
    arrays, _ = read_vectors(path)
    for name in (name for name in arrays if name.endswith("/scaled_laplacian_lmaxNone")):
        adjacency = torch.from_numpy(arrays[name.replace("scaled_laplacian_lmaxNone", "adj")])[None]
        graph = start_graph(adjacency, "scaled_laplacian", None)
        # Here a node without any edge is a channel that is not there.
        joined = (graph.edges[0].sum(-1) > 0).numpy()
        expected = arrays[name]
        np.testing.assert_allclose(graph.support[0][joined], expected[joined], atol=1e-6)


def test_released_variant_takes_the_support_of_the_distance_graph():
    graph = make("distance", variant="released").signals_to_graphs(signals(19)).graph
    eigenvalues = torch.linalg.eigvalsh(graph.support)
    torch.testing.assert_close(eigenvalues.amax(-1), torch.ones(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(eigenvalues.amin(-1), -torch.ones(2), atol=1e-5, rtol=0)


def test_names_and_measured_positions():
    import mne

    old = electrode_distance([{"ch_name": f"EEG {name}-REF"} for name in ("T3", "C3", "T5")])
    new = electrode_distance([{"ch_name": name} for name in ("T7", "C3", "P7")])
    torch.testing.assert_close(old, new)
    info = mne.create_info(list(ELECTRODES), 200, "eeg").set_montage("brainproducts-RNP-BA-128")
    measured = [{"ch_name": f"E{i}", "loc": ch["loc"]} for i, ch in enumerate(info["chs"])]
    named = electrode_distance([{"ch_name": name} for name in ELECTRODES])
    torch.testing.assert_close(electrode_distance(measured), named, atol=0.01, rtol=0)
    with pytest.raises(InputError, match="unknown for E1"):
        electrode_distance([{"ch_name": "Cz"}, {"ch_name": "E1"}])


def test_identity_has_no_edges():
    model = make("identity")
    typing = model.explain(signals(19))
    assert (typing.graphs[:, 0] > 0).all()
    torch.testing.assert_close(typing.graphs.sum(-1), torch.ones(2, 4, 19))


def test_only_the_first_seconds_make_the_graph():
    x = signals(19)
    later = torch.cat([x[..., :400], 3 * x.flip(1)[..., 400:]], -1)
    for kind in ("correlation", "signal_correlation", "coherence"):
        early, whole = make(kind, graph_seconds=2), make(kind)
        graph = early.signals_to_graphs(x).graph
        torch.testing.assert_close(early.signals_to_graphs(later).graph, graph)
        torch.testing.assert_close(whole.signals_to_graphs(x[..., :400]).graph, graph)
        assert (whole.signals_to_graphs(later).graph.edges - graph.edges).abs().max() > 1e-3


def test_mirrored_channels_mirror_the_graph():
    model, x = make(), signals(19)
    mirrored = [ELECTRODES.index(mirror(name)) for name in ELECTRODES]
    assert mirrored != sorted(mirrored)
    graph = model.signals_to_graphs(x).graph
    swapped = model.signals_to_graphs(x[:, mirrored]).graph
    for part, other in zip(graph, swapped, strict=True):
        torch.testing.assert_close(other, part[:, mirrored][:, :, mirrored], atol=1e-5, rtol=0)
    blind = make(switches={"position": "none", "read_out": "node_maximum"})
    torch.testing.assert_close(blind(x[:, mirrored]), blind(x), atol=1e-6, rtol=0)
    assert (model(x[:, mirrored]) - model(x)).abs().max() > 1e-4


@pytest.mark.parametrize("graph", [*GRAPHS, "matrix"])
def test_config_state_and_pickle(graph):
    x = signals(19)
    model = make(matrix(19) if graph == "matrix" else graph)
    twin = ASGPF.from_config(json.loads(json.dumps(model.get_config())))
    twin.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(twin.eval()(x), model(x))
    torch.testing.assert_close(pickle.loads(pickle.dumps(model))(x), model(x))
    assert model(torch.zeros(1, 19, 400)).isfinite().all()


def test_forecaster_starts_from_any_graph_of_its_past():
    x = signals(19)
    torch.manual_seed(0)
    for graph in ("coherence", "distance"):
        chs_info = [{"ch_name": name} for name in ELECTRODES]
        model = ASGPFForecaster(
            chs_info=chs_info, sfreq=200, graph=graph, graph_seconds=3, input_seconds=2, **SIZES
        ).eval()
        assert torch.equal(
            model(x).forecast, model(torch.cat([x[..., :400], -x[..., 400:]], -1))[0]
        )


def test_wrong_graphs():
    with pytest.raises(ValueError, match="graph must be one of"):
        make("red")
    with pytest.raises(ValueError, match="use matrix.tolist"):
        make(np.eye(19))
    with pytest.raises(ValueError, match="not square"):
        make([[1.0, 0.0]])
    with pytest.raises(ValueError, match="finite and not negative"):
        make([[1.0, -1.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="requires the electrodes"):
        ASGPF(n_outputs=2, n_chans=19, sfreq=200, graph="distance", **SIZES)
    with pytest.raises(ValueError, match="built for 19 channels, but the signals have 17"):
        make("distance")(signals(17))
