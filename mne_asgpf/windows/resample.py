"""Resampling that keeps time: output sample k lies at k / new_sfreq seconds."""

from fractions import Fraction

import numpy as np
from scipy.fft import next_fast_len
from scipy.signal import resample


def resample_exact(data, sfreq, new_sfreq):
    """Resample by the Fourier method without stretching time.

    The published preparation resamples a whole recording to a whole number of
    seconds, which stretches recordings that are no whole number of seconds long,
    and lets the two ends leak into each other. Here the ends are continued by
    reflection to a length that both rates share.

    Parameters
    ----------
    data : array of float, shape (n_channels, n_times)
        Finite signals.
    sfreq : float
        Their sampling frequency in Hz.
    new_sfreq : float
        The sampling frequency wanted, in Hz.

    Returns
    -------
    resampled : array of float, shape (n_channels, floor(n_times * new_sfreq / sfreq))
        The signals at ``new_sfreq``, free of aliases.
    """
    ratio = (Fraction(new_sfreq) / Fraction(sfreq)).limit_denominator(100_000)
    up, down = ratio.numerator, ratio.denominator
    if ratio == 1:
        return np.array(data, dtype=float)
    n_times = data.shape[1]
    n_new = n_times * up // down
    n_lead = int(np.ceil(sfreq / down))  # blocks of `down` samples, 1 s or more
    n_blocks = next_fast_len(2 * n_lead + int(np.ceil(n_times / down)))
    before = n_lead * down
    widths = (before, n_blocks * down - before - n_times)

    resampled = np.empty((len(data), n_new))
    for row, signal in zip(resampled, data, strict=True):
        padded = np.pad(signal, widths, mode="reflect", reflect_type="odd")
        row[:] = resample(padded, n_blocks * up)[n_lead * up :][:n_new]
    return resampled
