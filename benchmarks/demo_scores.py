"""Scores of the demo on patients never seen, for several seeds.

Run it with ``python benchmarks/demo_scores.py [--seeds 3] [--out FILE.tsv]``. Each seed
draws another synthetic corpus and another start of the training. All data is synthetic.
"""

import argparse
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import mne
import pandas as pd
import torch

from mne_asgpf.commands._demo_steps import Demo
from mne_asgpf.evaluation import scores_table


def run_seed(seed, n_patients, pretrain_epochs, epochs):
    """Run the demo's stages for one seed, up to the scores."""
    with tempfile.TemporaryDirectory() as folder:
        run = Demo(Path(folder) / "demo", seed=seed, n_jobs=2)
        run.prepare_folder(overwrite=False)
        run.simulate(n_patients)
        run.convert()
        run.read()
        run.pretrain(pretrain_epochs)
        run.finetune(epochs)
        run.evaluate()
    return scores_table(run.scores).assign(seed=seed)


def main():
    """Run all seeds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--n-patients", type=int, default=56)
    parser.add_argument("--pretrain-epochs", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    mne.set_log_level("WARNING")
    packages = ("mne_asgpf", "torch", "braindecode", "mne", "skorch", "numpy")
    print(platform.processor() or platform.machine(), torch.get_num_threads(), "threads")
    print(", ".join(f"{name} {version(name)}" for name in packages))
    start = time.perf_counter()
    table = pd.concat(
        run_seed(seed, options.n_patients, options.pretrain_epochs, options.epochs)
        for seed in range(options.seeds)
    ).reset_index()
    if options.out:
        table.to_csv(options.out, sep="\t", index=False)
    print("SYNTHETIC data. Four classes, weighted F1 on patients never seen:")
    f1 = table.pivot(index="system", columns="seed", values="weighted_f1")
    print(f1.assign(mean=f1.mean(axis=1), sd=f1.std(axis=1)).round(3).to_string())
    sizes = table[["seed", "n_clips", "n_patients"]].drop_duplicates()
    print(sizes.to_string(index=False))
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
