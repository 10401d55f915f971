"""Synthetic recordings as EDF files like those of TUSZ."""

import datetime
import itertools

import edfio
import numpy as np

from ..atomic import atomic_path
from ..channels import ALIASES, ELECTRODES

_OLD_NAMES = {modern: old for old, modern in ALIASES.items()}
# Channels of the corpus at 1 Hz: interburst interval, bursts, suppression.
_ONE_HERTZ = ("IBI", "BURSTS", "SUPPR")
_LIMIT = 3276.7  # uV; steps of .1 uV, as in the corpus


def tusz_label(electrode, reference):
    """Return the label of an electrode in TUSZ."""
    return f"EEG {_OLD_NAMES.get(electrode, electrode).upper()}-{reference}"


def write_tusz_edf(path, raw, reference, patient_code, *, age, sex, start):
    """Write a recording with the labels and additional channels of TUSZ."""
    sfreq, seconds = raw.info["sfreq"], int(raw.n_times / raw.info["sfreq"])
    signals = []
    for name, volts in zip(raw.ch_names, raw.get_data(), strict=True):
        label = f"EEG EKG1-{reference}" if name == "EKG" else tusz_label(name, reference)
        signals.append(_signal(label, 1e6 * volts, sfreq))
    signals.append(_signal(f"PHOTIC-{reference}", np.zeros(raw.n_times), sfreq))
    signals += [_signal(label, np.zeros(seconds), 1) for label in _ONE_HERTZ]
    edf = edfio.Edf(
        signals,
        patient=edfio.Patient(
            code=patient_code,
            sex=sex,
            birthdate=datetime.date(start.year - age, 1, 1),
            name=patient_code,
            additional=(f"Age:{age}",),
        ),
        recording=edfio.Recording(startdate=start.date()),
        starttime=start.time(),
        data_record_duration=1,
    )
    with atomic_path(path) as temporary:
        edf.write(temporary)


def damage(path, kind):
    """Damage a recording like files in practice."""
    content = path.read_bytes()
    if kind == "truncated":
        content = content[: len(content) // 2]
    elif kind == "no EDF":
        content = b"The requested file could not be found on this server.\n"
    else:
        labels = [f"{a}-{b}".upper() for a, b in itertools.pairwise(ELECTRODES)]
        for i, label in enumerate(labels):
            content = content[: 256 + 16 * i] + f"{label:16}".encode() + content[272 + 16 * i :]
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def _signal(label, values, sfreq):
    return edfio.EdfSignal(
        np.clip(values, -_LIMIT, _LIMIT),
        sampling_frequency=sfreq,
        label=label,
        physical_dimension="uV",
        physical_range=(-_LIMIT, _LIMIT),
        digital_range=(-32767, 32767),
    )
