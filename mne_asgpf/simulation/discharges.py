"""The waveforms of epileptic discharges, as functions of the phase of their cycle."""

import numpy as np

from .noise import slow_drift


def run_phase(rates, sfreq, jitter, rng):
    """Integrate discharges per second, with relative ``jitter``, into cycles since the onset."""
    wobble = jitter * slow_drift(len(rates), sfreq, 1.0 / rates.mean(), rng)
    return np.cumsum(rates * np.exp(np.clip(wobble, -1, 1))) / sfreq


def _bump(phase, centre, sharpness):
    return np.exp(sharpness * (np.cos(2 * np.pi * (phase - centre)) - 1))


def spike_wave(phase, *, wave=1.0, sharpness=1.0, spike=0.0, n_spikes=1):
    """Make the cycles of a discharge: spikes, then a wave, both surface-negative."""

    def cycle(at):
        spikes = sum(_bump(at, 0.1 + 0.09 * k, 90.0) for k in range(n_spikes))
        return -wave * _bump(at, 0.55, sharpness) - spike * spikes

    one = cycle(np.arange(256) / 256)
    return (cycle(phase) - one.mean()) / one.std()


def glide(times, start, stop, duration):
    """Change from one value to another, linearly on a logarithmic scale."""
    return start * (stop / start) ** np.clip(times / duration, 0, 1)


def rise(times, duration, start=0.0):
    """Increase from a first value to 1."""
    return start + (1 - start) * np.sin(0.5 * np.pi * np.clip(times / duration, 0, 1)) ** 2
