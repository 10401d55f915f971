"""The manifest of the training data of a model: hashes of recordings and of patients.

A patient's id is hashed with the salt of the manifest, so that anyone who has the id can
check whether that patient was in the training data, but tables of hashes made for other
models are useless. Ids can be found by guessing: this is a pseudonym, not a secret.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ..jobs import sha256
from .schema import Recording, TrainingData

_ROUNDS = 10_000  # of the patients' hash: some milliseconds each, to slow down guessing


def training_manifest(windows, estimator, sfreq):
    """Make the manifest of the data that an estimator is fitted on."""
    n_windows = len(windows)
    patients = np.full(n_windows, None) if windows.patients is None else windows.patients
    recordings = getattr(windows.windows, "datasets", [])
    if recordings and all(hasattr(recording, "raw") for recording in recordings):
        sizes = [len(recording) for recording in recordings]
        firsts = np.cumsum([0, *sizes[:-1]])
        owners = [patients[first] for first in firsts]
        entries = [_recording(one.raw, n) for one, n in zip(recordings, sizes, strict=True)]
    else:
        codes, owners = pd.factorize(pd.Series(patients, dtype=object), use_na_sentinel=False)
        entries = [
            _windows(windows, np.flatnonzero(codes == code), sfreq) for code in range(len(owners))
        ]
    # The same data has the same salt, so that repeated fits yield the same checkpoint.
    salt = hashlib.sha256("".join(one.sha256 for one in entries).encode()).hexdigest()[:32]
    hashes = {owner: hash_patient(owner, salt) for owner in set(owners) if not pd.isna(owner)}
    for entry, owner in zip(entries, owners, strict=True):
        entry.patient = hashes.get(owner)
    return TrainingData(estimator=estimator, salt=salt, recordings=entries)


def hash_patient(patient, salt):
    """Hash the id of a patient."""
    return hashlib.pbkdf2_hmac("sha256", str(patient).encode(), salt.encode(), _ROUNDS).hex()


def patients_among(patients, training_data):
    """Return whether each patient is in the training data."""
    known = {
        (data.salt, recording.patient) for data in training_data for recording in data.recordings
    }
    salts = {data.salt for data in training_data}
    return [
        patient
        for patient in dict.fromkeys(patients)
        if any((salt, hash_patient(patient, salt)) in known for salt in salts)
    ]


def _recording(raw, n_windows):
    path, provenance = raw.filenames[0], getattr(raw, "provenance", {})
    is_file = path is not None and Path(path).is_file()
    if "source_sha256" in provenance:  # the signal store holds that of the original recording
        is_file, digest = True, provenance["source_sha256"]
    elif is_file:
        status = Path(path).stat()
        digest = _file_hash(path, status.st_size, status.st_mtime_ns)
    else:
        digest = hashlib.sha256(np.ascontiguousarray(raw.get_data()).data).hexdigest()
    return Recording(
        sha256=digest,
        hash_of="file" if is_file else "signals",
        patient=None,
        seconds=raw.n_times / raw.info["sfreq"],
        windows=n_windows,
    )


def _windows(windows, indices, sfreq):
    digest = hashlib.sha256()
    for index in indices:
        digest.update(np.ascontiguousarray(windows.signals(index)).data)
    return Recording(
        sha256=digest.hexdigest(),
        hash_of="signals",
        patient=None,
        seconds=len(indices) * windows.window_shape[1] / sfreq,
        windows=len(indices),
    )


@lru_cache(maxsize=10_000)
def _file_hash(path, size, modified):
    """Hash a file; the result is cached for its size and modification time."""
    return sha256(path)
