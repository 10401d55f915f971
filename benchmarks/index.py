"""How long the index of a corpus of the size of TUSZ takes, and how much memory.

Run it with ``python benchmarks/index.py [--recordings 7400] [--layout v2] [--repeats 3]``. The
corpus is synthetic: EDF headers and label files of real size, signals that are holes in the
files. Each figure is of a fresh process; memory is the sum of the peaks of all its processes.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import edfio
import numpy as np

from mne_asgpf.corpora import find_recordings, write_annotation_file
from mne_asgpf.corpora.derivations import MONTAGE_FOLDERS, montage_derivations
from mne_asgpf.corpora.layout import patient_v2
from mne_asgpf.event_table import make_event_table

SITES = (
    "FP1 FP2 F3 F4 C3 C4 P3 P4 O1 O2 F7 F8 T3 T4 T5 T6 FZ CZ PZ A1 A2 ROC LOC EKG1 T1 T2".split()
)
AUXILIARY = ("PHOTIC-REF", "IBI", "BURSTS", "SUPPR", "DC1-DC", "DC2-DC", "RESP1-REF")
TYPES = ("fnsz", "gnsz", "cpsz", "absz", "tcsz", "tnsz")


def header_bytes(reference):
    """Give the header of an EDF of 33 signals at 256 Hz; its count of records is 1."""
    signals = [
        edfio.EdfSignal(np.zeros(256), 256, label=label, physical_dimension="uV",
                        physical_range=(-5000, 5000))
        for label in [f"EEG {site}-{reference}" for site in SITES] + list(AUXILIARY)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.edf"
        edfio.Edf(signals).write(path)
        return path.read_bytes()[: 256 * (1 + len(signals))]


def build(root, n_recordings, layout):
    """Write the corpus: as many patients, seizures and hours to a recording as in TUSZ."""
    rng = np.random.default_rng(0)
    headers = {reference: header_bytes(reference) for reference in ("REF", "LE")}
    record = 2 * 256 * (len(SITES) + len(AUXILIARY))
    for i in range(n_recordings):
        patient, session, token = i // 11, i % 11 // 2, i % 2
        montage = list(MONTAGE_FOLDERS)[patient % 4]
        split = ("train", "train", "train", "dev", "eval" if layout == "v2" else "dev")[patient % 5]
        digits = f"{patient:08d}"
        name = digits if layout == "v1" else patient_v2(digits)
        stem = f"{name}_s{session:03d}_t{token:03d}"
        folder, session_folder = MONTAGE_FOLDERS[montage], f"s{session:03d}_2010"
        parts = {
            "v1": (split, folder, digits[2:5], name, f"{session_folder}_01_01"),
            "v2": (split, name, session_folder, folder),
        }[layout]
        path = root.joinpath("edf", *parts, f"{stem}.edf")
        path.parent.mkdir(parents=True, exist_ok=True)
        seconds = int(rng.integers(60, 1400))
        header = bytearray(headers["LE" if montage.startswith("le") else "REF"])
        header[236:244] = f"{seconds:<8d}".encode()
        path.write_bytes(header)
        os.truncate(path, len(header) + seconds * record)
        write_labels(path, rng, seconds, montage, layout)


def write_labels(path, rng, seconds, montage, layout):
    """Write label files: a fifth of the recordings have seizures, each channel its times."""
    n = int(rng.integers(1, 5)) if rng.random() < 0.22 else 0
    whole, spread = [], []
    for start in np.sort(rng.uniform(0, seconds - 15, n)):
        row = {"onset": start, "duration": 10, "label": str(rng.choice(TYPES))}
        whole.append(row)
        for name in rng.choice(montage_derivations(montage), int(rng.integers(2, 20)), False):
            shift = float(rng.uniform(0, 4))
            spread.append(
                row | {"onset": start + shift, "duration": 10 - shift, "channels": (name,)}
            )
    for kind in {"v1": ("tse", "tse_bi", "lbl", "lbl_bi"), "v2": ("csv", "csv_bi")}[layout]:
        events = make_event_table(spread if kind in ("csv", "lbl") else whole)
        write_annotation_file(
            path.with_suffix(f".{kind}"), events, duration=seconds, montage=montage
        )


def peak_memory():
    """Give the sum of the peaks of this process and all below it, in MB."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "status").read_text()
        except OSError:
            continue
        fields = dict(re.findall(r"^(PPid|VmHWM):\s+(\d+)", status, re.MULTILINE))
        parents[int(entry.name)] = int(fields["PPid"]), int(fields.get("VmHWM", 0))
    family, size = {os.getpid()}, 0
    while len(family) > size:
        size = len(family)
        family |= {pid for pid, (parent, _) in parents.items() if parent in family}
    return sum(parents[pid][1] for pid in family) / 1024


def measure(root, n_jobs, cache):
    """Index once; print seconds, MB and what was found, for the process that asked."""
    start = time.perf_counter()
    index = find_recordings(root, n_jobs=n_jobs, cache=cache, verbose="error")
    seconds = time.perf_counter() - start
    n_seizures = sum(sum(counts.values()) for counts in index["seizures"] if counts)
    print(json.dumps([seconds, peak_memory(), len(index), n_seizures]))


def measure_afresh(root, n_jobs, cache):
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", str(root), str(n_jobs), str(cache)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    """Build the corpus, index it in every way and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=7400)
    parser.add_argument("--layout", choices=("v1", "v2"), default="v2")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        root, n_jobs, cache = options.measure
        measure(root, int(n_jobs), False if cache == "False" else cache)
        return
    packages = ("mne_asgpf", "numpy", "pandas", "joblib")
    print(platform.processor() or platform.machine(), os.cpu_count(), "cores")
    print(", ".join(f"{name} {version(name)}" for name in packages))
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder) / "corpus", Path(folder) / "index.json"
        start = time.perf_counter()
        build(root, options.recordings, options.layout)
        print(f"SYNTHETIC corpus, layout {options.layout}: {time.perf_counter() - start:.0f} s")
        ways = (
            ("1 process", 1, False),
            ("2 processes", 2, False),
            ("2 processes, filling the cache", 2, cache),
            ("from the cache", 2, cache),
        )
        for name, n_jobs, where in ways:
            found = []
            for _ in range(options.repeats):
                if name.endswith("filling the cache"):
                    cache.unlink(missing_ok=True)
                found.append(measure_afresh(root, n_jobs, where))
            seconds, memory = (
                statistics.median(values) for values in list(zip(*found, strict=True))[:2]
            )
            _, _, n_recordings, n_seizures = found[0]
            print(
                f"{name}: {seconds:.1f} s, {memory:.0f} MB "
                f"({n_recordings} recordings, {n_seizures} seizures)"
            )


if __name__ == "__main__":
    main()
