"""The adapters of peft on the model: they act, train, merge and are saved.

peft is not a test dependency; ``make benchmarks-check`` installs it and runs this.
"""

import pytest
import torch

from mne_asgpf.models import ASGPF

peft = pytest.importorskip("peft", reason="pip install --group benchmarks")

SIZES = {"n_units": 8, "n_layers": 2, "n_propagation_steps": 2, "n_bins": 24}
LAYERS = ["reset", "update", "transform", "read_out"]
ADAPTERS = {
    "lora": lambda layers: peft.LoraConfig(r=4, target_modules=layers),
    "dora": lambda layers: peft.LoraConfig(r=4, target_modules=layers, use_dora=True),
    "ia3": lambda layers: peft.IA3Config(target_modules=layers, feedforward_modules=layers),
    "adalora": lambda layers: peft.AdaLoraConfig(
        target_modules=layers, total_step=10, tinit=1, tfinal=2
    ),
    "oft": lambda layers: peft.OFTConfig(oft_block_size=8, target_modules=layers),
}


def make(**options):
    torch.manual_seed(0)
    return ASGPF(n_outputs=3, n_chans=5, n_times=600, sfreq=200, **SIZES | options).eval()


def signals():
    return 3e-5 * torch.randn(4, 5, 600, generator=torch.Generator().manual_seed(0))


def train(model, x, steps=3):
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), torch.tensor([0, 1, 2, 0])).backward()
        optimizer.step()
    return trained


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("variant", ["repaired", "light"])
def test_lora_on_each_layer_acts_and_trains(layer, variant):
    model, x = make(variant=variant), signals()
    before = model(x).detach()
    adapted = peft.get_peft_model(model, ADAPTERS["lora"]([layer])).eval()
    torch.testing.assert_close(adapted(x), before)  # it starts at 0
    trained = train(adapted, x)
    assert all(p.grad.abs().max() > 0 for p in trained)
    assert (adapted(x) - before).abs().max() > 1e-5


@pytest.mark.parametrize("name", ADAPTERS)
def test_adapters_merge(name):
    x = signals()
    adapted = peft.get_peft_model(make(), ADAPTERS[name](LAYERS)).eval()
    before = adapted(x).detach()
    train(adapted, x)
    after = adapted(x).detach()
    assert (after - before).abs().max() > 1e-4
    merged = adapted.merge_and_unload()
    assert type(merged.encoder.cells[0].gate.reset) is torch.nn.Linear
    torch.testing.assert_close(merged(x), after, atol=1e-5, rtol=1e-5)


def test_adapters_are_saved_and_read_back(tmp_path):
    x = signals()
    config = peft.LoraConfig(r=4, target_modules=LAYERS, modules_to_save=["final_layer"])
    adapted = peft.get_peft_model(make(), config).eval()
    train(adapted, x)
    adapted.save_pretrained(tmp_path)
    restored = peft.PeftModel.from_pretrained(make(), tmp_path).eval()
    torch.testing.assert_close(restored(x), adapted(x))
