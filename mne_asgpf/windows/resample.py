"""Resampling that keeps time: output sample k lies at k / new_sfreq seconds."""

from fractions import Fraction

import numpy as np
from scipy.fft import next_fast_len
from scipy.signal import resample


def resample_exact(data, sfreq, new_sfreq):
    """Resample by the Fourier method without stretching time.

    The published preparation resamples a whole recording to a whole number of
    seconds, which stretches recordings that are no whole number of seconds long,
    and takes the jump from the last sample to the first one for signal. Here a
    bridge, which fades from the reflected end to the reflected start, makes the
    signal periodic and its length one that both rates share.

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
    # The bridge takes a second or more.
    n_blocks = next_fast_len(-(-n_times // down) + int(np.ceil(sfreq / down)))
    n_bridge = n_blocks * down - n_times
    fade = (1 - np.cos(np.pi * (np.arange(n_bridge) + 0.5) / n_bridge)) / 2

    resampled = np.empty((len(data), n_new))
    for row, signal in zip(resampled, data, strict=True):
        after = np.pad(signal, (0, n_bridge), "reflect", reflect_type="odd")[n_times:]
        before = np.pad(signal, (n_bridge, 0), "reflect", reflect_type="odd")[:n_bridge]
        bridge = after + fade * (before - after)
        row[:] = resample(np.concatenate([signal, bridge]), n_blocks * up)[:n_new]
    return resampled
