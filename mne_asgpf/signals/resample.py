"""Resampling: in exact time, which is ours, and as the released scripts do it."""

from fractions import Fraction

import numpy as np
import scipy.fft
import scipy.signal

# scipy transforms four channels of single precision in the time of one.
_BATCH = 4


def resample_exact(data, sfreq, new_sfreq):
    """Resample by the Fourier method without stretching time.

    A bridge, which fades from the reflected end to the reflected start, makes the
    signal periodic and its length one that both rates share and whose transform is
    fast: a prime number of seconds takes no longer than others.

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
        The signals at ``new_sfreq``, free of aliases: sample k lies at
        k / ``new_sfreq`` seconds. They are computed in single precision, which is
        three millionths of a channel's greatest value or better; the type is that
        of ``data``.
    """
    data = np.asarray(data)
    ratio = (Fraction(new_sfreq) / Fraction(sfreq)).limit_denominator(100_000)
    up, down = ratio.numerator, ratio.denominator
    if ratio == 1:
        return data.copy()
    n_channels, n_times = data.shape
    n_new = n_times * up // down
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
        spectrum = scipy.fft.rfft(np.concatenate([signals, bridge], axis=1))
        n_periodic = n_blocks * up
        if up > down and n_blocks * down % 2 == 0:
            spectrum[:, -1] /= 2  # half of it lies at the negative frequency, from now on apart
        signals = scipy.fft.irfft(spectrum[:, : n_periodic // 2 + 1], n_periodic)
        out = resampled[first : first + _BATCH]
        np.multiply(signals[:, :n_new], up / down, out=out, casting="same_kind")
    return resampled


def resample_released(data, sfreq, new_sfreq):
    """Resample as the released scripts do, which may stretch time.

    The Fourier method over the whole recording to a whole number of seconds: a
    recording of 10.9 s is stretched by 9 %, its labels are not, and the jump from the
    last sample to the first one counts as signal. Where the number of samples has a
    large prime factor it takes many times as long.

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
    resampled : array of float, shape (n_channels, new_sfreq * floor(n_times / sfreq))
        The signals.
    """
    data = np.asarray(data)
    seconds = int(data.shape[1] / sfreq)
    return scipy.signal.resample(data, int(new_sfreq * seconds), axis=1)


#: The ways to resample, by name.
RESAMPLERS = {"exact": resample_exact, "released": resample_released}
