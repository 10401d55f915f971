"""Artifacts at the electrodes: eyes, muscles, power line noise and the heart.

Amplitudes and locations follow Tatum et al., *Journal of Clinical Neurophysiology* 2011
("Artifact and recording concepts in EEG").
"""

import numpy as np

from .leadfield import SENSORS, angles, electrode_positions
from .noise import band, occurrences, shaped_noise, slow_drift

_EYES = ((-0.35, 0.87, -0.35), (0.35, 0.87, -0.35))
_JAWS = ((-0.93, 0.30, -0.20), (0.93, 0.30, -0.20))
_BLINK = 110.0  # uV at the frontal poles
_HEARTBEAT = 900.0  # uV in the EKG channel
_BURSTS = 1.5  # muscle bursts per minute


def _reach(places, width):
    """Weigh the electrodes by their distance from each place: (n_places, 21)."""
    return np.array([np.exp(-((angles(electrode_positions(), at) / width) ** 2)) for at in places])


def _add_hump(course, start, length, height):
    stop = min(start + length, len(course))
    course[start:stop] += height * np.hanning(length)[: stop - start]


def simulate_blinks(patient, open_state, rng, per_minute=None):
    """Simulate blinks of a third of a second, positive at the forehead: (21, n_times) in uV."""
    course = np.zeros(len(open_state))
    rate = patient.blinks if per_minute is None else per_minute
    for start in occurrences(rate, len(open_state), patient.sfreq, rng):
        if open_state[start] > 0.5:
            length = int(rng.uniform(0.25, 0.4) * patient.sfreq)
            _add_hump(course, start, length, rng.uniform(0.5, 1.2))
    reach = _reach(_EYES, 0.55).sum(axis=0)
    return np.outer(_BLINK * reach / reach.max(), course)


def simulate_muscle(patient, envelope, rng):
    """Simulate the electromyogram of the jaws, 20 to 100 Hz at the temples: (21, n_times) in uV."""
    shape = band(20.0, 100.0, order=2)
    noise = shaped_noise(len(SENSORS), envelope.shape[1], patient.sfreq, shape, rng)
    return noise * (_reach(_JAWS, 0.8).T @ envelope)


def muscle_bursts(patient, n_times, rng):
    """Draw jaw muscle bursts of 0.4 to 4 s, stronger on one side: (2, n_times) in uV."""
    envelope = np.zeros((2, n_times))
    for start in occurrences(_BURSTS, n_times, patient.sfreq, rng):
        length = int(rng.uniform(0.4, 4) * patient.sfreq)
        for side in envelope:
            _add_hump(side, start, length, patient.muscle * rng.uniform(0, 2))
    return envelope


def simulate_mains(patient, n_times, rng):
    """Simulate power line noise, scaled by each electrode's impedance: (21, n_times) in uV."""
    times = np.arange(n_times) / patient.sfreq
    wave = np.sin(2 * np.pi * (patient.mains_frequency * times + rng.random()))
    wave *= 1 + 0.3 * slow_drift(n_times, patient.sfreq, 20.0, rng)
    return patient.mains * np.outer(rng.lognormal(0, 0.7, len(SENSORS)), wave)


def simulate_heart(patient, n_times, rng):
    """Simulate the EKG channel, (n_times,) in uV."""
    course = shaped_noise(1, n_times, patient.sfreq, band(1.0, 30.0), rng)[0] * 10.0
    interval = rng.uniform(0.7, 1.0)
    beats = np.cumsum(rng.normal(interval, 0.04 * interval, int(n_times / patient.sfreq / 0.5)))
    for beat in (beats * patient.sfreq).astype(int):
        if beat < n_times:
            _add_hump(course, beat, int(0.09 * patient.sfreq), _HEARTBEAT)
    return course
