"""Resampling: in exact time (the default), and as in the released scripts."""

from fractions import Fraction

import numpy as np
import scipy.fft
import scipy.signal

# scipy transforms four channels in single precision in the time of one.
_BATCH = 4


def resample_exact(data, sfreq, new_sfreq):
    """Resample (n_channels, n_times) by the Fourier method without stretching time."""
    # A bridge, which fades from the reflected end to the reflected start, makes the signal periodic
    # and extends it to a length that suits both rates and a fast transform: a prime number of
    # seconds takes no longer than others. Sample k lies at k / `new_sfreq` seconds. Single
    # precision: the error is at most three millionths of a channel's maximum.
    data = np.asarray(data)
    ratio = rate_ratio(sfreq, new_sfreq)
    up, down = ratio.numerator, ratio.denominator
    if ratio == 1:
        return data.copy()
    n_channels, n_times = data.shape
    n_new = exact_length(n_times, sfreq, new_sfreq)
    # The bridge takes a second or more.
    n_blocks = scipy.fft.next_fast_len(-(-n_times // down) + int(np.ceil(sfreq / down)), real=True)
    n_bridge = n_blocks * down - n_times
    fade = np.float32((1 - np.cos(np.pi * (np.arange(n_bridge) + 0.5) / n_bridge)) / 2)

    resampled = np.empty((n_channels, n_new), data.dtype)
    for first in range(0, n_channels, _BATCH):
        signals = np.asarray(data[first : first + _BATCH], np.float32)
        end, start = signals[:, -n_bridge - 1 :], signals[:, : n_bridge + 1]
        after = np.pad(end, ((0, 0), (0, n_bridge)), "reflect", reflect_type="odd")
        before = np.pad(start, ((0, 0), (n_bridge, 0)), "reflect", reflect_type="odd")
        bridge = (1 - fade) * after[:, -n_bridge:] + fade * before[:, :n_bridge]
        signals = np.concatenate([signals, bridge], axis=1)
        if first + _BATCH >= n_channels:
            del data, end, start  # copies of a day are large, and the caller may not need them
        spectrum = scipy.fft.rfft(signals)
        del signals
        n_periodic = n_blocks * up
        if up > down and n_blocks * down % 2 == 0:
            spectrum[:, -1] /= 2  # half of it belongs to the negative frequency, now separate
        signals = scipy.fft.irfft(spectrum[:, : n_periodic // 2 + 1], n_periodic)
        out = resampled[first : first + _BATCH]
        np.multiply(signals[:, :n_new], up / down, out=out, casting="same_kind")
    return resampled


def resample_released(data, sfreq, new_sfreq):
    """Resample as in the released scripts, which may stretch time."""
    # It applies the Fourier method to the whole recording and yields a whole number of seconds: a
    # recording of 10.9 s is stretched by 9 %, its labels are not, and the jump from the last sample
    # to the first is part of the signal. It is many times slower if the number of samples has a
    # large prime factor.
    data = np.asarray(data)
    return scipy.signal.resample(data, released_length(data.shape[1], sfreq, new_sfreq), axis=1)


def exact_length(n_times, sfreq, new_sfreq):
    """Return the number of samples after :func:`resample_exact`."""
    ratio = rate_ratio(sfreq, new_sfreq)
    return n_times * ratio.numerator // ratio.denominator


def released_length(n_times, sfreq, new_sfreq):
    """Return the number of samples after :func:`resample_released`."""
    return int(new_sfreq * int(n_times / sfreq))


def rate_ratio(sfreq, new_sfreq):
    """Return the ratio of two rates as a fraction of whole numbers."""
    return (Fraction(new_sfreq) / Fraction(sfreq)).limit_denominator(100_000)


#: The resampling methods by name, each with the function for the resulting length.
RESAMPLERS = {
    "exact": (resample_exact, exact_length),
    "released": (resample_released, released_length),
}
