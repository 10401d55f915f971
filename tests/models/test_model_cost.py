"""A training step takes a bounded number of operations, whatever the batch."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mne_asgpf.models import ASGPF, ASGPFForecaster
from mne_asgpf.models.propagation import messages_along
from mne_asgpf.models.propagation_steps import propagate_steps
from mne_asgpf.models.variant import VARIANTS


class CountOperations(TorchDispatchMode):
    """Count what is dispatched, views included."""

    count = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.count += 1
        return operation(*args, **(kwargs or {}))


def operations_of_a_step(model, loss):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4)
    with CountOperations() as operations:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return operations.count


def classification(n_clips, **options):
    model = ASGPF(n_outputs=4, n_chans=19, n_times=2400, sfreq=200, **options)
    x, y = 3e-5 * torch.randn(n_clips, 19, 2400), torch.arange(n_clips) % 4
    return operations_of_a_step(model, lambda: torch.nn.functional.cross_entropy(model(x), y))


def pretraining(n_clips, **options):
    model = ASGPFForecaster(n_chans=19, n_times=4800, sfreq=200, **options)
    x = 3e-5 * torch.randn(n_clips, 19, 4800)
    return operations_of_a_step(model, lambda: model.loss(model(x)))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("step", "most"), [(classification, 12_000), (pretraining, 40_000)])
def test_operations_of_a_step(step, most, variant):
    count = step(2, variant=variant)
    assert 1_000 < count <= most
    assert step(4, variant=variant) == count


def test_light_variant_takes_half_the_operations():
    published = classification(2, n_layers=2, n_propagation_steps=5)
    assert 2 * classification(2, variant="light", n_layers=2) < published
    assert classification(2, variant="light") < 0.8 * classification(2)


def test_operations_do_not_grow_with_heads():
    assert classification(1, n_heads=8) == classification(1, n_heads=2)


def test_gradient_of_the_propagation():
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        values = torch.randn(shape, generator=generator, dtype=torch.float64) / 2
        return values.requires_grad_()

    width = 3
    weights = [draw(*shape) for _ in "rzc" for shape in ((width, 3 * width), (width,))]

    def propagate(v, S, *weights):
        return propagate_steps(v, messages_along(S), 3, *weights)

    assert torch.autograd.gradcheck(propagate, (draw(2, 4, width), draw(2, 4, 4), *weights))


def test_memory_of_the_propagation():
    # v, r, z and c of every step, and little besides.
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    n_steps, width = 5, 64
    v = torch.randn(8, 19, width, requires_grad=True)
    G = torch.randn(8, 57, 19)
    weights = [torch.randn(s) for _ in "rzc" for s in ((width, 3 * width), (width,))]
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        propagate_steps(v, G, n_steps, *weights)
    kept_of_steps = sum(kept.values()) - 4 * (G.numel() + 9 * width**2)
    assert kept_of_steps <= 4 * n_steps * v.numel() * 4


def test_bfloat16_stays_close():
    torch.manual_seed(0)
    model = ASGPF(n_outputs=4, n_chans=19, n_times=800, sfreq=200, n_units=16).eval()
    x = 3e-5 * torch.randn(4, 19, 800)
    gradients, logits = [], []
    for enabled in (False, True):
        model.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            logits.append(model(x).float())
        logits[-1].square().sum().backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))
    torch.testing.assert_close(*logits, rtol=0.05, atol=0.02)
    assert torch.cosine_similarity(*gradients, dim=0) > 0.99
