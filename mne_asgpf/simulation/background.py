"""The EEG between seizures: aperiodic activity and the rhythms on top of it.

Aperiodic activity is independent 1/f noise of every source (Donoghue et al.,
2020), which volume conduction correlates between electrodes. Added to it are the posterior
alpha rhythm, which is blocked by opening the eyes (Berger, 1929), frontal beta, midline
and temporal theta, and intermittent frontal delta: rhythmic background that a
detector must not mistake for a seizure (Niedermeyer's *Electroencephalography*,
chapters on the normal EEG, drowsiness and nonspecific patterns).
"""

from dataclasses import dataclass

import numpy as np

from .leadfield import N_SOURCES, leadfield, source_patch
from .noise import band, power_law, shaped_noise, slow_drift


@dataclass(frozen=True)
class Rhythm:
    """A rhythm of the background."""

    name: str  # The attribute of the patient with its amplitude.
    centres: tuple  # Electrodes over its independent generators.
    # Its band in Hz, relative to the patient's alpha frequency for rhythms that follow it.
    low: float
    high: float
    width: float = 0.5  # Radius of a generator in radians.
    intermittent: bool = False  # Whether it occurs in separate runs.


RHYTHMS = (
    Rhythm("alpha", ("O1", "O2", "Pz"), -0.7, 0.7),
    Rhythm("beta", ("F3", "F4", "C3", "C4"), 14.0, 25.0),
    Rhythm("theta", ("Fz", "T7", "T8"), 4.0, 7.0, intermittent=True),
    Rhythm("delta", ("Fz",), 1.8, 3.2, width=1.2, intermittent=True),
)


def eyes_open(n_times, sfreq, rng):
    """Draw when the eyes are open (1) or closed (0), in alternating states of 6 to 30 s."""
    changes = np.cumsum(rng.uniform(6, 30, int(n_times / sfreq / 6) + 2)) * sfreq
    state = (np.searchsorted(changes, np.arange(n_times)) + rng.integers(2)) % 2
    kernel = np.hanning(int(0.5 * sfreq))
    padded = np.pad(state, len(kernel), mode="edge")
    smooth = np.convolve(padded, kernel / kernel.sum(), mode="same")
    return smooth[len(kernel) : len(kernel) + n_times]


def simulate_background(patient, n_times, open_state, rng, gains=None):
    """Simulate the background activity of the sources, (64, n_times) in uV at the scalp."""
    sfreq = patient.sfreq
    gain = leadfield()
    activity = shaped_noise(N_SOURCES, n_times, sfreq, power_law(patient.exponent), rng)
    activity *= patient.background / np.linalg.norm(gain, axis=1).mean()
    for rhythm in RHYTHMS:
        offset = patient.alpha_frequency if rhythm.name == "alpha" else 0.0
        shape = band(offset + rhythm.low, offset + rhythm.high)
        waves = shaped_noise(len(rhythm.centres), n_times, sfreq, shape, rng)
        amplitude = getattr(patient, rhythm.name) * np.ones(n_times)
        if rhythm.name == "alpha":
            amplitude *= 1 - 0.8 * open_state
        if rhythm.intermittent:
            amplitude *= np.clip(1.5 * slow_drift(n_times, sfreq, 6.0, rng), 0, 2)
        if gains is not None:
            amplitude *= gains[rhythm.name]
        for centre, wave in zip(rhythm.centres, waves, strict=True):
            reach = source_patch(centre, rhythm.width)
            activity += np.outer(reach, amplitude * wave).astype(np.float32)
    return activity
