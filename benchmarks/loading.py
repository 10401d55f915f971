"""Which part of a training epoch goes by waiting for windows.

Run it with ``python benchmarks/loading.py [--batches 4] [--rounds 3] [--json FILE]``. A signal
store of noise is written and a stage is fitted on windows read from it; the time that the loop
waits for its next batch, augmentation and all that a step does not need left out, is divided by
the time of the epoch. Variants and numbers of loading processes are interleaved, figures are
medians over epochs. Files are in the page cache, unless they do not fit into it. The share is
the greater, the less a model computes: the light variant is the hardest to feed.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import mne
import numpy as np
import torch

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.signals.prepared import PreparedRecording
from mne_asgpf.signals.signal_store import write_signals

SFREQ, CLIP, BATCH = 200, 12, 48


class Waiting:
    """A loader that notes how long its next batch is waited for."""

    def __init__(self, loader):
        self.loader = loader
        self.seconds = 0.0

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def __iter__(self):
        self.seconds, batches = 0.0, iter(self.loader)
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            self.seconds += time.perf_counter() - start
            if batch is None:
                return
            yield batch


def timed(estimator_class):
    """Make an estimator that notes, epoch by epoch, how long it waited for training windows."""

    class Timed(estimator_class):
        def get_iterator(self, dataset, training=False, **kwargs):
            loader = super().get_iterator(dataset, training=training, **kwargs)
            return Waiting(loader) if training else loader

        def run_single_epoch(self, iterator, training, prefix, step_fn, **kwargs):
            start = time.perf_counter()
            super().run_single_epoch(iterator, training, prefix, step_fn, **kwargs)
            if training:
                self.shares.append((iterator.seconds, time.perf_counter() - start))

    return Timed


def write_store(root, n_recordings, seconds):
    """Write prepared recordings of noise, each with a seizure in every minute."""
    rng = np.random.default_rng(0)
    for i in range(n_recordings):
        onsets = np.arange(5.0, seconds - 20, 14.0)
        labels = np.array(["fnsz", "absz"])[np.arange(len(onsets)) % 2]
        recording = PreparedRecording(
            data=2e-5 * rng.standard_normal((len(ELECTRODES), seconds * SFREQ)),
            ch_names=list(ELECTRODES),
            sfreq=float(SFREQ),
            bads=[],
            annotations=mne.Annotations(onsets, 13.0, labels),
            source_sfreq=float(SFREQ),
            labels={name: name for name in ELECTRODES},
            path=None,
            subject_info=None,
            meas_date=None,
        )
        write_signals(
            root / f"{i}.h5",
            recording,
            about={"patient": f"p{i}", "labelled": True},
            provenance={},
        )


def epochs(stage, variant, n_workers, store, n_epochs):
    """Fit a stage; give the share of the time spent waiting, and the windows a second."""
    options = {
        "module__variant": variant,
        "max_epochs": n_epochs + 1,
        "batch_size": BATCH,
        "train_split": None,
        "random_state": 0,
        "verbose": 0,
        "iterator_train__num_workers": n_workers,
        "iterator_train__persistent_workers": n_workers > 0,
        "callbacks__print_log": None,
    }
    if stage == "classification":
        options |= {"background": 0.0}
    net = timed({"pre-training": ASGPFPretrainer, "classification": ASGPFClassifier}[stage])
    estimator = net(**options)
    estimator.shares = []
    estimator.fit(store)
    n_windows = sum(batch["train_batch_size"] for batch in estimator.history[-1]["batches"])
    waited, took = zip(*estimator.shares[1:], strict=True)  # the first epoch warms up
    shares = [one / whole for one, whole in zip(waited, took, strict=True)]
    return {
        "share": statistics.median(shares),
        "ms_a_batch": 1e3 * statistics.median(waited) * BATCH / n_windows,
        "windows_a_second": n_windows / statistics.median(took),
    }


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=4, help="batches an epoch")
    parser.add_argument("--rounds", type=int, default=3, help="epochs of each row")
    parser.add_argument("--stages", nargs="+", default=["pre-training", "classification"])
    parser.add_argument("--variants", nargs="+", default=["repaired", "light"])
    parser.add_argument("--workers", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    mne.set_log_level("ERROR")
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"mne {mne.__version__}, h5py {version('h5py')}; batch {BATCH}, {args.batches} batches, "
        f"{args.rounds} epochs"
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        n_recordings = 8
        write_store(Path(folder), n_recordings, (args.batches * BATCH // n_recordings + 1) * CLIP)
        for stage in args.stages:
            for variant in args.variants:
                for n_workers in args.workers:
                    measured = epochs(stage, variant, n_workers, folder, args.rounds)
                    rows.append(
                        {"stage": stage, "variant": variant, "workers": n_workers, **measured}
                    )
                    print(
                        "{stage:15} {variant:9} {workers} workers: {share:7.2%} of an epoch, "
                        "{ms_a_batch:6.1f} ms a batch, {windows_a_second:7.1f} windows/s".format(
                            **rows[-1]
                        )
                    )
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
