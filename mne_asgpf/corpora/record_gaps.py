"""Gaps between the records of a discontinuous EDF+ file."""

import re

import numpy as np

from ..errors import InputError

# A record's first time-stamped list: its onset and an empty annotation.
_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[^\x14]*)?\x14")
_TOLERANCE = 1e-3  # s, below a sample at any rate of EEG


def find_record_gaps(header):
    """Find where the records of a file do not follow each other.

    Parameters
    ----------
    header : EdfHeader
        The header of an EDF+ or BDF+ file.

    Returns
    -------
    gaps : list of tuple of float
        ``(end of a record, start of the next)`` in seconds from the first record,
        for each pair with time between or overlapping.

    Raises
    ------
    InputError
        If a record does not state its onset.
    """
    start = 0
    for signal in header.signals:
        stop = start + signal.n_samples * header.sample_bytes
        if signal.is_annotations:
            break
        start = stop
    else:
        raise InputError(
            header.path,
            "field 'reserved' says EDF+D, but no signal 'EDF Annotations' dates the records",
            "export the recording as EDF+C",
        )
    record_bytes = header.sample_bytes * sum(signal.n_samples for signal in header.signals)
    data = np.memmap(
        header.path,
        mode="r",
        offset=header.header_bytes,
        shape=(header.n_records, record_bytes),
    )
    onsets = np.empty(header.n_records)
    for index, record in enumerate(data[:, start:stop]):
        found = _ONSET.match(record.tobytes())
        if found is None:
            raise InputError(
                header.path,
                f"record {index + 1} of an EDF+D file does not state its onset",
                "export the recording as EDF+C",
            )
        onsets[index] = float(found.group(1))
    onsets -= onsets[0]
    ends = onsets + header.record_duration
    apart = np.flatnonzero(np.abs(onsets[1:] - ends[:-1]) > _TOLERANCE)
    return [(float(ends[i]), float(onsets[i + 1])) for i in apart]
