"""OpenEEGBench with its own loader, heads and strategies, on small synthetic datasets.

It is not a test dependency; ``make benchmarks-check`` installs it and runs this.
"""

import sys
from pathlib import Path

import mne
import numpy as np
import pytest
import torch

from mne_asgpf.models import ASGPF

pytest.importorskip("open_eeg_bench", reason="pip install --group benchmarks")
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import local_open_eeg_bench as bench

SIZES = {"n_units": 8, "n_layers": 1, "n_propagation_steps": 1, "n_bins": 50}
CHANNELS = ["Fp1", "Fz", "Cz", "Pz", "O1", "T8"]
SFREQ = 128

pytestmark = [
    # skorch and peft on each other's and torch's ways, none of them ours.
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The signals are:RuntimeWarning"),  # told by other tests
]


def recordings(of_a_volt=1.0, sfreq=SFREQ, seconds=16):
    """Two tasks that are told apart by a rhythm, in all 36 subjects of the split."""
    rng = np.random.default_rng(0)
    t = np.arange(seconds * sfreq) / sfreq
    raws, descriptions = [], []
    for subject in range(36):
        for task, frequency in zip(bench.TASKS, (10.0, 20.0), strict=True):
            noise = 5e-6 * rng.standard_normal((len(CHANNELS), len(t)))
            data = noise + 2e-5 * np.sin(2 * np.pi * frequency * t)
            info = mne.create_info(CHANNELS, sfreq, "eeg")
            raws.append(mne.io.RawArray(of_a_volt * data, info, verbose="error"))
            descriptions.append({"subject": f"{subject:02d}", "task": task})
    return raws, descriptions


@pytest.fixture
def checkpoint(tmp_path):
    torch.manual_seed(0)
    model = ASGPF(n_outputs=5, n_chans=3, n_times=2400, sfreq=200, **SIZES)
    model.signals_to_graphs.normalisation.fix(torch.full((50,), 4.0), torch.full((50,), 1.5))
    kwargs = model.save_backbone(tmp_path / "backbone.pth")
    return tmp_path / "backbone.pth", kwargs


def run(checkpoint, tmp_path, strategies, heads, data=None, seconds=2, status="completed"):
    raws, descriptions = data or recordings()
    path, kwargs = checkpoint
    results = bench.run(
        path,
        kwargs,
        lambda: bench.windows_of(raws, descriptions, seconds),
        tmp_path / "results",
        strategies,
        heads,
        max_epochs=2,
        lr=0.01,
        batch_size=32,
    )
    assert set(results["status"]) == {status}
    return results


@pytest.mark.parametrize("strategy", bench.STRATEGIES)
def test_every_strategy_with_every_head(checkpoint, tmp_path, strategy):
    results = run(checkpoint, tmp_path, [strategy], bench.HEADS)
    n_heads = {"ridge_probe": 1, "frozen": 2}.get(strategy, 3)
    assert len(results) == n_heads
    assert (results["test_balanced_accuracy"] >= 0.5).all()
    if strategy in ("ridge_probe", "full_finetune"):
        assert results["test_balanced_accuracy"].max() > 0.9


@pytest.mark.parametrize(
    ("of_a_volt", "sfreq", "seconds"), [(1e6, 128, 1), (3e4, 250, 4), (1.0, 100, 16)]
)
def test_other_units_rates_and_lengths(checkpoint, tmp_path, of_a_volt, sfreq, seconds):
    data = recordings(of_a_volt, sfreq, seconds=seconds)
    results = run(checkpoint, tmp_path, ["ridge_probe"], ["linear_head"], data, seconds)
    assert results["test_balanced_accuracy"].item() > 0.9


def test_a_checkpoint_of_other_options_is_refused(checkpoint, tmp_path):
    path, kwargs = checkpoint
    other = path, kwargs | {"n_units": 16}
    results = run(other, tmp_path, ["ridge_probe"], ["linear_head"], status="failed")
    # So ends the loader's message, which lists the weights that differ.
    assert "training_required_modules" in results["exception"].item()
