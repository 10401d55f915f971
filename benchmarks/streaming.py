"""CPU, memory and latency of a stream.

Run it with ``python benchmarks/streaming.py [--hours H] [--json FILE]``. Simulated EEG of 19
channels is pushed second by second, as fast as it goes, in one thread. CPU is what the process
takes for a second of signal, as a share of one core. A day takes less time in longer chunks
(``--hours 24 --chunk 60``). The latency has three parts: what resampling
looks ahead, the chunk's length, and the computation. Memory (Linux) is what the process has grown
by since the first minute. "off line" is the largest difference to the classifier's probabilities
of the same windows.
"""

import argparse
import json
import time
import warnings

import mne
import numpy as np
import torch
from model import machine_info

from mne_asgpf import ASGPFClassifier, ASGPFStream
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.signals.causal import CausalResampler
from mne_asgpf.simulation import simulate_recording

SFREQ, CLIP = 200, 12  # of the classifier
_PUBLISHED_SIZES = {"module__n_units": 64, "module__n_bins": 100, "module__n_propagation_steps": 5}
#: Name -> options of the classifier.
CLASSIFIERS = {
    "default": {},
    "adapted": {"adaptation": "recording"},
    "light": {"module__variant": "light"},
    "large": _PUBLISHED_SIZES,  # the repaired model at the published sizes
    "released": {"module__variant": "released"},
    "60 s": {"clip_len": 60},
}


def fit(**options):
    """Fit a classifier for a moment: what it says does not matter here."""
    raws = [
        simulate_recording([label], duration=180, random_state=seed)[0]
        for seed, label in enumerate(["fnsz", "absz", "gnsz", "tcsz"])
    ]
    net = ASGPFClassifier(max_epochs=1, train_split=None, random_state=0, verbose=0, **options)
    return net.fit(raws)


def grown(start=0.0):
    """Give the MB that this process holds, less what it held at the start."""
    with open("/proc/self/status") as lines:
        resident = next(int(text.split()[1]) for text in lines if text.startswith("VmRSS:"))
    return resident / 1024 - start


def make_chunks(sfreq, chunk, n_seconds=300):
    """Simulate EEG, cut into chunks of some seconds that are pushed over and over."""
    raw, _ = simulate_recording(["fnsz"], duration=n_seconds, random_state=9)
    data = raw.resample(sfreq, verbose="error").get_data(picks=list(ELECTRODES))
    length = chunk * sfreq
    return [data[:, start : start + length] for start in range(0, n_seconds * sfreq, length)]


def measure(net, sfreq, hours, chunk):
    """Push chunks and time them; keep the memory at some times."""
    chunks = make_chunks(sfreq, chunk)
    stream = ASGPFStream(net, sfreq=sfreq, ch_names=ELECTRODES)
    for number in range(60 // chunk):
        stream.push(chunks[number])
    n_chunks = max(round(hours * 3600 / chunk), 1)
    marks = {round(share * n_chunks) for share in (0.05, 0.1, 0.25, 0.5, 0.75, 1)}
    start, memory, times = grown(), {}, []
    cpu = time.process_time()
    for number in range(1, n_chunks + 1):
        begin = time.perf_counter()
        stream.push(chunks[number % len(chunks)])
        times.append(time.perf_counter() - begin)
        if number in marks:
            memory[number * chunk / 3600] = grown(start)
    return {
        "cpu": (time.process_time() - cpu) / (n_chunks * chunk),
        "ms_median": 1e3 * np.median(times),
        "ms_99": 1e3 * np.percentile(times, 99),
        "look_ahead_s": stream.latency,
        "grown_mb_by_hour": memory,
    }


def difference_off_line(net, sfreq):
    """Compare a stream in chunks of any length with ``predict_proba`` of the same windows."""
    data = np.hstack(make_chunks(sfreq, 1, 90))
    stream, rng = ASGPFStream(net, sfreq=sfreq, ch_names=ELECTRODES), np.random.default_rng(0)
    cuts = np.cumsum(rng.integers(1, 2 * sfreq, 90))
    tables = [stream.push(chunk) for chunk in np.split(data, cuts[cuts < data.shape[1]], axis=1)]
    live = np.concatenate([table.filter(like="p_").to_numpy() for table in tables])
    seconds = CausalResampler(sfreq, SFREQ).push(data)
    n = int(net.clip_len)
    windows = [np.hstack(seconds[i - n : i]) for i in range(n, len(seconds) + 1)]
    return float(abs(net.predict_proba(np.stack(windows)) - live[n - 1 :]).max())


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classifiers", nargs="+", choices=CLASSIFIERS, default=[*CLASSIFIERS])
    parser.add_argument("--sfreqs", nargs="+", type=int, default=[200, 256, 512])
    parser.add_argument("--hours", type=float, default=0.1, help="of signal, of each (default: .1)")
    parser.add_argument("--chunk", type=int, default=1, help="s, a divisor of 60 (default: 1)")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    torch.set_num_threads(1)
    mne.set_log_level("error")
    warnings.simplefilter("ignore")
    machine, rows = machine_info(), []
    print(json.dumps(machine, indent=1))
    for name in options.classifiers:
        net = fit(**CLASSIFIERS[name])
        for sfreq in options.sfreqs if name == "default" else options.sfreqs[:1]:
            row = {"classifier": name, "sfreq": sfreq, "hours": options.hours}
            row |= {"chunk": options.chunk} | measure(net, sfreq, options.hours, options.chunk)
            if net.adaptation is None:
                row["off_line"] = difference_off_line(net, sfreq)
            rows.append(row)
            off_line = f"{row['off_line']:.1e}" if "off_line" in row else "-"
            print(
                f"{name:9} {sfreq:4} Hz  CPU {100 * row['cpu']:.2f} %  computation "
                f"{row['ms_median']:.1f} ms (99 %: {row['ms_99']:.1f})  looks ahead "
                f"{row['look_ahead_s']:.2f} s  off line {off_line}",
                flush=True,
            )
            told = row["grown_mb_by_hour"].items()
            print("  grown by", ", ".join(f"{mb:.1f} MB at {hour:.2f} h" for hour, mb in told))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
