"""The released variant reproduces the released scripts' numbers."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from vectors import build, inputs, read_vectors, vector_files

from mne_asgpf.models.released_names import released_name

CLASSIFIERS = vector_files("classification")
FORECASTERS = vector_files("ssl")
SSL_MEAN, SSL_STD = 3.808460947197539, 1.5516092967049024

pytestmark = pytest.mark.usefixtures("shared")


def classify(model, arrays, dtype):
    x, graph, present = inputs(arrays, dtype)
    encoded = model.encoder(x, graph, present)
    lengths = torch.from_numpy(arrays["seq_lengths"])
    pooled = model.pool(encoded, lengths)
    return model.classify(pooled, model.embed(pooled, None, present), present), encoded


def forecast(model, arrays, dtype, record=None):
    x, graph, present = inputs(arrays, dtype)
    encoded = model.encoder(x, graph, present)
    last = [hidden[:, -1] for hidden in encoded.hidden]
    n_seconds = arrays["y"].shape[1]
    return model.decoder(last, graph, present, n_seconds, record=record), encoded


def layer_major(tensors):
    return torch.stack(tensors).transpose(1, 2).detach().numpy()


@pytest.mark.parametrize("path", CLASSIFIERS, ids=lambda path: path.stem)
def test_classifier_outputs(path):
    arrays, config = read_vectors(path)
    logits, encoded = classify(build(arrays, config).eval(), arrays, torch.float32)
    np.testing.assert_allclose(logits.detach(), arrays["logits"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        layer_major(encoded.graphs), arrays["enc_supports"], rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(
        layer_major(encoded.hidden), arrays["enc_hidden"], rtol=1e-5, atol=1e-5
    )
    exact, _ = classify(build(arrays, config, torch.float64).eval(), arrays, torch.float64)
    np.testing.assert_allclose(exact.detach(), arrays["logits_f64"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("path", CLASSIFIERS, ids=lambda path: path.stem)
def test_raw_graph(path):
    arrays, config = read_vectors(path)
    learner = build(arrays, config).eval().encoder.cells[0].graph_learner
    x, graph, present = inputs(arrays)
    S = graph.support
    for t in range(x.shape[1]):
        attention = learner.attention(learner.scores(x[:, t]), S, ~present[:, None])
        raw = learner.raw_graph(attention).detach()
        np.testing.assert_allclose(raw, arrays["raw_adj_l0"][t], rtol=1e-5, atol=1e-5)
        S = torch.from_numpy(arrays["enc_supports"][0, t])


@pytest.mark.parametrize("path", FORECASTERS, ids=lambda path: path.stem)
def test_forecaster_outputs(path):
    arrays, config = read_vectors(path)
    record = []
    pred, encoded = forecast(build(arrays, config).eval(), arrays, torch.float32, record)
    np.testing.assert_allclose(pred.detach(), arrays["pred"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        layer_major(encoded.hidden), arrays["enc_hidden"], rtol=1e-5, atol=1e-5
    )
    graphs, hidden = (
        torch.stack(tensors).detach().unflatten(0, arrays["dec_hidden"].shape[:2])
        for tensors in zip(*record, strict=True)
    )
    np.testing.assert_allclose(graphs, arrays["dec_supports"], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(hidden, arrays["dec_hidden"], rtol=1e-5, atol=1e-5)
    exact, _ = forecast(build(arrays, config, torch.float64).eval(), arrays, torch.float64)
    np.testing.assert_allclose(exact.detach(), arrays["pred_f64"], rtol=1e-9, atol=1e-12)


def training_loss(model, arrays, config, kind, dtype=torch.float32):
    if kind == "ce":
        logits, _ = classify(model, arrays, dtype)
        labels = torch.from_numpy(arrays["labels"])
        if config["num_classes"] == 1:
            return F.binary_cross_entropy_with_logits(logits.flatten(), labels.to(dtype))
        return F.cross_entropy(logits, labels)
    pred, _ = forecast(model, arrays, dtype)
    error = (pred - torch.from_numpy(arrays["y"].astype(np.float64)).to(dtype)) * SSL_STD
    return error.abs().mean() if kind == "mae" else error.square().mean().sqrt()


def cases():
    for path in CLASSIFIERS:
        yield pytest.param(path, "ce", id=f"{path.stem}-ce")
    for path in FORECASTERS:
        for kind in ("mae", "rmse"):
            yield pytest.param(path, kind, id=f"{path.stem}-{kind}")


def assert_gradient(name, gradient, arrays, kind):
    gradient = gradient.detach().numpy()
    norm = float(arrays[f"gradnorm_f64/{kind}/{name}"])
    tolerance = 1e-4 * norm + 1e-12
    stored = f"grad/{kind}/{name}"
    if stored in arrays:
        assert np.linalg.norm(gradient - arrays[stored]) <= tolerance, name
        return
    digest = f"graddigest/{kind}/{name}"
    if f"{digest}/norm" not in arrays:
        assert abs(np.linalg.norm(gradient.astype(np.float64)) - norm) <= tolerance, name
        return
    assert abs(np.linalg.norm(gradient.astype(np.float64)) - arrays[f"{digest}/norm"]) <= tolerance
    np.testing.assert_allclose(gradient.ravel()[::61], arrays[f"{digest}/sample61"], atol=tolerance)
    for axis, sums in ((1, "rowsum"), (0, "colsum")):
        np.testing.assert_allclose(
            gradient.astype(np.float64).sum(axis),
            arrays[f"{digest}/{sums}"],
            atol=tolerance * gradient.shape[axis] ** 0.5,
        )


@pytest.mark.parametrize(("path", "kind"), list(cases()))
def test_loss_and_gradients(path, kind):
    arrays, config = read_vectors(path)
    model = build(arrays, config).train()
    loss = training_loss(model, arrays, config, kind)
    np.testing.assert_allclose(loss.item(), arrays[f"train/{kind}/loss"], rtol=1e-5)
    loss.backward()
    checked = 0
    for own, parameter in model.named_parameters():
        name = released_name(own)
        if f"gradnorm_f64/{kind}/{name}" in arrays:
            assert_gradient(name, parameter.grad, arrays, kind)
            checked += 1
    assert checked == sum(name.startswith(f"gradnorm_f64/{kind}/") for name in arrays)
    exact = training_loss(
        build(arrays, config, torch.float64).train(), arrays, config, kind, torch.float64
    )
    np.testing.assert_allclose(exact.item(), arrays[f"train/{kind}/loss_f64"], rtol=1e-9)


@pytest.mark.parametrize(
    ("path", "kind"), [case for case in cases() if not case.id.endswith("mae")]
)
def test_adam_steps(path, kind):
    arrays, config = read_vectors(path)
    model = build(arrays, config).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=config["lr"])
    losses = []
    for _ in arrays[f"train/{kind}/adam_losses"]:
        optimiser.zero_grad()
        loss = training_loss(model, arrays, config, kind)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        losses.append(loss.item())
    np.testing.assert_allclose(losses, arrays[f"train/{kind}/adam_losses"], rtol=1e-4)
