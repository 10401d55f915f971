"""Windows adapted to the recording or the patient they come from.

What is typical of a recording (the skull, the amplifier and its filters, the reference, drugs)
is in the spectrum of every one of its seconds. Dividing the Fourier transform of each second by
the typical amplitudes takes it out. Adapted windows are signals in volts again, so that any
model can be trained on them: their log-spectra are those of the windows, less the typical ones,
plus a constant.
"""

from collections import deque
from dataclasses import dataclass
from functools import cached_property

import mne
import numpy as np

from ..errors import InputError
from ..signals.plausible import usable_seconds

#: RMS in volts of white noise whose amplitude an adapted signal has typically in every bin.
TYPICAL_RMS = 3e-5
#: Seconds that a typical spectrum is made of at most: beyond, every second, fourth, ... is taken.
MOST_SECONDS = 7200
_FLOOR = 1e-9  # V, least amplitude of a bin: below it there is rounding only
_BLOCK = 60  # s of a Raw that are read at a time


@dataclass(frozen=True, eq=False)
class TypicalSpectrum:
    """The typical spectrum of a recording or a patient, channel by channel.

    Parameters
    ----------
    log_amplitude : array of float, shape (n_channels, n_bins)
        Median of the natural logarithm of the amplitude in volts over seconds, in bins of
        1 Hz from 0 Hz to the Nyquist frequency, of the discrete Fourier transform of a
        second without a taper. NaN for a channel that had no usable second.
    n_seconds : array of int, shape (n_channels,)
        How many seconds of each channel it was made of.
    sfreq : int
        Sampling rate in Hz: samples a second.
    """

    log_amplitude: np.ndarray
    n_seconds: np.ndarray
    sfreq: int

    def apply(self, window):
        """Adapt a window to what is typical.

        Parameters
        ----------
        window : array of float, shape (n_channels, n_times)
            Signals in volts, one second at least; NaN where nothing was observed.

        Returns
        -------
        adapted : array of float, shape (n_channels, n_times)
            Signals in volts. In each second from the window's start, the log-spectrum is
            that of the window less ``log_amplitude``, plus the logarithm of
            ``TYPICAL_RMS * sqrt(sfreq)``. What is left after the last whole second is
            taken from the second that ends with the window. A second with NaN is NaN; a
            channel that has no typical spectrum stays as it is.
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


def typical_spectrum(signals, sfreq=None):
    """Compute the typical spectrum of recordings or windows.

    The median over seconds, so that what fills less than half of them, such as a seizure,
    moves it little and stays in the windows: where a seizure lasts a third of a recording and
    all its seconds are stronger than the others, the logarithm moves by about 0.35. Left out,
    channel by channel, are seconds that were not wholly observed (NaN), that are flat or cut off
    (:func:`mne_asgpf.signals.plausible.usable_seconds`) and, of Raws, those that an annotation
    touches whose description starts with "bad".

    Parameters
    ----------
    signals : mne.io.BaseRaw | iterable of mne.io.BaseRaw | iterable of array
        Recordings or windows of the same channels in volts, windows of shape (n_channels,
        n_times). Raws are read a minute at a time.
    sfreq : float | None
        Sampling rate in Hz; None: that of the first Raw.

    Returns
    -------
    spectrum : TypicalSpectrum
        What is typical of all of them together.

    Raises
    ------
    InputError
        If the sampling rate is not a whole number, or of windows not told.
    """
    if isinstance(signals, mne.io.BaseRaw):
        signals = [signals]
    kept, every, n_seen = [], 1, 0
    for item in signals:
        is_raw = isinstance(item, mne.io.BaseRaw)
        if sfreq is None and is_raw:
            sfreq = item.info["sfreq"]
        step = _samples_a_second(sfreq)
        for block in recording_blocks(item) if is_raw else [item]:
            spectra = _log_spectra(np.asarray(block), step)
            # Copies, or what is left out would stay in memory with what is kept.
            kept += [second.copy() for second in spectra[-n_seen % every :: every]]
            n_seen += len(spectra)
            while len(kept) > MOST_SECONDS:
                kept, every = kept[::2], 2 * every
    if not kept:
        raise InputError("signals", "they hold no second", "give at least one second")
    return _typical(kept, step)


def recording_blocks(raw):
    """Read a recording block by block, without what its annotations call bad.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording.

    Yields
    ------
    block : array of float, shape (n_channels, n_times)
        Volts, whole seconds from the recording's start; NaN in seconds that an annotation
        touches whose description starts with "bad", in its channels or, where it names
        none, in all.
    """
    step = _samples_a_second(raw.info["sfreq"])
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
    """Adapt a stream second by second to what was typical so far.

    Each second is adapted to the typical spectrum of the last ``memory`` seconds, itself
    included, so nothing that comes later enters. The first second has the typical spectrum in
    every bin; what the stream says is meaningful after half a minute or so.

    Parameters
    ----------
    sfreq : float
        Sampling rate in Hz, a whole number.
    memory : int
        Seconds that are remembered: a seizure that is shorter than half of them does not
        erase itself. 600 s of 19 channels at 200 Hz take 4.6 MB.
    """

    def __init__(self, sfreq, memory=600):
        self._step = _samples_a_second(sfreq)
        self._spectra = deque(maxlen=memory)

    def push(self, second):
        """Adapt the next second.

        Parameters
        ----------
        second : array of float, shape (n_channels, sfreq)
            The signals in volts; NaN for channels that are missing.

        Returns
        -------
        adapted : array of float, shape (n_channels, sfreq)
            The second as :meth:`TypicalSpectrum.apply` gives it.

        Raises
        ------
        InputError
            If it is not one second.
        """
        if second.shape[-1] != self._step:
            raise InputError(
                "second", f"it has {second.shape[-1]} samples", f"give one second, {self._step}"
            )
        self._spectra.extend(_log_spectra(second, self._step))
        return _typical(self._spectra, self._step).apply(second)


def _samples_a_second(sfreq):
    if sfreq is None:
        raise InputError("sfreq", "windows do not tell their sampling rate", "give sfreq=")
    if sfreq % 1 or sfreq < 1:
        raise InputError("sfreq", f"{sfreq:g} Hz is not a whole number", "resample to whole Hz")
    return int(sfreq)


def _log_spectra(x, step):
    """Return ln of amplitudes (n_seconds, n_channels, n_bins); NaN in seconds that do not count."""
    n_seconds = x.shape[-1] // step
    seconds = x[..., : n_seconds * step].reshape(len(x), n_seconds, step).astype(float)
    spectra = np.log(np.maximum(np.abs(np.fft.rfft(seconds)), _FLOOR)).astype(np.float32)
    spectra[~usable_seconds(x, step)] = np.nan
    return spectra.transpose(1, 0, 2)


def _typical(spectra, step):
    spectra = np.stack(list(spectra), axis=1)
    usable = ~np.isnan(spectra).any(-1)
    median = np.full((len(spectra), spectra.shape[-1]), np.nan)
    for row in np.flatnonzero(usable.any(1)):  # numpy.nanmedian would go through every bin
        median[row] = np.median(spectra[row, usable[row]], axis=0)
    return TypicalSpectrum(median, usable.sum(1), step)
