"""The regularisers act on the learned graph and reach the loss."""

import numpy as np
import pytest
import torch

from mne_asgpf.estimators import ASGPFClassifier
from mne_asgpf.models import ASGPF
from mne_asgpf.models.graph_regularisers import graph_regularisation

SIZES = {"n_units": 6, "n_layers": 2, "n_propagation_steps": 2, "graph_hidden_size": 8}
NAMES = ("smoothness", "degree", "sparsity")


def example(n_nodes=7):
    generator = torch.Generator().manual_seed(0)
    graphs = torch.rand(2, 3, n_nodes, n_nodes, generator=generator).softmax(-1)
    features = torch.randn(2, 3, n_nodes, 4, generator=generator)
    return graphs, features, torch.ones(2, 3, n_nodes, dtype=torch.bool)


def test_values_by_hand():
    graphs, features, valid = example()
    W = (graphs + graphs.mT) / 2
    expected = {
        "smoothness": sum(
            W[..., i, j] * (features[:, :, i] - features[:, :, j]).square().mean(-1)
            for i in range(7)
            for j in range(7)
        )
        / (2 * 7**2),
        "degree": -W.sum(-1).log().sum(-1) / 7,
        "sparsity": W.square().sum((-2, -1)) / 7**2,
    }
    for name in NAMES:
        value = graph_regularisation(graphs, features, valid, **{name: 2.0})
        torch.testing.assert_close(value, 2 * expected[name].mean(1))
    total = graph_regularisation(graphs, features, valid, **dict.fromkeys(NAMES, 2.0))
    torch.testing.assert_close(total, sum(2 * term.mean(1) for term in expected.values()))


@pytest.mark.parametrize("name", NAMES)
def test_missing_data_are_not_used(name):
    graphs, features, valid = example()
    valid[:, :, 6] = False
    valid[:, 2] = False
    value = graph_regularisation(graphs, features, valid, **{name: 1.0})
    kept = (part[:, :2] for part in (graphs[..., :6, :6], features[:, :, :6], valid[..., :6]))
    torch.testing.assert_close(value, graph_regularisation(*kept, **{name: 1.0}))


@pytest.mark.parametrize("name", NAMES)
def test_descent_changes_the_graph_as_meant(name):
    _, features, valid = example()
    scores = torch.randn(2, 3, 7, 7, generator=torch.Generator().manual_seed(1)).requires_grad_()
    before = graph_regularisation(scores.softmax(-1), features, valid, **{name: 1.0}).sum()
    (slope,) = torch.autograd.grad(before, scores)
    graphs = (scores - 10 * slope).softmax(-1)
    after = graph_regularisation(graphs, features, valid, **{name: 1.0}).sum()
    assert after < before - 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_module_exposes_them_with_gradient(name):
    torch.manual_seed(0)
    x = 3e-5 * torch.randn(2, 5, 600)
    options = {"n_outputs": 3, "n_chans": 5, "sfreq": 200, **SIZES}
    assert not ASGPF(**options).explain(x).regularisation.any()
    model = ASGPF(**options, **{f"graph_{name}": 1.0})
    typing = model.explain(x)
    assert typing.regularisation.shape == (2,)
    typing.regularisation.mean().backward()
    for cell in model.encoder.cells:
        assert cell.graph_learner.w.grad.norm() > 0


def test_classifier_adds_them_to_the_training_loss_only():
    rng = np.random.default_rng(0)
    X = 3e-5 * rng.standard_normal((8, 19, 400)).astype(np.float32)
    y = np.tile(["a", "b"], 4)

    def history(**options):
        classifier = ASGPFClassifier(
            min_batches=1,
            max_epochs=1,
            train_split=None,
            random_state=0,
            module__drop_prob=0.0,
            **{f"module__{name}": value for name, value in (SIZES | options).items()},
        ).fit(X, y)
        with torch.no_grad():
            evaluated = classifier.evaluation_step((torch.from_numpy(X), None))
        return classifier.history[-1, "train_loss"], evaluated

    plain, _ = history()
    weighed, evaluated = history(graph_degree=-5.0)
    assert abs(weighed - plain) > 1e-3
    assert isinstance(evaluated, torch.Tensor)
    assert history(graph="distance")[0] != plain
