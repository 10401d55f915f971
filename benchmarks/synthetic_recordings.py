"""Synthetic recordings, ready for windows, for benchmarks that train models.

``python benchmarks/synthetic_recordings.py --hours 10`` measures how long unlabelled ones take.
"""

import argparse
import time
from pathlib import Path

import mne
import numpy as np
from joblib import Parallel, delayed

from mne_asgpf.signals import prepare_raw, read_raw_asgpf_h5
from mne_asgpf.signals.prepared import PreparedRecording
from mne_asgpf.signals.signal_store import write_signals
from mne_asgpf.simulation import draw_patient, simulate_recording
from mne_asgpf.simulation.corpus import DOMINANT_TYPES


def _recording(patient, chance, n_seizures, duration, background):
    mne.set_log_level("ERROR")
    rng = np.random.default_rng(chance)
    dominant = DOMINANT_TYPES[patient % len(DOMINANT_TYPES)]
    traits = draw_patient(dominant, rng)
    types = [dominant] * n_seizures
    raw, _ = simulate_recording(
        types, duration=duration, patient=traits, background=background, random_state=rng
    )
    raw = prepare_raw(raw)
    raw.info["subject_info"] = {"his_id": f"patient{patient}"}
    return raw


def simulate_patients(
    n_train, n_test, seed, *, n_seizures=3, duration=180.0, background="stationary", n_jobs=2
):
    """Simulate one recording with some seizures for each of some patients."""
    raws = Parallel(n_jobs=n_jobs)(
        delayed(_recording)(patient, [seed, patient], n_seizures, duration, background)
        for patient in range(n_train + n_test)
    )
    return raws[:n_train], raws[n_train:]


def _unlabelled(patient, seed, duration, background, folder):
    # A spawn key of two makes draws that no list of a seed and a patient makes.
    chance = np.random.SeedSequence(seed, spawn_key=(1, patient))
    raw = _recording(patient, chance, 1, duration, background)
    raw.set_annotations(None)
    name = f"unlabelled{patient}"
    raw.info["subject_info"] = {"his_id": name}
    if folder is None:
        raw._data = raw._data.astype(np.float32)  # half of what a RawArray takes
        return raw
    recording = PreparedRecording(
        data=raw.get_data(),
        ch_names=raw.ch_names,
        sfreq=raw.info["sfreq"],
        bads=raw.info["bads"],
        annotations=raw.annotations,
        labels={},
        source_sfreq=raw.info["sfreq"],
        path=None,
        subject_info=None,
        meas_date=None,
    )
    path = Path(folder) / f"{name}.h5"
    write_signals(path, recording, about={"patient": name, "labelled": False}, dtype="float32")
    return read_raw_asgpf_h5(path)


def simulate_unlabelled(
    n_patients, seed, *, duration=600.0, background="varied", folder=None, n_jobs=2
):
    """Simulate recordings without labels of patients that no labelled recording is of.

    One seizure a recording, about as rare as in clinical EEG, that no annotation tells.
    Recordings are in memory in single precision (55 MB an hour), or, where a folder is
    given, in files there that are read window by window.
    """
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Parallel(n_jobs=n_jobs)(
        delayed(_unlabelled)(patient, seed, duration, background, folder)
        for patient in range(n_patients)
    )


def main():
    """Measure how long unlabelled recordings take, with either background."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    n_patients = int(np.ceil(6 * options.hours))
    for background in ("stationary", "varied"):
        folder = options.folder and options.folder / background
        start = time.perf_counter()
        raws = simulate_unlabelled(
            n_patients, 0, background=background, folder=folder, n_jobs=options.n_jobs
        )
        hours = sum(raw.times[-1] for raw in raws) / 3600
        seconds = time.perf_counter() - start
        print(f"{background}: {hours:.1f} hours of EEG in {seconds:.0f} s, {options.n_jobs} jobs")


if __name__ == "__main__":
    main()
