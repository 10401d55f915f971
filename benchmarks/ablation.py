"""Each repair of the released scripts, toggled one at a time, on synthetic recordings.

Run it with ``python benchmarks/ablation.py [--seeds 3] [--out FILE.tsv]``. One row a
switch: the repaired model with that switch alone as released; besides the repaired and
the released model, and the switch that has no repaired value yet. Each seed draws other
patients and another start. Scores are of patients never seen; all data is synthetic.
"""

import argparse
import platform
import time
from importlib.metadata import version
from pathlib import Path

import mne
import pandas as pd
import torch
from synthetic_recordings import simulate_patients

from mne_asgpf import ASGPFClassifier
from mne_asgpf.evaluation import score_typing, spectrum_baseline
from mne_asgpf.evaluation.typing import clip_arrays
from mne_asgpf.models.variant import SWITCHES
from mne_asgpf.windows import typed_windows

# These two act in pre-training alone.
_NOT_IN_CLASSIFIER = ("decoder_start", "pretraining_loss")


def variants():
    """Name the models and say how each differs from the default."""
    yield "repaired", {}
    yield "released", {"module__variant": "released"}
    for switch in SWITCHES:
        if switch.name not in _NOT_IN_CLASSIFIER and switch.released != switch.repaired:
            change = {"module__switches": {switch.name: switch.released}}
            yield f"{switch.name}={switch.released}", change
    seen = {"module__switches": {"learner_input": "input_and_state"}}
    yield "learner_input=input_and_state", seen


def main():
    """Train every model for every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--n-train", type=int, default=40)
    parser.add_argument("--n-test", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    mne.set_log_level("ERROR")
    packages = ("mne_asgpf", "torch", "braindecode", "mne", "skorch", "numpy")
    print(platform.processor() or platform.machine(), torch.get_num_threads(), "threads")
    print(", ".join(f"{name} {version(name)}" for name in packages), flush=True)
    start = time.perf_counter()
    rows = []
    for seed in range(options.seeds):
        train, test = simulate_patients(options.n_train, options.n_test, seed)
        windows = typed_windows(train, first_clip_only=False)
        X, y, _ = clip_arrays(windows)
        systems = {"spectrum only": spectrum_baseline(random_state=seed).fit(X, y)}
        for name, change in variants():
            systems[name] = ASGPFClassifier(
                module__n_units=32,
                module__n_bins=50,
                module__n_propagation_steps=1,
                module__drop_prob=0.1,
                max_epochs=options.epochs,
                lr=4e-3,
                batch_size=16,
                train_split=None,
                random_state=seed,
                verbose=0,
                **change,
            ).fit(windows)
            score = score_typing({name: systems[name]}, test, random_state=seed)[name]
            print(f"seed {seed} {name}: {score.weighted_f1:.3f}", flush=True)
        for name, score in score_typing(systems, test, random_state=seed).items():
            rows.append(
                {"model": name, "seed": seed, "f1": score.weighted_f1, "auroc": score.macro_auroc}
            )
        if options.out:
            pd.DataFrame(rows).to_csv(options.out, sep="\t", index=False)
    print("SYNTHETIC data. Four classes given a seizure, patients never seen, weighted F1:")
    table = pd.DataFrame(rows).pivot(index="model", columns="seed", values=["f1", "auroc"])
    means = table.T.groupby(level=0).mean().T.add_suffix("_mean")
    print(pd.concat([table["f1"], means], axis=1).round(3).to_string())
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
