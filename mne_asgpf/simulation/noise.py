"""Gaussian noise with a given spectrum, for background and artifacts."""

import numpy as np
from scipy import fft


def shaped_noise(n_signals, n_times, sfreq, shape, rng):
    """Draw noise of unit variance, (n_signals, n_times), whose amplitude spectrum has a shape."""
    length = fft.next_fast_len(n_times, real=True)
    amplitude = shape(fft.rfftfreq(length, 1 / sfreq)).astype(np.float32)
    amplitude *= length / (2 * np.linalg.norm(amplitude))
    spectrum = rng.standard_normal((n_signals, len(amplitude), 2), np.float32).view(np.complex64)
    return fft.irfft(spectrum[..., 0] * amplitude, length)[:, :n_times]


def power_law(exponent, corner=0.7):
    """Make the spectrum of aperiodic EEG, with power falling as 1/f to an exponent."""
    # The exponent is 1 to 2 in waking adults (Donoghue et al., Nature Neuroscience 2020); below the
    # corner, in Hz, an amplifier's high-pass filter acts.

    def shape(freqs):
        freqs = np.maximum(freqs, 1e-9)
        return freqs ** (-exponent / 2) / np.sqrt(1 + (corner / freqs) ** 4)

    return shape


def band(low, high, order=4):
    """Make the spectrum of a band in Hz, the amplitude response of a Butterworth filter."""

    def shape(freqs):
        rise = (low / np.maximum(freqs, 1e-9)) ** (2 * order)
        return 1 / np.sqrt((1 + rise) * (1 + (freqs / high) ** (2 * order)))

    return shape


def occurrences(per_minute, n_times, sfreq, rng):
    """Draw the samples, unordered, of occasional events from one rate or one per sample."""
    peak = np.max(per_minute)
    starts = rng.integers(0, n_times, rng.poisson(peak * n_times / sfreq / 60))
    if np.ndim(per_minute):
        starts = starts[peak * rng.random(len(starts)) < per_minute[starts]]
    return starts


def slow_drift(n_times, sfreq, period, rng):
    """Draw a standard normal signal, (n_times,), that changes over ``period`` seconds."""
    duration = n_times / sfreq
    knots = rng.standard_normal(int(duration / period) + 2)
    at = np.arange(n_times) / sfreq / period
    # A cosine between independent knots keeps the variance at one.
    left = at.astype(int)
    turn = 0.5 * np.pi * (at - left)
    return np.cos(turn) * knots[left] + np.sin(turn) * knots[left + 1]
