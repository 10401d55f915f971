"""States of vigilance that last minutes, and the EEG of drowsiness and light sleep.

In drowsiness, the alpha rhythm fragments and disappears, and diffuse theta appears;
stage 2 sleep has slow waves, spindles and K-complexes; vertex waves occur in
both (Niedermeyer's *Electroencephalography*, chapter on sleep; Iber et al., *The
AASM Manual for the Scoring of Sleep*, 2007).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .leadfield import source_patch
from .noise import band, occurrences, shaped_noise, slow_drift

#: The states, in the order of the rows returned by :func:`draw_states`.
STATES = ("awake", "drowsy", "asleep")
_FIRST = (0.6, 0.25, 0.15)
_NEXT = ((0.0, 1.0, 0.0), (0.45, 0.0, 0.55), (0.7, 0.3, 0.0))  # from a row to a column
_MINUTES = 2.0  # median length of a state
_CHANGE = 20.0  # s from one state to the next

# Factor on the amplitude of each background rhythm in each state.
_GAINS = {
    "alpha": (1.0, 0.0, 0.05),  # its remainder in drowsiness is fragmented
    "beta": (1.0, 0.9, 0.5),
    "theta": (1.0, 1.5, 0.8),
    "delta": (1.0, 1.0, 0.6),
}


def draw_states(n_times, sfreq, rng):
    """Draw weights of ``STATES``, (3, n_times), that last minutes, with smooth transitions."""
    seconds = np.arange(int(n_times / sfreq) + 2)
    in_state = np.zeros((len(STATES), len(seconds)))
    state = rng.choice(len(STATES), p=_FIRST)
    start = -60 * _MINUTES * rng.random()  # a recording starts within a state
    while start < len(seconds):
        stop = start + 60 * _MINUTES * rng.lognormal(0, 0.5)
        in_state[state, (start <= seconds) & (seconds < stop)] = 1
        state, start = rng.choice(len(STATES), p=_NEXT[state]), stop
    kernel = np.hanning(int(_CHANGE) + 1)
    kernel /= kernel.sum()
    padded = np.pad(in_state, ((0, 0), (len(kernel) // 2,) * 2), mode="edge")
    smooth = [np.convolve(row, kernel, mode="valid") for row in padded]
    times = np.arange(n_times) / sfreq
    return np.array([np.interp(times, seconds, row) for row in smooth], np.float32)


def rhythm_gains(states, sfreq, rng):
    """Return the factor on each rhythm of the waking background over time, (n_times,) each."""
    gains = {name: np.array(of_states) @ states for name, of_states in _GAINS.items()}
    fragments = np.clip(slow_drift(states.shape[1], sfreq, 4.0, rng), 0, 1)
    gains["alpha"] += states[STATES.index("drowsy")] * fragments
    return gains


@dataclass(frozen=True)
class _SleepRhythm:
    """Continuous activity of a state."""

    centres: tuple
    low: float  # Hz
    high: float
    width: float  # rad
    amplitudes: tuple  # uV, per state


_RHYTHMS = (
    _SleepRhythm(("Cz", "T7", "T8"), 4.0, 7.0, 0.8, (0.0, 12.0, 8.0)),
    _SleepRhythm(("F3", "F4", "Pz"), 0.7, 3.0, 1.0, (0.0, 4.0, 16.0)),
)


def _biphasic(times, length, rng):
    """Make a sharp negative deflection, then a lower and longer positive one."""
    turn = rng.uniform(0.35, 0.5) * length
    down = np.sin(np.pi * np.clip(times / turn, 0, 1)) ** 2
    up = np.sin(np.pi * np.clip((times - turn) / (length - turn), 0, 1)) ** 2
    return rng.uniform(0.3, 0.6) * up - down


def _spindle(times, length, rng):
    """Make a spindle of 12 to 14.5 Hz."""
    rate = rng.uniform(12.0, 14.5)
    return np.sin(np.pi * times / length) ** 2 * np.sin(2 * np.pi * (rate * times + rng.random()))


@dataclass(frozen=True)
class _Transient:
    """An isolated waveform of sleep."""

    wave: Callable
    centre: str
    width: float  # rad
    per_minute: tuple  # state by state
    lengths: tuple  # s
    heights: tuple  # uV


_TRANSIENTS = (
    _Transient(_biphasic, "Cz", 0.6, (0.0, 3.0, 1.5), (0.2, 0.4), (40.0, 100.0)),  # vertex wave
    _Transient(_biphasic, "Fz", 1.0, (0.0, 0.0, 1.5), (0.6, 1.2), (75.0, 150.0)),  # K-complex
    _Transient(_spindle, "Cz", 0.8, (0.0, 0.0, 5.0), (0.5, 1.5), (15.0, 40.0)),
)


def _transient_course(transient, states, sfreq, rng):
    course = np.zeros(states.shape[1], np.float32)
    rate = np.array(transient.per_minute) @ states
    for start in occurrences(rate, len(course), sfreq, rng):
        length = rng.uniform(*transient.lengths)
        times = np.arange(int(length * sfreq)) / sfreq
        wave = rng.uniform(*transient.heights) * transient.wave(times, length, rng)
        course[start : start + len(wave)] += wave[: len(course) - start]
    return course


def simulate_sleep(states, sfreq, rng):
    """Simulate the additional activity of light sleep: (64, n_times) in uV at the scalp."""
    patches, courses = [], []
    for rhythm in _RHYTHMS:
        amplitude = np.array(rhythm.amplitudes, np.float32) @ states * rng.lognormal(0, 0.3)
        shape = band(rhythm.low, rhythm.high)
        waves = shaped_noise(len(rhythm.centres), states.shape[1], sfreq, shape, rng)
        patches += [source_patch(centre, rhythm.width) for centre in rhythm.centres]
        courses += list(amplitude * waves)
    for transient in _TRANSIENTS:
        patches.append(source_patch(transient.centre, transient.width))
        courses.append(_transient_course(transient, states, sfreq, rng))
    return np.array(patches, np.float32).T @ np.array(courses, np.float32)
