"""The signals of an EDF or BDF file, only those wanted and each at its own rate."""

import numpy as np

from ..errors import InputError

# Read at a time. A memory map would end the process where the file becomes shorter meanwhile.
_BLOCK_BYTES = 2**23
_VOLTS = {"mV": 1e-3, "V": 1.0}  # every other unit that passed the check is a spelling of uV


def edf_extents(header):
    """Tell how many samples a recording has of each label, and how many a second.

    Parameters
    ----------
    header : EdfHeader
        The header of the recording.

    Returns
    -------
    extents : dict of str to tuple
        Label -> sampling rate in Hz and number of samples. Where a label occurs twice the
        first one counts.
    """
    rates = iter(header.sfreqs)
    extents: dict = {}
    for signal in header.signals:
        if not signal.is_annotations:
            extent = next(rates), header.n_records * signal.n_samples
            extents.setdefault(signal.label, extent)
    return extents


def read_edf_signals(header, labels):
    """Read signals of a recording that :func:`~.recording_check.check_recording` accepted.

    mne reads signals of different rates by bringing them all to the highest one, and
    takes several times as long.

    Parameters
    ----------
    header : EdfHeader
        The header of the recording.
    labels : sequence of str
        Labels of the signals wanted. Where a label occurs twice the first one counts.

    Returns
    -------
    signals : list of array of float32, shape (n_times,)
        Volts, in the order of ``labels``. An int16 or int24 and its neighbours stay
        different numbers in single precision.

    Raises
    ------
    InputError
        If the file has become shorter than its header was read from.
    """
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
    """Read the records of a recording, some at a time.

    Parameters
    ----------
    header : EdfHeader
        The header of the recording.

    Yields
    ------
    block : array of uint8, shape (n_records, n_bytes)
        The next records.

    Raises
    ------
    InputError
        If the file ends before its last record.
    """
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
                    "wait until it is written, or fetch it again",
                )
            yield block.reshape(n_records, n_bytes)


def _to_volts(data, signal, out):
    """Write what samples mean in volts."""
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
    """Widen three bytes to four: the lowest is 0, and the sign comes along with the shift."""
    widened = np.zeros((len(data), data.shape[1] // 3, 4), np.uint8)
    widened[..., 1:] = data.reshape(len(data), -1, 3)
    return widened.view("<i4")[..., 0] >> 8
