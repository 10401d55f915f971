"""Gaps between the records of a discontinuous EDF+ file."""

import re

import numpy as np

from ..errors import InputError
from .edf_signals import read_records

# A record's first time-stamped list: its onset and an empty annotation.
_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[^\x14]*)?\x14")
_TOLERANCE = 1e-3  # s, below a sample at any rate of EEG
# The duration of a record has eight characters, so that a third of a second is a millionth off.
_ROUNDING = 1e-6


def find_record_gaps(header):
    """Return (end of a record, start of the next) in seconds for each gap or overlap of records."""
    # Gaps below the tolerance are reported once they have added up to more.
    start = 0
    for signal in header.signals:
        stop = start + signal.n_samples * header.sample_bytes
        if signal.is_annotations:
            break
        start = stop
    else:
        raise InputError(
            header.path,
            "field 'reserved' states EDF+D, but no signal 'EDF Annotations' dates the records",
            "export the recording as EDF+C",
        )
    onsets = np.empty(header.n_records)
    stamps = (record for block in read_records(header) for record in block[:, start:stop])
    for index, record in enumerate(stamps):
        found = _ONSET.match(record.tobytes())
        if found is None:
            raise InputError(
                header.path,
                f"record {index + 1} of an EDF+D file does not state its onset",
                "export the recording as EDF+C",
            )
        onsets[index] = float(found.group(1))
    onsets -= onsets[0]
    duration = header.record_duration
    late = onsets - duration * np.arange(header.n_records)
    gaps, last = [], 0  # the record after the last gap, from which time is counted
    for index in range(1, header.n_records):
        tolerance = _TOLERANCE + _ROUNDING * duration * (index - last)
        if abs(late[index] - late[last]) > tolerance:
            end = onsets[last] + duration * (index - last)
            gaps.append((float(end), float(onsets[index])))
            last = index
    return gaps
