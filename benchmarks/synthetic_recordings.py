"""Synthetic recordings in memory, ready for windows, for benchmarks that train models."""

import mne
import numpy as np
from joblib import Parallel, delayed

from mne_asgpf.signals import prepare_raw
from mne_asgpf.simulation import draw_patient, simulate_recording
from mne_asgpf.simulation.corpus import DOMINANT_TYPES


def _recording(patient, seed, n_seizures, duration):
    mne.set_log_level("ERROR")
    rng = np.random.default_rng([seed, patient])
    dominant = DOMINANT_TYPES[patient % len(DOMINANT_TYPES)]
    traits = draw_patient(dominant, rng)
    types = [dominant] * n_seizures
    raw, _ = simulate_recording(types, duration=duration, patient=traits, random_state=rng)
    raw = prepare_raw(raw)
    raw.info["subject_info"] = {"his_id": f"patient{patient}"}
    return raw


def simulate_patients(n_train, n_test, seed, *, n_seizures=3, duration=180.0, n_jobs=2):
    """Simulate one recording with some seizures for each of some patients."""
    raws = Parallel(n_jobs=n_jobs)(
        delayed(_recording)(patient, seed, n_seizures, duration)
        for patient in range(n_train + n_test)
    )
    return raws[:n_train], raws[n_train:]
