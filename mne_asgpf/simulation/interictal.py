"""Isolated epileptic discharges between seizures, which are not seizures."""

import numpy as np

from .discharges import spike_wave
from .leadfield import N_SOURCES
from .spread import Spread

_LENGTH = 0.4  # s
_FOCAL = ("fnsz", "cpsz", "spsz")


def simulate_interictal(patient, n_times, rng, share=None):
    """Simulate single spikes with their after-going waves: (64, n_times) in uV at the scalp."""
    # They arise at the focus if focal seizures dominate, otherwise over both frontal lobes. `share`
    # is the share of the discharges that occurs at every sample.
    length = int(_LENGTH * patient.sfreq)
    shape = spike_wave(np.arange(length) / length, sharpness=1.5, spike=1.5) * np.hanning(length)
    course = np.zeros(n_times)
    count = rng.poisson(patient.interictal * n_times / patient.sfreq / 60)
    starts = rng.integers(0, max(1, n_times - length), count)
    if share is not None:
        starts = starts[rng.random(count) < share[starts]]
    for start in starts:
        course[start : start + length] += rng.uniform(0.5, 1.3) * shape[: n_times - start]
    if patient.seizure_types[0] in _FOCAL:
        spread = Spread(patient.focus, radius=0.7, falloff=0.8)
    else:
        spread = Spread((0.0, 0.8, 0.6), radius=np.pi, falloff=1.1)
    if not course.any():
        return np.zeros((N_SOURCES, n_times), np.float32)
    return spread.activate(course, 35.0 * patient.amplitude, patient.sfreq)
