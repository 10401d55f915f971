"""How long the way from EDF files to windows takes, stage by stage and as a whole.

Run it with ``python benchmarks/data.py [--rounds 5] [--minutes 20] [--json FILE]``. Each stage
stands beside a baseline: what the released scripts do, rewritten here as plainly as they are
described (a recording read whole, resampled whole in double precision, spectra second by
second, graphs pair by pair, a window by loading the whole file). Rounds are interleaved,
figures are medians, and "ratio" is of the same round's times. Stages run on one thread; whole
paths in two processes, over recordings of a friendly number of seconds and of a prime one. All
recordings are noise. Files are in the page cache when they are read, unless "cold" is said.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

import edfio
import h5py
import mne
import numpy as np
import scipy.signal
import torch
from joblib import Parallel, delayed
from torch.utils.data import DataLoader, RandomSampler

from mne_asgpf import (
    prepare_corpus,
    prepare_raw,
    pretraining_windows,
    read_raw_asgpf_h5,
    recording_windows,
)
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.corpora.edf_signals import read_edf_signals
from mne_asgpf.event_table import make_event_table
from mne_asgpf.models.graphs import spectral_correlation
from mne_asgpf.models.spectra import LogSpectra
from mne_asgpf.signals.recording import read_prepared
from mne_asgpf.signals.resample import resample_exact, resample_released
from mne_asgpf.signals.signal_store import write_signals

LABELS = [f"EEG {name}-REF" for name in (*ELECTRODES, "A1", "A2")]
SFREQ, CLIP = 250, 2400
N_RECORDINGS, N_PROCESSES = 6, 2
SPECTRA = LogSpectra(200)


def write_edf(path, seconds):
    """Write a recording of noise."""
    rng = np.random.default_rng(0)
    signals = [
        edfio.EdfSignal(
            rng.normal(0, 30, seconds * SFREQ).clip(-490, 490), SFREQ, label=label,
            physical_dimension="uV", physical_range=(-500, 500),
        )
        for label in LABELS
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    edfio.Edf(signals).write(path)


def write_corpus(root, seconds):
    """Write recordings of the same content in the layout of TUSZ."""
    folder = root / "edf/train/aaaaaaaa/s001_2010/01_tcp_ar"
    first = folder / "aaaaaaaa_s001_t000.edf"
    write_edf(first, seconds)
    events = make_event_table([{"onset": 60.0, "duration": 30.0, "label": "seiz"}])
    for i in range(N_RECORDINGS):
        path = folder / f"aaaaaaaa_s001_t{i:03d}.edf"
        if i:
            os.link(first, path)
        write_annotation_file(path.with_suffix(".csv_bi"), events, duration=seconds)
    return sorted(folder.glob("*.edf"))


# As the scripts do it, rewritten.


def baseline_read(path):
    """Read all channels, in double precision, and keep 19."""
    return mne.io.read_raw_edf(path, preload=True, verbose="error").get_data(picks=LABELS[:19])


def baseline_spectra(window):
    """Transform second by second."""
    steps = [window[:, i : i + 200] for i in range(0, window.shape[1], 200)]
    amplitudes = [np.abs(np.fft.fft(1e6 * step)[:, :100]) for step in steps]
    return np.array([np.log(np.where(a == 0, 1e-8, a)) for a in amplitudes])


def baseline_graph(spectra):
    """Correlate pair by pair, then keep the three strongest edges of each row."""
    f = spectra.transpose(1, 0, 2).reshape(19, -1)
    graph = np.eye(19)
    for i in range(19):
        for j in range(i + 1, 19):
            scale = np.sqrt(np.sum(np.abs(f[i]) ** 2) * np.sum(np.abs(f[j]) ** 2))
            graph[i, j] = graph[j, i] = np.abs(np.correlate(f[i], f[j], "valid")[0] / scale)
    weakest = np.argsort(graph, axis=1)[:, :-4]
    np.put_along_axis(graph, weakest, 0, axis=1)
    return graph


def baseline_store(path, target):
    """Resample a recording and write it."""
    resampled = resample_released(baseline_read(path), SFREQ, 200)
    with h5py.File(target, "w") as file:
        file["signals"] = resampled
    return resampled


def baseline_window(path, start, stop):
    """Load the whole file to take a window from it."""
    with h5py.File(path) as file:
        return file["signals"][()][:, start:stop]


def baseline_pair(path, start):
    """Load a clip and the next one, and compute what the model is given."""
    clips = [baseline_window(path, first, first + CLIP) for first in (start, start + CLIP)]
    spectra = [baseline_spectra(clip) for clip in clips]
    return spectra, baseline_graph(spectra[0])


def baseline_whole(path, target):
    """Go from the EDF to spectra and graphs on disk."""
    resampled = resample_released(baseline_read(path), SFREQ, 200)
    spectra = [baseline_spectra(window) for window in cut(resampled)]
    np.savez(target, spectra=np.float32(spectra), graphs=[baseline_graph(s) for s in spectra])


# Ours.


def own_read(path):
    """Read 19 channels."""
    header = read_edf_header(path)
    return np.stack(read_edf_signals(header, LABELS[:19]))


def mne_read(path):
    """Read 19 channels with mne."""
    return mne.io.read_raw_edf(path, include=LABELS[:19], preload=True, verbose="error")


def cut(signals):
    """Cut all whole clips."""
    n = signals.shape[1] // CLIP
    return signals[:, : n * CLIP].reshape(19, n, CLIP).swapaxes(0, 1)


def own_spectra(windows):
    """Transform all windows at once."""
    return SPECTRA(torch.from_numpy(np.ascontiguousarray(windows, dtype=np.float32)))


def own_graphs(spectra):
    """Correlate all windows at once."""
    return spectral_correlation(spectra, torch.ones(spectra.shape[:3], dtype=torch.bool))


def own_store(path, target):
    """Prepare a recording and write it."""
    write_signals(target, read_prepared(path))


def own_whole(path, target, through_mne=False):
    """Go from the EDF to spectra and graphs on disk."""
    torch.set_num_threads(1)
    mne.set_log_level("error")
    if through_mne:
        signals = prepare_raw(mne_read(path), verbose="error").get_data()
    else:
        signals = read_prepared(path).data
    spectra = own_spectra(cut(signals))
    np.savez(target, spectra=spectra.numpy(), graphs=own_graphs(spectra).numpy())


# The measurement.


def seconds(run):
    """Time one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(variants, rounds):
    """Time variants a round after the other; give the median time and ratio of each."""
    for run in variants.values():
        run()
    times = {name: [] for name in variants}
    for _ in range(rounds):
        for name, run in variants.items():
            times[name].append(seconds(run))
    last = list(variants)[-1]
    return {
        name: (
            statistics.median(own),
            statistics.median(b / a for a, b in zip(own, times[last], strict=True)),
        )
        for name, own in times.items()
    }


class Table:
    """The figures, printed as they come."""

    def __init__(self):
        self.rows = []
        print(f"{'stage':34}{'length':>8}  {'variant':26}{'time':>12}{'ratio':>8}")

    def add(self, stage, length, unit, figures):
        """Add and print the variants of a stage; the last of them is the baseline."""
        for variant, (value, ratio) in figures.items():
            self.rows.append(
                {"stage": stage, "length": length, "variant": variant, unit: value, "ratio": ratio}
            )
            figure = f"{value:8.3f} {unit:5}{ratio:6.1f}"
            print(f"{stage:34}{length:>8}  {variant:26}{figure}", flush=True)


def per(figures, n, scale=1e3):
    """Turn seconds of ``n`` things into ms (or so) of one."""
    return {name: (scale * time / n, ratio) for name, (time, ratio) in figures.items()}


def measure_stages(table, path, folder, length, rounds):
    """Measure what happens to one recording."""
    signals = baseline_read(path)
    single = signals.astype(np.float32)
    resampled = resample_exact(single, SFREQ, 200)
    windows = cut(resampled)
    spectra, plain = own_spectra(windows), windows.astype(float)
    stages = {
        "EDF -> 19 channels": {
            "own": lambda: own_read(path),
            "mne, 19 channels": lambda: mne_read(path),
            "baseline": lambda: baseline_read(path),
        },
        "250 -> 200 Hz": {
            "exact": lambda: resample_exact(single, SFREQ, 200),
            "polyphase (scipy)": lambda: scipy.signal.resample_poly(single, 4, 5, axis=1),
            "baseline (released)": lambda: resample_released(signals, SFREQ, 200),
        },
        f"spectra, {len(windows)} windows": {
            "own": lambda: own_spectra(windows),
            "baseline": lambda: [baseline_spectra(window) for window in plain],
        },
        f"graphs, {len(windows)} windows": {
            "own": lambda: own_graphs(spectra),
            "baseline": lambda: [baseline_graph(one) for one in spectra.numpy().astype(float)],
        },
        "EDF -> store": {
            "own, int16": lambda: own_store(path, folder / "own.h5"),
            "baseline, float64": lambda: baseline_store(path, folder / "baseline.h5"),
        },
    }
    for stage, variants in stages.items():
        table.add(stage, length, "ms", per(measure(variants, rounds), 1))


def measure_windows(table, path, folder, rounds):
    """Measure random access to windows."""
    own_store(path, folder / "own.h5")
    baseline_store(path, folder / "baseline.h5")
    raw = read_raw_asgpf_h5(folder / "own.h5")
    loaded = raw.copy().load_data()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(recording_windows(raw))).tolist()
    few = order[:10]

    def items(windows, indices):
        for index in indices:
            windows[index]

    stored, in_memory = recording_windows(raw), recording_windows(loaded)
    variants = {
        "store": lambda: items(stored, order),
        "preloaded": lambda: items(in_memory, order),
        "array, no dataset": lambda: [
            np.float32(loaded._data[:, i * CLIP : (i + 1) * CLIP]) for i in order
        ],
    }
    figures = per(measure(variants, rounds), len(order))
    table.add("a window, random (ratio: array)", "", "ms", figures)
    by_script = {
        "baseline": lambda: [
            baseline_window(folder / "baseline.h5", i * CLIP, (i + 1) * CLIP) for i in few
        ]
    }
    figures = measure({"store": lambda: items(stored, few)} | by_script, rounds)
    table.add("a window, random", "", "ms", per(figures, len(few)))

    pairs = pretraining_windows(raw)
    n_pairs = 48
    sampler = RandomSampler(pairs, num_samples=n_pairs)
    loader = DataLoader(pairs, batch_size=n_pairs, sampler=sampler)

    def with_graphs():
        for x, *_ in loader:
            spectra = SPECTRA(x)
            own_graphs(spectra[:, : CLIP // 200])

    variants = {
        "signals in a batch": lambda: list(loader),
        "signals, spectra, graphs": with_graphs,
        "baseline, one by one": lambda: [
            baseline_pair(folder / "baseline.h5", int(i) * CLIP) for i in few[:5] if i < len(pairs)
        ],
    }
    times = measure(variants, rounds)
    n_by_script = sum(i < len(pairs) for i in few[:5])
    script = times["baseline, one by one"][0] / n_by_script
    figures = {
        name: (1e3 * time / n_pairs, script / (time / n_pairs))
        for name, (time, _) in times.items()
        if not name.startswith("baseline")
    }
    figures["baseline, one by one"] = (1e3 * script, 1.0)
    table.add("a pre-training pair, loaded", "", "ms", figures)


def run_in_processes(work, paths, folder):
    """Run over recordings in two processes."""
    Parallel(n_jobs=N_PROCESSES)(delayed(work)(path, folder / f"{path.stem}.npz") for path in paths)


def measure_paths(table, corpus, folder, length, minutes, rounds):
    """Measure the full pipeline of a corpus, in recording-hours a minute."""
    paths = write_corpus(corpus, int(length.rstrip(" s")))
    hours = N_RECORDINGS * minutes / 60

    def rate(figures):
        return {name: (hours / (time / 60), ratio) for name, (time, ratio) in figures.items()}

    variants = {
        "own": partial(run_in_processes, own_whole, paths, folder),
        "own, through mne": partial(
            run_in_processes, partial(own_whole, through_mne=True), paths, folder
        ),
        "baseline": partial(run_in_processes, baseline_whole, paths, folder),
    }
    table.add("EDF -> spectra, graphs on disk", length, "h/min", rate(measure(variants, rounds)))

    def prepare():
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            prepare_corpus(corpus, fresh, n_jobs=N_PROCESSES, verbose="error")

    stored = folder / "stored"
    stored.mkdir(exist_ok=True)
    variants = {
        "own: prepare_corpus": prepare,
        "baseline": partial(run_in_processes, baseline_store, paths, stored),
    }
    table.add("EDF -> store, with hashes", length, "h/min", rate(measure(variants, rounds)))


def disk_rates(folder, megabytes=512):
    """Write and read a file past the page cache; give MB/s."""
    path, block = folder / "block", os.urandom(2**20)

    def write():
        with open(path, "wb") as file:
            for _ in range(megabytes):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())

    def read():
        with open(path, "rb") as file:
            while file.read(2**20):
                pass

    written = seconds(write)
    with open(path, "rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    rates = megabytes / written, megabytes / seconds(read)
    path.unlink()
    return rates


def print_disk_limit(table, path, folder, minutes):
    """Say how far the whole path is from what the disk allows."""
    write_rate, read_rate = disk_rates(folder)
    megabytes = path.stat().st_size / 2**20
    output = (folder / "aaaaaaaa_s001_t000.npz").stat().st_size / 2**20
    took = megabytes / read_rate + output / write_rate
    limit = minutes / 60 / (took / 60)
    print(
        f"disk: {read_rate:.0f} MB/s read cold, {write_rate:.0f} MB/s written; a recording is "
        f"{megabytes:.1f} MB, its spectra and graphs {output:.1f} MB: "
        f"at most {limit:.0f} recording-hours a minute"
    )
    for row in table.rows:
        if row["stage"].startswith("EDF -> spectra"):
            share = row["h/min"] / limit
            print(f"  {row['length']:8} {row['variant']:20} {share:.2f} of the disk limit")
    return {"read_mb_s": read_rate, "write_mb_s": write_rate, "limit_h_min": limit}


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    mne.set_log_level("error")
    torch.set_num_threads(1)
    packages = ("mne_asgpf", "torch", "mne", "numpy", "scipy", "h5py", "edfio")
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in packages},
    }
    print(json.dumps(machine))
    friendly = 60 * options.minutes
    prime = next(n for n in range(friendly + 1, 2 * friendly) if all(n % k for k in range(2, 99)))
    table = Table()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for length in (friendly, prime):
            write_edf(folder / f"{length}.edf", length)
            arguments = table, folder / f"{length}.edf", folder
            measure_stages(*arguments, f"{length} s", options.rounds)
        measure_windows(table, folder / f"{friendly}.edf", folder, options.rounds)
        for length in (friendly, prime):
            corpus = folder / f"corpus-{length}"
            measure_paths(
                table, corpus, folder, f"{length} s", options.minutes, max(3, options.rounds // 2)
            )
        disk = print_disk_limit(table, folder / f"{friendly}.edf", folder, options.minutes)
    if options.json:
        Path(options.json).write_text(
            json.dumps({"machine": machine, "disk": disk, "rows": table.rows}, indent=1)
        )


if __name__ == "__main__":
    sys.exit(main())
