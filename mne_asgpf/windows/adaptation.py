"""Adapting windows to their recording or patient.

Properties of a recording (the skull, the amplifier and its filters, the reference, drugs) affect
the spectrum of each of its seconds. Dividing the Fourier transform of each second by the typical
amplitudes removes them. Adapted windows are signals in volts, so that any model can be trained
on them: their log-spectra are those of the windows minus the typical ones, plus a constant.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import mne
import numpy as np

from ..errors import InputError
from ..signals.plausible import usable_seconds

#: RMS in volts of white noise with the typical amplitude of an adapted signal in every bin.
TYPICAL_RMS = 3e-5
#: Maximum number of seconds in a typical spectrum; of more, every second, fourth, ... is used.
MOST_SECONDS = 7200
_FLOOR = 1e-9  # V, least amplitude of a bin; below is only rounding
_BLOCK = 60  # s of a Raw to read at a time


@dataclass(frozen=True, eq=False)
class TypicalSpectrum:
    """The typical spectrum of each channel of a recording or a patient.

    Parameters
    ----------
    log_amplitude : array of float, shape (n_channels, n_bins)
        Median of the natural logarithm of the amplitude in volts over seconds, in bins of
        1 Hz from 0 Hz to the Nyquist frequency, of the discrete Fourier transform of a
        second without a taper. NaN for a channel without usable seconds.
    n_seconds : array of int, shape (n_channels,)
        Number of seconds of each channel that were used.
    sfreq : int
        Sampling rate in Hz.
    """

    log_amplitude: np.ndarray
    n_seconds: np.ndarray
    sfreq: int

    def apply(self, window: np.ndarray) -> np.ndarray:
        """Adapt a window to the typical spectrum.

        Parameters
        ----------
        window : array of float, shape (n_channels, n_times)
            Signals in volts, at least one second; NaN if missing.

        Returns
        -------
        adapted : array of float, shape (n_channels, n_times)
            Signals in volts. In each second from the window's start, the log-spectrum is
            that of the window minus ``log_amplitude``, plus the logarithm of
            ``TYPICAL_RMS * sqrt(sfreq)``. Samples after the last whole second are taken
            from the second that ends with the window. A second with NaN is NaN; a channel
            without a typical spectrum is unchanged.
        """
        n_whole = window.shape[-1] // self.sfreq * self.sfreq
        adapted = self._adapt_seconds(window[..., :n_whole])
        if rest := window.shape[-1] - n_whole:
            end = self._adapt_seconds(window[..., -self.sfreq :])
            adapted = np.concatenate([adapted, end[..., -rest:]], axis=-1)
        known = self.n_seconds[:, None] > 0
        return np.where(known, adapted, window).astype(window.dtype, copy=False)

    @cached_property
    def _gain(self):
        return np.exp(np.log(TYPICAL_RMS * np.sqrt(self.sfreq)) - self.log_amplitude)[:, None]

    def _adapt_seconds(self, x):
        seconds = x.reshape(len(x), -1, self.sfreq)
        spectra = np.fft.rfft(seconds.astype(float)) * self._gain
        return np.fft.irfft(spectra, n=self.sfreq).reshape(x.shape)


def typical_spectrum(
    signals: mne.io.BaseRaw | Iterable[mne.io.BaseRaw] | Iterable[np.ndarray],
    sfreq: float | None = None,
) -> TypicalSpectrum:
    """Compute the typical spectrum of recordings or windows.

    It is the median over seconds, so that events in less than half of them, such as a seizure,
    change it little and are preserved in the windows: if a seizure lasts a third of a recording
    and all its seconds are stronger than the others, the logarithm changes by about 0.35. In
    each channel, seconds are excluded that contain NaN, are flat or clipped
    (:func:`mne_asgpf.signals.plausible.usable_seconds`) or, for Raws, overlap with an
    annotation whose description starts with "bad".

    Parameters
    ----------
    signals : mne.io.BaseRaw | iterable of mne.io.BaseRaw | iterable of array
        Recordings or windows of the same channels in volts, windows of shape (n_channels,
        n_times). Raws are read a minute at a time.
    sfreq : float | None
        Sampling rate in Hz; None to use that of the first Raw.

    Returns
    -------
    spectrum : TypicalSpectrum
        The typical spectrum of all of them together.

    Raises
    ------
    InputError
        If the sampling rate is not a whole number, or is not given for windows.
    """
    if isinstance(signals, mne.io.BaseRaw):
        signals = [signals]
    kept, every, n_seen = [], 1, 0
    for item in signals:
        if sfreq is None and isinstance(item, mne.io.BaseRaw):
            sfreq = item.info["sfreq"]
        step = _samples_per_second(sfreq)
        for block in recording_blocks(item) if isinstance(item, mne.io.BaseRaw) else [item]:
            spectra = _log_spectra(np.asarray(block), step)
            # Copies, or dropped seconds would stay in memory with those that are kept.
            kept += [second.copy() for second in spectra[-n_seen % every :: every]]
            n_seen += len(spectra)
            while len(kept) > MOST_SECONDS:
                kept, every = kept[::2], 2 * every
    if not kept:
        raise InputError("signals", "are shorter than a second", "give at least one second")
    return _typical(kept, step)


def recording_blocks(raw):
    """Yield blocks of whole seconds in volts, (n_channels, n_times), NaN where annotated as bad."""
    # An annotation that names channels marks only these.
    step = _samples_per_second(raw.info["sfreq"])
    n_seconds = raw.n_times // step
    bad = np.zeros((len(raw.ch_names), n_seconds), bool)
    for row in raw.annotations:
        if row["description"].lower().startswith("bad"):
            start = row["onset"] - raw.first_time
            seconds = slice(max(int(start), 0), max(int(np.ceil(start + row["duration"])), 0))
            names = row["ch_names"] or raw.ch_names
            bad[[raw.ch_names.index(name) for name in names if name in raw.ch_names], seconds] = 1
    for first in range(0, n_seconds, _BLOCK):
        last = min(first + _BLOCK, n_seconds)
        block = raw[:, first * step : last * step][0].reshape(len(bad), -1, step)
        block = np.where(bad[:, first:last, None], np.nan, block)
        yield block.reshape(len(bad), -1)


class RunningAdaptation:
    """Adapt a stream, second by second, to its typical spectrum so far.

    Each second is adapted to the typical spectrum of the last ``memory`` seconds, including
    itself, without look-ahead. The adapted first second has the typical amplitude in every bin;
    results are meaningful after about half a minute.

    Parameters
    ----------
    sfreq : float
        Sampling rate in Hz, a whole number.
    memory : int
        Number of seconds to use: a seizure shorter than half of them is preserved.
        600 s of 19 channels at 200 Hz take 4.6 MB.
    """

    def __init__(self, sfreq: float, memory: int = 600) -> None:
        self._step = _samples_per_second(sfreq)
        self._spectra: deque[np.ndarray] = deque(maxlen=memory)

    def push(self, second: np.ndarray) -> np.ndarray:
        """Adapt the next second.

        Parameters
        ----------
        second : array of float, shape (n_channels, sfreq)
            The signals in volts; NaN for channels that are missing.

        Returns
        -------
        adapted : array of float, shape (n_channels, sfreq)
            The second after :meth:`TypicalSpectrum.apply`.

        Raises
        ------
        InputError
            If the input is not one second long.
        """
        if second.shape[-1] != self._step:
            raise InputError(
                "second", f"has {second.shape[-1]} samples", f"give one second, {self._step}"
            )
        self._spectra.extend(_log_spectra(second, self._step))
        return _typical(self._spectra, self._step).apply(second)


def _samples_per_second(sfreq):
    if sfreq is None:
        raise InputError("sfreq", "the sampling rate of windows is unknown", "give sfreq=")
    if sfreq % 1 or sfreq < 1:
        raise InputError("sfreq", f"{sfreq:g} Hz is not a whole number", "resample to whole Hz")
    return int(sfreq)


def _log_spectra(x, step):
    """Return ln of amplitudes (n_seconds, n_channels, n_bins); NaN in excluded seconds."""
    n_seconds = x.shape[-1] // step
    seconds = x[..., : n_seconds * step].reshape(len(x), n_seconds, step).astype(float)
    spectra = np.log(np.maximum(np.abs(np.fft.rfft(seconds)), _FLOOR)).astype(np.float32)
    spectra[~usable_seconds(x, step)] = np.nan
    return spectra.transpose(1, 0, 2)


def _typical(spectra, step):
    spectra = np.stack(list(spectra), axis=1)
    usable = ~np.isnan(spectra).any(-1)
    median = np.full((len(spectra), spectra.shape[-1]), np.nan)
    for row in np.flatnonzero(usable.any(1)):  # numpy.nanmedian would sort every bin
        median[row] = np.median(spectra[row, usable[row]], axis=0)
    return TypicalSpectrum(median, usable.sum(1), step)
