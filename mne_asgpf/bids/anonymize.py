"""Anonymized recordings: pseudonyms, and EDF files without identities and dates."""

import hmac
import re
from dataclasses import replace

import numpy as np

from ..channels import derivation, electrode
from ..corpora.edf_header import read_edf_header, withheld_edf_header
from ..corpora.edf_signals import read_records
from ..jobs import sha256
from .channels_tsv import channel_type

#: Replaces texts that may identify the patient.
WITHHELD = "withheld in an anonymized dataset"
# Labels, other than those of electrodes, that name a kind of signal and not a person.
_KNOWN_LABEL = re.compile(
    r"((EEG|POL)[ -])?(\d{1,3}|X\d{1,2}|([EL]?ECG|EKG|EOG|EMG|ROC|LOC|RESP|TRIG|PHOTIC|DC)\d{0,2}"
    r"|EOG-?[LR]|ECG-?[LR]|BURSTS|SUPPR|IBI|ABD|PULSE RATE|PHOTIC PH|SPO2|OSAT|STATUS)"
    r"(-(REF|LE|AR|AVG|DC))?",
    re.ASCII,
)
_KNOWN_UNITS = (
    "",
    "uV",
    "\N{MICRO SIGN}V",
    "mV",
    "V",
    "nV",
    "%",
    "bpm",
    "BPM",
    "Hz",
    "mmHg",
    "Boolean",
)
# The onset of a record, which is the first of its annotations, without their texts.
_TIME = re.compile(rb"([+-]\d{1,9}(\.\d{0,9})?)(\x15[\d.]*)?\x14")


def pseudonym(secret, patient):
    """Return twelve hexadecimal digits for a patient, the same for the same secret."""
    return hmac.digest(secret.encode(), patient.encode(), "sha256").hex()[:12]


def anonymization_key(secret):
    """Return a note by which datasets with equal pseudonyms are recognised; None without secret."""
    return None if secret is None else f"anonymized with key {pseudonym(secret, '')}"


def keyed_hash(secret, path):
    """Return the HMAC-SHA-256 of a file's SHA-256, which can be verified only with the secret."""
    return hmac.digest(secret.encode(), sha256(path).encode(), "sha256").hex()


def copy_without_identity(source, target):
    """Copy an EDF or BDF file without names, dates and free text."""
    # Samples are unchanged. The header keeps the fields needed to read them and known labels and
    # units; of the annotations of EDF+, only the onsets of records are kept. Bytes after the last
    # record are left out.
    header = read_edf_header(source)
    stated = header.n_records_stated
    header = replace(header, n_records=stated if stated > 0 else header.n_records)
    sizes = [header.sample_bytes * signal.n_samples for signal in header.signals]
    places = np.cumsum([0, *sizes])
    annotations = [i for i, signal in enumerate(header.signals) if signal.is_annotations]
    with open(target, "wb") as file:
        file.write(
            withheld_edf_header(
                header,
                n_records=header.n_records,
                labels=[_label(signal, i, header) for i, signal in enumerate(header.signals)],
                units=[_unit(signal) for signal in header.signals],
            )
        )
        done = 0
        for block in read_records(header):
            for i in annotations:
                columns = block[:, places[i] : places[i + 1]]
                for number, record in enumerate(columns, done):
                    kept = _time_of_record(record.tobytes(), number, header)
                    kept = kept if i == annotations[0] and len(kept) <= sizes[i] else b""
                    record[:] = np.frombuffer(kept.ljust(sizes[i], b"\0"), np.uint8)
            file.write(block.tobytes())
            done += len(block)


def _label(signal, index, header):
    """Return a label without identity: the signal's own if it is known."""
    if signal.is_annotations:
        return f"{header.format.upper()} Annotations"
    label = signal.label
    if electrode(label):
        return label
    if (pair := derivation(label)) and len(label.split("-")) == len(pair):
        return label
    if _KNOWN_LABEL.fullmatch(label.upper()):
        return label
    kind = channel_type(label)
    return f"{kind} {index + 1}" if kind != "EEG" else f"MISC {index + 1}"


def _unit(signal):
    known = not signal.is_annotations and signal.physical_dimension in _KNOWN_UNITS
    return signal.physical_dimension if known else ""


def _time_of_record(annotations, number, header):
    """Return the time-stamped list with the onset of a record, without its texts."""
    if found := _TIME.match(annotations):
        return found.group(1) + b"\x14\x14\x00"
    if header.is_discontinuous or not header.is_edf_plus:
        return b""
    return f"+{number * header.record_duration:.9g}".encode() + b"\x14\x14\x00"
