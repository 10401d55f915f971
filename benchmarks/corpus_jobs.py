"""Jobs over a corpus of many short recordings: how long they take, and what SIGKILL does to them.

Run it with ``python benchmarks/corpus_jobs.py [--recordings 1000] [--kills 50]``. Half of the
recordings lie in the layout of TUSZ v1.5, half in that of v2. All signals are noise
made here; nothing is said about seizures. The job is killed with its workers at random
moments and called again until it ends; what it leaves is compared byte for byte with what an
undisturbed run leaves.
"""

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import edfio
import numpy as np

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.event_table import make_event_table

SECONDS, SFREQ = 16, 250


def write_recording(path, patient, label, rng):
    """Write a recording of noise with one labelled stretch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    signals = [
        edfio.EdfSignal(
            rng.integers(-500, 500, SECONDS * SFREQ).astype(float),
            SFREQ,
            label=f"EEG {name.upper()}-REF",
            physical_dimension="uV",
            physical_range=(-3200, 3200),
        )
        for name in ELECTRODES
    ]
    who = edfio.Patient(code=patient, sex="F", additional=["Age:40"])
    edfio.Edf(signals, patient=who).write(path)
    event = {"onset": 3.0, "duration": 8.0, "label": label, "channels": ("FP1-F7", "F7-T3")}
    kinds = {"tse": event} if patient.isdigit() else {"csv": event, "csv_bi": event}
    for kind, row in kinds.items():
        row = row | ({"label": "seiz"} if kind == "csv_bi" else {})
        row = row if kind == "csv" else row | {"channels": ()}
        events = make_event_table([row])
        write_annotation_file(path.with_suffix(f".{kind}"), events, duration=float(SECONDS))


def write_corpus(root, n_recordings):
    """Write a corpus in both layouts, ten recordings a patient."""
    rng = np.random.default_rng(0)
    labels = ("fnsz", "gnsz", "absz", "tcsz", "cpsz")
    for i in range(n_recordings):
        patient, token = divmod(i, 10)
        split = ("train", "train", "dev")[patient % 3]
        if patient % 2:
            name = f"{patient:08d}"
            session = f"{split}/01_tcp_ar/{name[3:6]}/{name}/s001_2003_07_21"
        else:
            letters = "".join(chr(97 + patient // 26**k % 26) for k in (3, 2, 1, 0))
            name = f"zzzz{letters}"
            session = f"{split}/{name}/s001_2015/01_tcp_ar"
        path = root / "edf" / session / f"{name}_s001_t{token:03d}.edf"
        write_recording(path, name, labels[patient % len(labels)], rng)


def commands(corpus, out):
    """Give each command's arguments, as they are typed, and where it writes."""
    jobs = ["--jobs", "2"]
    return {
        "convert": (["convert", str(corpus), str(out / "bids"), *jobs], out / "bids"),
        "prepare": (["prepare", str(corpus), str(out / "store"), *jobs], out / "store"),
        "audit": (["audit", str(corpus)], None),
    }


def start(arguments):
    """Start a command, in a process group of its own."""
    words = [sys.executable, "-m", "mne_asgpf", *arguments]
    return subprocess.Popen(
        words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def run(arguments):
    """Run a command; give seconds, exit status and the most memory a process of it took, in MB."""
    begin = time.perf_counter()
    _, status, usage = os.wait4(start(arguments).pid, 0)
    seconds = time.perf_counter() - begin
    return seconds, os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024


def content(folder):
    """Give what a folder holds."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def kill_and_resume(arguments, folder, duration, n_kills, rng):
    """Kill a job at random moments; give how many kills met it at work."""
    n_met = 0
    while n_met < n_kills:
        process = start(arguments)
        # Most of the time goes into starting: aim at what comes after, too.
        time.sleep(rng.uniform(0, duration))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            n_met += 1
        process.wait()
        if process.returncode == 0:  # it came to its end: begin anew
            shutil.rmtree(folder)
    if start(arguments).wait():
        raise SystemExit("the job did not end well")
    return n_met


def validate(folder):
    """Run the validator of BIDS; give the number of errors."""
    validator = Path(sysconfig.get_path("scripts")) / "bids-validator-deno"
    words = [str(validator), str(folder), "--format", "json", "-r"]
    output = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    issues = json.loads(output)["issues"]["issues"]
    return sum(issue["severity"] == "error" for issue in issues)


def time_jobs(names, corpus, out):
    """Print how long each job takes at first and again; give whether all went well."""
    well = True
    for name in names:
        arguments, target = commands(corpus, out)[name]
        for what in ("first run", "again"):
            seconds, status, memory = run(arguments)
            print(f"{name}, {what}: {seconds:.1f} s, {memory:.0f} MB, exit {status}", flush=True)
            well &= status == 0
        if name == "convert":
            n_errors = validate(target)
            print(f"validator: {n_errors} errors", flush=True)
            well &= n_errors == 0
    return well


def kill_jobs(names, corpus, root, n_kills):
    """Print the output of each killed job; return whether it is as expected."""
    well = True
    for name in names:
        arguments, undisturbed = commands(corpus, root / "undisturbed")[name]
        if undisturbed is None:
            continue
        seconds, _, memory = run(arguments)
        arguments, disturbed = commands(corpus, root / "disturbed")[name]
        n_met = kill_and_resume(arguments, disturbed, seconds, n_kills, random.Random(0))
        same = content(disturbed) == content(undisturbed)
        print(
            f"{name}, {seconds:.1f} s and {memory:.0f} MB undisturbed: killed {n_met} times and "
            f"resumed, {len(content(disturbed))} files, byte for byte "
            f"{'the same' if same else 'NOT the same'}",
            flush=True,
        )
        well &= same
    return well


def main():
    """Time the jobs, then kill them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1000, help="to time; 0 for none")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--kill-recordings", type=int, default=60, help="of the job that is killed")
    parser.add_argument("--jobs", nargs="+", default=["convert", "prepare", "audit"])
    options = parser.parse_args()
    names = ("mne_asgpf", "mne", "mne-bids", "numpy", "h5py", "joblib")
    print(platform.processor() or platform.machine(), os.cpu_count(), "cores, 2 jobs")
    print(", ".join(f"{name} {version(name)}" for name in names))
    well = True
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # An index of its own, which forgets what earlier corpora in folders of the same name held.
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")
        if options.recordings:
            write_corpus(root / "corpus", options.recordings)
            size = sum(p.stat().st_size for p in (root / "corpus").rglob("*.edf")) / 1e6
            print(f"{options.recordings} synthetic recordings of {SECONDS} s, {size:.0f} MB")
            well &= time_jobs(options.jobs, root / "corpus", root / "whole")
        if options.kills:
            write_corpus(root / "few", options.kill_recordings)
            print(f"{options.kill_recordings} synthetic recordings of {SECONDS} s")
            well &= kill_jobs(options.jobs, root / "few", root, options.kills)
    if not well:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
