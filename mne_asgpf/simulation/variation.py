"""Changes of the background in long recordings: vigilance, episodes of artifacts, drift."""

from dataclasses import dataclass

import numpy as np

from .artifacts import simulate_blinks
from .discharges import rise
from .interictal import simulate_interictal
from .leadfield import SENSORS, electrode_positions
from .noise import band, occurrences, shaped_noise, slow_drift
from .vigilance import draw_states, rhythm_gains, simulate_sleep

_RUNS = 0.3  # episodes per minute of each kind of artifact while awake
_RUN_LENGTHS = (5.0, 40.0)  # s
_BLINKS = 90.0  # per minute within a run
_MUSCLE = 2.0  # amplitude within a run, relative to the patient's single bursts
_MOVEMENT = 50.0  # uV
_DRIFT = 0.25  # standard deviation of the logarithm of the amplitude
_DRIFT_PERIOD = 200.0  # s


@dataclass(frozen=True)
class Variation:
    """How the background of a recording changes over time."""

    awake: np.ndarray  # (n_times,): degree of wakefulness, 0 to 1.
    rhythm_gains: dict  # Rhythm of the background -> factor on its amplitude, (n_times,).
    drift: np.ndarray  # (n_times,): factor on the amplitude of the whole background.
    activity: np.ndarray  # (64, n_times): additional source activity, in uV at the scalp.
    # (2, n_times): additional amplitude of muscle activity, left and right, in uV.
    muscle: np.ndarray
    potentials: np.ndarray  # (21, n_times): additional artifacts at the electrodes, in uV.


def _draw_runs(awake, sfreq, rng):
    """Draw runs of an artifact as an envelope, which is about 1 within a run."""
    envelope = np.zeros(len(awake))
    for start in occurrences(_RUNS * awake, len(awake), sfreq, rng):
        duration = rng.uniform(*_RUN_LENGTHS)
        times = np.arange(min(int(duration * sfreq), len(awake) - start)) / sfreq
        run = rng.uniform(0.5, 1.5) * rise(times, 1.0) * rise(duration - times, 1.0)
        within = envelope[start : start + len(run)]
        np.maximum(within, run, out=within)
    return envelope


def _simulate_movement(envelope, sfreq, rng):
    """Simulate head movements: large slow waves, similar at neighbouring electrodes."""
    n_ways = 4
    waves = shaped_noise(n_ways, len(envelope), sfreq, band(0.5, 4.0, order=2), rng)
    # The direction of movement differs between runs.
    waves *= [slow_drift(len(envelope), sfreq, 30.0, rng) for _ in range(n_ways)]
    gain = electrode_positions() @ rng.normal(0, 0.5, (3, n_ways))
    gain *= rng.lognormal(0, 0.4, (len(SENSORS), 1))
    return _MOVEMENT * gain @ (envelope * waves)


def draw_variation(patient, n_times, rng):
    """Draw how the background of a recording changes."""
    sfreq = patient.sfreq
    states = draw_states(n_times, sfreq, rng)
    awake = states[0]
    activity = simulate_sleep(states, sfreq, rng)
    # Epileptic discharges are more frequent in drowsiness and sleep.
    activity += simulate_interictal(patient, n_times, rng, share=1 - awake)
    chewing = np.abs(np.sin(np.pi * rng.uniform(1.0, 2.0) * np.arange(n_times) / sfreq))
    muscle = [_draw_runs(awake, sfreq, rng) for _ in range(2)]  # clenching, chewing
    sides = _MUSCLE * patient.muscle * rng.uniform(0.3, 1.0, (2, 1))
    blinking = _BLINKS * _draw_runs(awake, sfreq, rng)
    potentials = simulate_blinks(patient, awake, rng, per_minute=blinking)
    potentials += _simulate_movement(_draw_runs(awake, sfreq, rng), sfreq, rng)
    return Variation(
        awake=awake,
        rhythm_gains=rhythm_gains(states, sfreq, rng),
        drift=np.exp(_DRIFT * slow_drift(n_times, sfreq, _DRIFT_PERIOD, rng), dtype=np.float32),
        activity=activity,
        muscle=sides * (muscle[0] + chewing * muscle[1]),
        potentials=potentials,
    )
