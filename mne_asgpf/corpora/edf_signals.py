"""The signals of an EDF or BDF file, only the requested ones, each at its own rate."""

import numpy as np

from ..errors import InputError

# Read at a time. A memory map would kill the process if the file were truncated meanwhile.
_BLOCK_BYTES = 2**23
_VOLTS = {"mV": 1e-3, "V": 1.0}  # any other unit that passed the check means uV


def edf_extents(header):
    """Return label -> (Hz, number of samples); of signals with the same label, for the first."""
    rates = iter(header.sfreqs)
    extents: dict = {}
    for signal in header.signals:
        if not signal.is_annotations:
            extent = next(rates), header.n_records * signal.n_samples
            extents.setdefault(signal.label, extent)
    return extents


def read_edf_signals(header, labels):
    """Read signals in volts, float32, in the order of ``labels``; of duplicates, the first."""
    # mne resamples signals of different rates to the highest one and takes several times as long.
    # Adjacent int16 and int24 values stay distinct in single precision.
    rates = iter(header.sfreqs)
    places: dict = {}
    start = 0
    for signal in header.signals:
        stop = start + signal.n_samples * header.sample_bytes
        if not signal.is_annotations:
            places.setdefault(signal.label, (signal, start, stop, next(rates)))
        start = stop
    wanted = [places[label] for label in labels]
    signals = [np.empty((header.n_records, signal.n_samples), np.float32) for signal, *_ in wanted]
    done = 0
    for block in read_records(header):
        for volts, (signal, first, last, _) in zip(signals, wanted, strict=True):
            _to_volts(block[:, first:last], signal, out=volts[done : done + len(block)])
        done += len(block)
    return [volts.reshape(-1) for volts in signals]


def read_records(header):
    """Yield blocks of records, as uint8 of shape (n_records, n_bytes)."""
    n_bytes = header.sample_bytes * sum(signal.n_samples for signal in header.signals)
    n_at_a_time = max(_BLOCK_BYTES // max(n_bytes, 1), 1)
    with header.path.open("rb") as file:
        file.seek(header.header_bytes)
        for first in range(0, header.n_records, n_at_a_time):
            n_records = min(n_at_a_time, header.n_records - first)
            block = np.fromfile(file, np.uint8, n_records * n_bytes)
            if len(block) < n_records * n_bytes:
                raise InputError(
                    header.path,
                    "became shorter while it was read",
                    "wait until it is written completely, or fetch it again",
                )
            yield block.reshape(n_records, n_bytes)


def _to_volts(data, signal, out):
    """Write the samples in volts."""
    digital = _int16(data) if data.shape[1] == 2 * signal.n_samples else _int24(data)
    unit = _VOLTS.get(signal.physical_dimension, 1e-6)
    gain = (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min)
    offset = signal.physical_min - gain * signal.digital_min
    out[:] = digital
    out *= np.float32(unit * gain)
    out += np.float32(unit * offset)


def _int16(data):
    return data.view("<i2")


def _int24(data):
    """Widen three bytes to four; the shift back preserves the sign."""
    widened = np.zeros((len(data), data.shape[1] // 3, 4), np.uint8)
    widened[..., 1:] = data.reshape(len(data), -1, 3)
    return widened.view("<i4")[..., 0] >> 8
