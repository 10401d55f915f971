"""OpenEEGBench, braindecode's benchmark of EEG models, on data that is at hand.

Run it with ``python benchmarks/local_open_eeg_bench.py --eegmat DIR --out FOLDER`` after
``pip install --group benchmarks``. OpenEEGBench takes its windows from the hub; here they are
cut from the BIDS copy of eegmat, which is its ``arithmetic_zyma2019``: the same subjects are
trained on, validated on and tested on, as far as the copy has them. An encoder is pre-trained on
the training subjects' windows without their labels, and is compared with one that was not trained.
"""

import argparse
import warnings
from contextlib import contextmanager
from pathlib import Path

import mne
import numpy as np
import pandas as pd
import torch
from braindecode.datasets import BaseConcatDataset, RawDataset
from braindecode.preprocessing import create_fixed_length_windows

from mne_asgpf import ASGPFPretrainer
from mne_asgpf.bids import find_bids_recordings
from mne_asgpf.models import ASGPF
from mne_asgpf.signals import read_recording

DATASET = "arithmetic_zyma2019"
MODEL = "mne_asgpf.models.ASGPF"
#: What adapters are put around: the linear layers of the propagation.
ADAPTED = ["reset", "update", "transform", "read_out"]
STRATEGIES = (
    *("ridge_probe", "frozen", "two_stages", "full_finetune"),
    *("lora", "ia3", "adalora", "dora", "oft"),
)
HEADS = ("linear_head", "mlp_head", "original_head")
TASKS = ("rest", "arithmetic")


def windows_of(raws, descriptions, seconds):
    """Cut recordings into windows as the hub's datasets hold them.

    Parameters
    ----------
    raws : list of mne.io.Raw
        The recordings.
    descriptions : list of dict
        ``subject`` and ``task`` of each; the task is the class.
    seconds : float
        Length of a window.

    Returns
    -------
    windows : braindecode.datasets.BaseConcatDataset
        The windows, in the unit of the recordings.
    """
    parts = [
        RawDataset(raw, pd.Series(description), target_name="task")
        for raw, description in zip(raws, descriptions, strict=True)
    ]
    length = round(seconds * raws[0].info["sfreq"])
    return create_fixed_length_windows(
        BaseConcatDataset(parts),
        window_size_samples=length,
        window_stride_samples=length,
        on_last_window="drop",
        mapping={name: code for code, name in enumerate(TASKS)},
    )


def eegmat(root):
    """Read the recordings of eegmat.

    Parameters
    ----------
    root : path-like
        The BIDS dataset.

    Returns
    -------
    raws : list of mne.io.Raw
        The recordings, in volts.
    descriptions : list of dict
        ``subject`` and ``task`` of each.
    """
    raws, descriptions = [], []
    for row in find_bids_recordings(root).itertuples():
        raws.append(read_recording(row.path, sfreq=200.0))
        task = next(task for task in TASKS if f"task-{task}_" in row.path.name)
        descriptions.append({"subject": row.patient, "task": task})
    return raws, descriptions


@contextmanager
def local_data(windows):
    """Let OpenEEGBench load these windows instead of those of the hub."""
    from open_eeg_bench.dataset import Dataset

    original = Dataset.load
    Dataset.load = lambda self: windows()
    try:
        yield
    finally:
        Dataset.load = original


def run(checkpoint, model_kwargs, windows, folder, strategies, heads, *, n_seeds=1, **training):
    """Run strategies and heads.

    Parameters
    ----------
    checkpoint : path-like
        What ``save_backbone`` wrote.
    model_kwargs : dict
        What it returned, and further options.
    windows : callable
        Gives the windows, anew at each call.
    folder : path-like
        Where OpenEEGBench keeps its results.
    strategies, heads : sequence of str
        What to run; combinations that OpenEEGBench rules out are left out.
    n_seeds : int
        Seeds.
    **training : dict
        Options of its training to change.

    Returns
    -------
    results : pandas.DataFrame
        A row a combination and seed, as OpenEEGBench gives it.
    """
    from open_eeg_bench import benchmark
    from open_eeg_bench.experiment import run_many

    experiments = []
    for strategy in strategies:
        fitting = [one for one in heads if (strategy, one) != ("frozen", "original_head")]
        experiments += benchmark(
            MODEL,
            checkpoint_path=str(checkpoint),
            model_kwargs=model_kwargs,
            peft_target_modules=ADAPTED,
            peft_ff_modules=["transform"],
            datasets=[DATASET],
            heads=fitting,
            finetuning_strategies=[strategy],
            n_seeds=n_seeds,
            infra={"folder": str(folder)},
            only_return_configs=True,
        )
    changed = [
        one.infra.clone_obj({f"training.{name}": value for name, value in training.items()})
        if one.training.kind == "sgd"
        else one
        for one in experiments
    ]
    with local_data(windows):
        results = run_many(changed, collect_all=True)
    return results.assign(strategy=[_strategy(one) for one in changed])


def _strategy(experiment):
    return "ridge_probe" if experiment.training.kind == "ridge" else experiment.finetuning.kind


def pretrain(raws, epochs):
    """Pre-train an encoder on recordings, without labels."""
    return ASGPFPretrainer(max_epochs=epochs, random_state=0, verbose=0).fit(raws).module_


def untrained(raws):
    """Give an encoder that was not trained, with the normalisation of the recordings."""
    torch.manual_seed(0)
    channels = [{"ch_name": name} for name in raws[0].ch_names]
    model = ASGPF(n_outputs=2, chs_info=channels, n_times=2400, sfreq=200.0)
    data = (torch.from_numpy(raw.get_data()[None].astype(np.float32)) for raw in raws)
    model.signals_to_graphs.fit_normalisation(data)
    return model


def main():
    """Run the table and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eegmat", required=True, type=Path, help="eegmat as BIDS")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a window")
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES, choices=STRATEGIES)
    parser.add_argument("--heads", nargs="+", default=HEADS, choices=HEADS)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="of fine-tuning; OpenEEGBench's unless given")
    parser.add_argument("--pretraining-epochs", type=int, default=20)
    parser.add_argument("--from-scratch", action="store_true", help="an untrained encoder as well")
    options = parser.parse_args()

    from open_eeg_bench.default_configs import ALL_DATASETS

    mne.set_log_level("warning")
    options.out.mkdir(parents=True, exist_ok=True)
    raws, descriptions = eegmat(options.eegmat)
    trained_on = set(ALL_DATASETS[DATASET]().splitter.train_values)
    seen = [
        raw for raw, one in zip(raws, descriptions, strict=True) if one["subject"] in trained_on
    ]
    makers = {"pretrained": lambda: pretrain(seen, options.pretraining_epochs)}
    if options.from_scratch:
        makers["untrained"] = lambda: untrained(seen)
    training = {} if options.epochs is None else {"max_epochs": options.epochs}
    tables = []
    for name, make in makers.items():
        path = options.out / f"{name}.pth"
        kwargs = make().save_backbone(path, overwrite=True)
        results = run(
            path,
            kwargs,
            lambda: windows_of(raws, descriptions, options.seconds),
            options.out / f"{name}_results",
            options.strategies,
            options.heads,
            n_seeds=options.seeds,
            **training,
        )
        tables.append(results.assign(encoder=name))
        pd.concat(tables).to_csv(options.out / "results.tsv", sep="\t", index=False)
    table = pd.concat(tables).pivot_table(
        "test_balanced_accuracy", ["encoder", "strategy"], "head", sort=False
    )
    print(table.round(3).to_string())


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
