"""Checks of whether signals are plausible EEG in volts, and which seconds can be used."""

from itertools import islice
from typing import NamedTuple

import numpy as np
from mne.utils import warn

from ..errors import InputError

#: Deviation in volts within a second below which a channel is flat; amplifier noise is above.
FLAT = 3e-7
#: Deviation in volts within a second above which it is not EEG; movements are below.
MOST = 2e-3
# A second is clipped if more than a share of its samples, and more than a few, equal its
# maximum or minimum, or end runs of equal samples; quiet, coarsely digitised EEG has fewer.
_ON_LIMITS, _FEW = 0.05, 4
_ROW, _IN_ROWS = 5, 0.02
_CONSTANT = 1e-6  # range over maximum: rounding of a constant in single precision
_MAINS = (50, 60)  # Hz
_MAINS_SHARE = 0.95  # of the power, above which mains hide the EEG
_SILENT = 1e-8  # V, amplitude of a 1 Hz bin, below that of any amplifier's noise
_LOOKED_AT = 60  # seconds of a recording, or windows, to check


class Finding(NamedTuple):
    """A reason why signals are not plausible EEG in volts."""

    problem: str  # What is wrong, and with which channels.
    remedy: str  # What the user can do about it.


def usable_seconds(signals, step):
    """Return the seconds that statistics may use: (..., n_times) -> (..., n_seconds)."""
    # Those without NaN that are not flat (a deviation below `FLAT`) and not clipped: at most 5 % of
    # the samples equal the maximum or minimum and 2 % repeat the four before them.
    n_seconds = signals.shape[-1] // step
    x = signals[..., : n_seconds * step].reshape(*signals.shape[:-1], n_seconds, step)
    with np.errstate(invalid="ignore", over="ignore"):
        # At one sample per second there is no deviation from the mean of a second.
        deviation = x.std(-1) if step > 1 else abs(x[..., 0])
    on_limits = (x == x.max(-1, keepdims=True)) | (x == x.min(-1, keepdims=True))
    same = x[..., 1:] == x[..., :-1]
    n_ends = max(step - _ROW + 1, 0)
    in_rows = np.all([same[..., lag : lag + n_ends] for lag in range(_ROW - 1)], axis=0)
    cut_off = on_limits.sum(-1) > max(_ON_LIMITS * step, _FEW)
    # A regular rhythm returns to its maximum, too, but does not stay there.
    cut_off &= (on_limits[..., 1:] & same).any(-1)
    cut_off |= in_rows.sum(-1) > _IN_ROWS * step
    return np.isfinite(x).all(-1) & (deviation >= FLAT) & ~cut_off


def check_signals(where, signals, sfreq, ch_names=()):
    """Refuse signals without data, and warn if they are not plausible EEG in volts."""
    refuse_infinity(where, signals)
    if len(ch_names) != signals.shape[1]:
        ch_names = [f"channel {i}" for i in range(signals.shape[1])]
    found = find_implausible(signals, sfreq, ch_names)
    if found is None:
        raise InputError(
            where,
            "no channel has a second without NaN",
            "give signals with data",
        )
    for problem, remedy in found:
        warn(str(InputError(where, problem, remedy)))


def refuse_infinity(where, signals):
    """Refuse signals with infinite values, as 1e300 is in single precision."""
    extremes = [bound.reduce(signals, axis=None, initial=0) for bound in (np.fmax, np.fmin)]
    if np.isinf(extremes).any():
        raise InputError(
            where,
            "holds infinite values",
            "export the signals again, or set missing values to NaN",
        )


def check_recording_signals(where, read, n_times, sfreq, ch_names):
    """Apply check_signals to seconds spread over a recording, which ``read`` gets by sample."""
    seconds = _some_seconds(read, n_times, sfreq)
    if seconds is not None:
        check_signals(where, seconds, sfreq, ch_names)


def find_in_recording(read, n_times, sfreq, ch_names):
    """Find what is implausible in seconds spread over a recording, as find_implausible does."""
    seconds = _some_seconds(read, n_times, sfreq)
    return None if seconds is None else find_implausible(seconds, sfreq, ch_names)


def _some_seconds(read, n_times, sfreq):
    """Read seconds spread over a recording; None if it is shorter."""
    step = max(int(sfreq), 1)
    if n_times < step:
        return None  # windows are not shorter than a second
    seconds = [read(i * step, (i + 1) * step) for i in spread(n_times // step)]
    if not any(map(_holds_data, seconds)):  # the seconds may all be in a long pause
        every = (read(start, start + step) for start in range(0, n_times - step + 1, step))
        seconds = list(islice(filter(_holds_data, every), _LOOKED_AT)) or seconds
    return np.stack(seconds)


def _holds_data(second):
    return not np.isnan(second).any(axis=-1).all()


def spread(n):
    """Choose which of n windows to check: the indices of some, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, _LOOKED_AT)).astype(int)).tolist()


def find_implausible(signals, sfreq, ch_names):
    """Find what is implausible for EEG in volts; None if no channel has a second without NaN."""
    step = int(sfreq) if sfreq >= 2 else signals.shape[2]
    seconds = signals[..., : signals.shape[2] // step * step]
    seconds = seconds.reshape(*signals.shape[:2], -1, step).transpose(1, 0, 2, 3)
    seconds = seconds.reshape(len(ch_names), -1, step).astype(float)
    there = ~np.isnan(seconds).any(-1)
    if not there.any():
        return None
    at_hand = np.flatnonzero(there.any(1))
    names = [ch_names[i] for i in at_hand]
    rows = [seconds[i, there[i]] for i in at_hand]
    held = [_is_constant(row) for row in rows]
    constant = np.array([np.median(own) > 0.5 for own in held])
    level = np.array([_level(row[~own]) for row, own in zip(rows, held, strict=True)])
    if constant.all():
        what = "zero" if not any(row.any() for row in rows) else "constant"
        return [Finding(f"every channel is flat ({what})", "check the leads and the export")]
    typical = np.median(level[~constant])
    if not FLAT <= typical <= MOST:
        return [_wrong_unit(typical)]
    spectra = [_median_power(row) for row in rows]
    alive = [power for power, own in zip(spectra, level, strict=True) if own >= FLAT]
    return [
        *_bad_channels("flat", names, constant | (level < FLAT)),
        *_bad_channels("far beyond EEG", names, level > MOST),
        *_mains(names, spectra, level >= FLAT),
        *_silence(np.median(alive, axis=0), sfreq),
    ]


def _wrong_unit(typical):
    remedy = "give volts (from microvolts: 1e-6 * X)" if typical > MOST else "scale to volts once"
    return Finding(
        f"the typical amplitude is {typical:.3g} V, expected 1e-6 to 1e-3 V",
        f"{remedy}, or correct the unit in the file",
    )


def _is_constant(seconds):
    return np.ptp(seconds, axis=-1) <= _CONSTANT * np.abs(seconds).max(-1)


def _level(seconds):
    return np.median(seconds.std(-1)) if len(seconds) else 0.0


def _median_power(seconds):
    """Return the median squared amplitude of each 1 Hz bin, without leakage of slow waves."""
    taper = np.hanning(seconds.shape[-1] + 1)[:-1]
    centred = seconds - seconds.mean(-1, keepdims=True)
    return np.median(np.abs(2 * np.fft.rfft(centred * taper) / taper.sum()) ** 2, axis=0)


def _bad_channels(what, names, which):
    named = [name for name, hit in zip(names, which, strict=True) if hit]
    if named:
        yield Finding(
            f"{what}: {', '.join(named)}", "mark the channels as bad, so that they are ignored"
        )


def _mains(names, spectra, alive):
    for frequency in _MAINS:
        near = slice(frequency - 1, frequency + 2)
        named = [
            name
            for name, power, lives in zip(names, spectra, alive, strict=True)
            if lives and power[near].sum() > _MAINS_SHARE * power[1:].sum()
        ]
        if named:
            yield Finding(
                f"power line noise at {frequency} Hz is more than {_MAINS_SHARE:.0%} of the power "
                f"in {', '.join(named)}",
                f"check ground and reference, or use raw.notch_filter({frequency})",
            )


def _silence(power, sfreq):
    highest = np.flatnonzero(power > _SILENT**2)
    if len(highest) and highest[-1] < len(power) // 2:
        yield Finding(
            f"there is nothing above {highest[-1]} Hz, not even noise: upsampled, or low-pass "
            "filtered",
            f"give the original recording, at {sfreq:g} Hz or more",
        )
