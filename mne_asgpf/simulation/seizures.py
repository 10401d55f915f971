"""The seizure types: one function for the EEG pattern of each, and one table.

Morphologies follow the ILAE's classification and its glossary of EEG patterns
(Fisher et al., *Epilepsia* 2017; Kane et al., *Clinical Neurophysiology Practice*
2017). Ranges of types overlap on purpose, as in patients.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..channels import ELECTRODES
from .discharges import glide, rise, run_phase, spike_wave
from .leadfield import electrode_positions
from .noise import band, shaped_noise, slow_drift
from .spread import Spread


@dataclass(frozen=True)
class Seizure:
    """One simulated seizure."""

    label: str  # Its type, a label of TUSZ.
    activity: np.ndarray  # (64, n_times) in uV at the scalp.
    muscle: np.ndarray  # (2, n_times): amplitude of its muscle activity, left and right, in uV.
    # Electrode -> seconds after the onset at which the seizure reaches the cortex below it;
    # electrodes that are never reached are omitted.
    recruitment: dict

    @property
    def onset_region(self):
        """The electrodes over the onset of the seizure."""
        return tuple(name for name, delay in self.recruitment.items() if delay == 0)


@dataclass
class _Course:
    """The result of a type's function: waves with amplitudes in uV, and muscle activity."""

    spread: Spread
    waves: list
    muscle: np.ndarray | float = 0.0
    fade: tuple = (0.3, 1.5)


def _generalised(patient, rng, *, asymmetry, falloff, lag=0.02):
    """Start everywhere at once, with frontal maximum and some asymmetry."""
    centre = np.array([np.copysign(0.45, patient.tilt), 0.75, 0.5]) + rng.normal(0, 0.1, 3)
    return Spread(
        tuple(float(x) for x in centre / np.linalg.norm(centre)),
        radius=np.pi,
        falloff=falloff,
        lag=lag,
        mirror_delay=0.0,
        mirror_gain=1 - asymmetry * abs(patient.tilt),
    )


def _fast(times, sfreq, rng, rate, slowing):
    """Simulate fast activity: narrow-band noise of falling frequency."""
    phase = run_phase(glide(times, rate, rate * slowing, 12.0), sfreq, 0.12, rng)
    course = spike_wave(phase, sharpness=0.5)
    return course * (1 + 0.35 * slow_drift(len(times), sfreq, 0.4, rng))


def _focal(patient, times, rng):
    """Simulate a theta or alpha rhythm that slows to delta, grows and spreads from the focus."""
    sfreq, duration = patient.sfreq, times[-1]
    start = np.clip(patient.tempo * rng.uniform(3.0, 8.5), 2.5, 10.0)
    stop = max(1.3, start * rng.uniform(0.35, 0.7))
    phase = run_phase(glide(times, start, stop, min(duration, 45.0)), sfreq, 0.15, rng)
    wave = spike_wave(phase, sharpness=rng.uniform(0.2, 3.0), spike=1.2 * patient.spike)
    wave *= rise(times, rng.uniform(3, 15), 0.35) * (
        1 + 0.25 * slow_drift(len(times), sfreq, 1.0, rng)
    )
    fast = _fast(times, sfreq, rng, patient.tempo * rng.uniform(12, 22), 0.6)
    fast *= 1 - rise(times, rng.uniform(4, 9))
    spread = Spread(
        patient.focus,
        radius=0.6,
        speed=patient.speed,
        falloff=0.9,
        lag=0.03,
        mirror_delay=patient.mirror_delay * rng.uniform(0.7, 1.4),
    )
    amplitude = patient.amplitude * rng.uniform(22, 45)
    motor = patient.motor * rise(times, 8.0)
    return _Course(spread, [(wave, amplitude), (fast, 0.4 * patient.fast_onset * amplitude)], motor)


def _generalised_nonspecific(patient, times, rng):
    """Simulate an irregular generalised rhythm that is larger on one side."""
    sfreq = patient.sfreq
    start = np.clip(patient.tempo * rng.uniform(2.2, 6.5), 1.8, 8.0)
    rates = glide(times, start, start * rng.uniform(0.55, 1.1), 30.0)
    phase = run_phase(rates, sfreq, 0.35 - 0.25 * patient.regularity, rng)
    wave = spike_wave(phase, sharpness=rng.uniform(0.3, 2.5), spike=1.5 * patient.spike)
    wave *= rise(times, rng.uniform(0.5, 8), 0.4) * (
        1 + 0.3 * slow_drift(len(times), sfreq, 1.0, rng)
    )
    fast = _fast(times, sfreq, rng, patient.tempo * rng.uniform(11, 20), 0.7)
    fast *= 1 - rise(times, rng.uniform(3, 7))
    amplitude = patient.amplitude * rng.uniform(22, 48)
    return _Course(
        _generalised(patient, rng, asymmetry=0.7, falloff=1.0),
        [(wave, amplitude), (fast, 0.4 * patient.fast_onset * amplitude)],
        patient.motor,
    )


def _absence(patient, times, rng):
    """Simulate 3 Hz spike and wave, slowing from 3.5 to 2.5 Hz, with abrupt ends."""
    sfreq = patient.sfreq
    start = 3.4 * patient.tempo**0.6
    phase = run_phase(glide(times, start, 0.75 * start, max(times[-1], 10.0)), sfreq, 0.05, rng)
    wave = spike_wave(phase, sharpness=rng.uniform(0.8, 2.0), spike=0.5 + patient.spike)
    wave *= 1 + 0.15 * slow_drift(len(times), sfreq, 2.0, rng)
    return _Course(
        _generalised(patient, rng, asymmetry=0.2, falloff=1.1, lag=0.01),
        [(wave, patient.amplitude * rng.uniform(24, 50))],
        0.4 * patient.motor,
        fade=(0.15, 0.2),
    )


def _tonic(patient, times, rng):
    """Simulate low-voltage fast activity that grows and slows: 10 to 25 Hz, bilateral."""
    sfreq, duration = patient.sfreq, times[-1]
    fast = _fast(times, sfreq, rng, np.clip(patient.tempo * rng.uniform(12, 24), 10, 26), 0.6)
    fast *= rise(times, min(duration, rng.uniform(4, 10)), 0.25)
    # A slow shift accompanies the fast activity and broadens its spectrum.
    slow = shaped_noise(1, len(times), sfreq, band(0.8, 4.0), rng)[0] * rise(times, 3.0)
    amplitude = patient.amplitude * rng.uniform(14, 32)
    return _Course(
        _generalised(patient, rng, asymmetry=0.4, falloff=1.2),
        [(fast, amplitude), (slow, 0.7 * amplitude)],
        1.5 * patient.motor * rise(times, 2.0),
    )


def _tonic_clonic(patient, times, rng):
    """Simulate a tonic phase, then clonic bursts that slow from 5 to 1 per second."""
    sfreq, duration = patient.sfreq, times[-1]
    tonic = _tonic(patient, times, rng)
    turn = min(0.4 * duration, rng.uniform(6, 15))
    clonic_share = rise(times - turn, 3.0)
    rates = glide(times - turn, patient.tempo * rng.uniform(3.5, 5.5), 1.0, duration - turn)
    phase = run_phase(rates, sfreq, 0.08, rng)
    clonic = spike_wave(phase, sharpness=1.5, spike=1.0 + patient.spike, n_spikes=3)
    jerks = np.clip(np.sin(2 * np.pi * phase), 0, 1)
    waves = [(wave * (1 - clonic_share), amplitude) for wave, amplitude in tonic.waves]
    waves.append((clonic * clonic_share, 2.0 * waves[0][1]))
    muscle = tonic.muscle * 2.0 * (1 - clonic_share * (1 - jerks))
    return _Course(tonic.spread, waves, muscle)


def _myoclonic(patient, times, rng):
    """Simulate one short train of polyspikes and waves."""
    phase = run_phase(np.full(len(times), rng.uniform(2.0, 3.5)), patient.sfreq, 0.15, rng)
    wave = spike_wave(phase, wave=0.8, sharpness=1.2, spike=1.5, n_spikes=int(rng.integers(3, 6)))
    return _Course(
        _generalised(patient, rng, asymmetry=0.3, falloff=1.1),
        [(wave, patient.amplitude * rng.uniform(30, 60))],
        3.0 * patient.motor * np.clip(np.sin(2 * np.pi * phase), 0, 1),
        fade=(0.05, 0.2),
    )


@dataclass(frozen=True)
class SeizureModel:
    """The simulation model of a type."""

    course: Callable  # The function that simulates it.
    shortest: float  # Range of its durations in seconds.
    longest: float


SEIZURE_MODELS = {
    "fnsz": SeizureModel(_focal, 15.0, 70.0),
    "spsz": SeizureModel(_focal, 10.0, 45.0),
    "cpsz": SeizureModel(_focal, 25.0, 80.0),
    "gnsz": SeizureModel(_generalised_nonspecific, 8.0, 60.0),
    "absz": SeizureModel(_absence, 5.0, 20.0),
    "tnsz": SeizureModel(_tonic, 6.0, 20.0),
    "tcsz": SeizureModel(_tonic_clonic, 30.0, 70.0),
    "mysz": SeizureModel(_myoclonic, 1.0, 3.0),
}


def draw_duration(label, patient, rng):
    """Draw the duration of a seizure."""
    model = SEIZURE_MODELS[label]
    low, high = np.log((model.shortest, model.longest))
    drawn = patient.pace * np.exp(rng.uniform(low, high))
    return float(np.clip(drawn, model.shortest, model.longest))


def simulate_seizure(label, patient, duration, rng):
    """Simulate one seizure."""
    times = np.arange(int(round(duration * patient.sfreq))) / patient.sfreq
    course = SEIZURE_MODELS[label].course(patient, times, rng)
    begin, end = course.fade
    edges = rise(times, begin) * rise(times[-1] - times, end)
    activity = sum(
        course.spread.activate(edges * wave, amplitude, patient.sfreq)
        for wave, amplitude in course.waves
    )
    sides = rng.uniform(0.4, 1.0, (2, 1))
    delays = course.spread.recruitment(electrode_positions()[: len(ELECTRODES)])
    # Areas that join in the last second are not counted as part of the seizure.
    recruitment = {
        name: float(delay)
        for name, delay in zip(ELECTRODES, delays, strict=True)
        if delay < duration - 1 or delay == 0
    }
    return Seizure(label, activity, sides * course.muscle * edges, recruitment)
