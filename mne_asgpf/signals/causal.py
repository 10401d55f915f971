"""Resampling of a stream: each second is returned as soon as it can be computed."""

from typing import Any

import numpy as np
import scipy.signal

from .resample import rate_ratio

# Half length of the filter in samples at the lower rate: it passes frequencies below 88 % of
# the lower Nyquist frequency and less than a thousandth of those above it.
_REACH = 30
_CUTOFF, _KAISER_BETA = 0.94, 5.65


class CausalResampler:
    """Resample a stream, second by second, whatever its chunks."""

    # `delay` is the look-ahead of the filter in seconds: sample k, at `k / new_sfreq`, depends on
    # the signal up to `delay` later. It is 0 if the rates are equal.

    def __init__(self, sfreq, new_sfreq):
        ratio = rate_ratio(sfreq, new_sfreq)
        self._up, self._down = ratio.numerator, ratio.denominator
        self._step = int(new_sfreq)
        widest = max(self._up, self._down)
        self._half = _REACH * widest if ratio != 1 else 0
        self._taps = np.ones(1)
        if self._half:
            window = ("kaiser", _KAISER_BETA)
            taps = scipy.signal.firwin(2 * self._half + 1, _CUTOFF / widest, window=window)
            # Each phase preserves a constant, or an amplifier's offset would become a hum.
            phases = np.pad(taps, (0, -len(taps) % self._up)).reshape(-1, self._up).sum(0)
            self._taps = taps / np.resize(phases, len(taps))
        self.delay = self._half / (self._up * sfreq)
        self._second = 0  # the next one to return
        self._held: Any = None  # the part of the stream that is still needed
        self._held_from = self._reach(0)[0]

    def push(self, chunk):
        """Add a chunk, (n_channels, n_times), and return the seconds that are now complete."""
        # A channel is NaN in seconds affected by a value that is not finite.
        if not chunk.shape[1]:
            return []
        if self._held is None:  # the first sample is repeated before the start
            self._held = np.repeat(chunk[:, :1], -self._held_from, axis=1)
        self._held = np.concatenate([self._held, chunk], axis=1)
        seconds = []
        while self._reach(self._second)[1] <= self._held_from + self._held.shape[1]:
            seconds.append(self._resample(self._second))
            self._second += 1
        start = self._reach(self._second)[0]
        self._held = self._held[:, start - self._held_from :].copy()
        self._held_from = start
        return seconds

    def _reach(self, second):
        """Return the first sample of the stream that affects a second, and the end."""
        first, last = second * self._step, (second + 1) * self._step - 1
        start = -((self._half - first * self._down) // self._up)
        return start, (last * self._down + self._half) // self._up + 1

    def _resample(self, second):
        """Filter and decimate: upfirdn counts from its first sample, so taps are shifted."""
        start, stop = self._reach(second)
        x = self._held[:, start - self._held_from : stop - self._held_from]
        whole = np.isfinite(x).all(axis=1, keepdims=True)
        ahead = second * self._step * self._down - start * self._up + self._half
        moved = np.pad(self._taps, (-ahead % self._down, 0))
        filtered = scipy.signal.upfirdn(moved, np.where(whole, x, 0.0), self._up, self._down)
        skipped = -(-ahead // self._down)
        return np.where(whole, filtered[:, skipped : skipped + self._step], np.nan)
