"""The signals of an EDF or BDF file, only those wanted and each at its own rate."""

import numpy as np

_VOLTS = {"mV": 1e-3, "V": 1.0}  # every other unit that passed the check is a spelling of uV


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
    sfreqs : list of float
        The sampling rate of each, in Hz.
    """
    rates = iter(header.sfreqs)
    places, start = {}, 0
    for signal in header.signals:
        stop = start + signal.n_samples * header.sample_bytes
        if not signal.is_annotations:
            places.setdefault(signal.label, (signal, start, stop, next(rates)))
        start = stop
    records = np.memmap(
        header.path,
        mode="r",
        offset=header.header_bytes,
        shape=(header.n_records, start),
    )
    wanted = [places[label] for label in labels]
    signals = [_to_volts(records[:, first:last], signal) for signal, first, last, _ in wanted]
    return signals, [rate for *_, rate in wanted]


def _to_volts(data, signal):
    digital = _int16(data) if data.shape[1] == 2 * signal.n_samples else _int24(data)
    unit = _VOLTS.get(signal.physical_dimension, 1e-6)
    gain = (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min)
    offset = signal.physical_min - gain * signal.digital_min
    volts = digital.astype(np.float32).reshape(-1)
    volts *= np.float32(unit * gain)
    volts += np.float32(unit * offset)
    return volts


def _int16(data):
    return data.view("<i2")


def _int24(data):
    """Widen three bytes to four: the lowest is 0, and the sign comes along with the shift."""
    widened = np.zeros((len(data), data.shape[1] // 3, 4), np.uint8)
    widened[..., 1:] = data.reshape(len(data), -1, 3)
    return widened.view("<i4")[..., 0] >> 8
