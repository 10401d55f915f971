"""Each repair of the released scripts, toggled one at a time, on synthetic recordings.

Run it with ``python benchmarks/ablation.py [--seeds 3] [--out FILE.tsv]``. One row a
switch: the repaired model with that switch alone as released; besides the repaired, the
released and the light model, one whose graph learner sees the hidden state, and one that
takes the five propagation steps of the publication instead of one. Each seed draws other
patients and another start. Scores are of patients never seen, differences to the repaired
model paired by patient over all seeds; all data is synthetic.
"""

import argparse
import platform
import time
from importlib.metadata import version
from pathlib import Path

import mne
import numpy as np
import pandas as pd
import torch
from synthetic_recordings import simulate_patients

from mne_asgpf import ASGPFClassifier
from mne_asgpf.evaluation import (
    clip_arrays,
    compare_clips,
    score_clips,
    spectrum_baseline,
    type_probabilities,
)
from mne_asgpf.models.variant import SWITCHES
from mne_asgpf.windows import typed_windows

# These two act in pre-training alone.
_NOT_IN_CLASSIFIER = ("decoder_start", "pretraining_loss")
_BASELINE = "spectrum only"


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
    yield "light", {"module__variant": "light"}
    yield "five propagation steps", {"module__n_propagation_steps": 5}


def make_classifier(epochs, seed, change):
    """Build a small classifier."""
    return ASGPFClassifier(
        **{
            "module__n_units": 32,
            "module__n_bins": 50,
            "module__n_propagation_steps": 1,
            "module__drop_prob": 0.1,
            "max_epochs": epochs,
            "lr": 4e-3,
            "batch_size": 16,
            "train_split": None,
            "random_state": seed,
            "verbose": 0,
        }
        | change
    )


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
    names = [name for name, _ in variants()]
    truth, patients, given = [], [], {name: [] for name in [_BASELINE, *names]}
    rows = []
    for seed in range(options.seeds):
        train, test = simulate_patients(options.n_train, options.n_test, seed)
        windows, test = typed_windows(train, first_clip_only=False), typed_windows(test)
        (X, y, _), (X_test, y_test, of_patients) = clip_arrays(windows), clip_arrays(test)
        systems = {_BASELINE: spectrum_baseline(random_state=seed).fit(X, y)}
        truth.append(y_test)
        patients.append([f"{seed}-{patient}" for patient in of_patients])
        for name, change in [(_BASELINE, None), *variants()]:
            if name not in systems:
                systems[name] = make_classifier(options.epochs, seed, change).fit(windows)
            probabilities = type_probabilities(systems[name], X_test, test.classes)
            given[name].append(probabilities)
            score = score_clips(y_test, probabilities, test.classes, groups=of_patients)
            rows.append({"model": name, "seed": seed, **score.to_frame().iloc[0]})
            print(f"seed {seed} {name}: {score.weighted_f1:.3f}", flush=True)
        if options.out:
            pd.DataFrame(rows).to_csv(options.out, sep="\t", index=False)
    y, groups = np.concatenate(truth), np.concatenate(patients)
    pooled = {name: np.concatenate(of_seeds) for name, of_seeds in given.items()}
    table = pd.DataFrame(rows).pivot(index="model", columns="seed", values="weighted_f1")
    table["mean"] = table.mean(axis=1)
    for name in pooled:
        difference, (low, high) = compare_clips(
            y, pooled[name], pooled["repaired"], test.classes, groups=groups, random_state=0
        )
        table.loc[name, ["difference", "low", "high"]] = difference, low, high
    print("SYNTHETIC data. Four classes given a seizure, patients never seen, weighted F1, and")
    print(f"its difference to 'repaired' over all {len(set(groups))} patients, 95 % interval:")
    print(table.loc[list(pooled)].round(3).to_string())
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
