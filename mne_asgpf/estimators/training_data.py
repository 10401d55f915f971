"""The manifest of what a model was trained on: hashes of recordings and of patients.

A patient's id is hashed with the manifest's salt, so that whoever has the id can ask
whether that patient was trained on, and nobody can look it up in a table made for
other models. Ids that can be guessed can be tried: this is a pseudonym, no secret.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from .description import Recording, TrainingData

_ROUNDS = 10_000  # of the patients' hash: some milliseconds each, for whoever tries ids


def describe_training_data(X, stage, sfreq):
    """Make the manifest of what an estimator is fitted on.

    Parameters
    ----------
    X : torch.utils.data.Dataset | array, shape (n_windows, n_channels, n_times)
        The windows.
    stage : "pretrainer" | "classifier"
        Which estimator.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    data : TrainingData
        One entry a recording; a single one for windows that tell of no recording.
    """
    parts = getattr(X, "datasets", None)
    if parts is None or not all(hasattr(part, "raw") for part in parts):
        recordings, patients = [_windows_recording(X, sfreq)], [None]
    else:
        recordings = [_recording(part.raw, len(part)) for part in parts]
        patients = [part.description.get("patient") for part in parts]
    # The same data has the same salt: fits that are repeated give the same checkpoint.
    salt = hashlib.sha256("".join(one.sha256 for one in recordings).encode()).hexdigest()[:32]
    hashes = {patient: hash_patient(patient, salt) for patient in set(patients) - {None}}
    for recording, patient in zip(recordings, patients, strict=True):
        recording.patient = hashes.get(patient)
    return TrainingData(stage=stage, salt=salt, recordings=recordings)


def hash_patient(patient, salt):
    """Hash the id of a patient.

    Parameters
    ----------
    patient : str
        The id.
    salt : str
        The manifest's salt.

    Returns
    -------
    digest : str
        64 hexadecimal digits: PBKDF2 with SHA-256.
    """
    return hashlib.pbkdf2_hmac("sha256", str(patient).encode(), salt.encode(), _ROUNDS).hex()


def patients_among(patients, training_data):
    """Tell which patients a model was trained on.

    Parameters
    ----------
    patients : iterable of str
        Ids, spelt as they were in the training.
    training_data : list of TrainingData
        The manifests of all stages.

    Returns
    -------
    seen : list of str
        Those that occur in any stage.
    """
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
    path = raw.filenames[0]
    is_file = path is not None and Path(path).is_file()
    if is_file:
        status = Path(path).stat()
        digest = _file_hash(path, status.st_size, status.st_mtime_ns)
    else:
        digest = _array_hash(raw.get_data())
    return Recording(
        sha256=digest,
        hash_of="file" if is_file else "signals",
        patient=None,
        seconds=raw.n_times / raw.info["sfreq"],
        windows=n_windows,
    )


def _windows_recording(X, sfreq):
    windows = X if isinstance(X, np.ndarray) else (X[i][0] for i in range(len(X)))
    digest, n_times = hashlib.sha256(), 0
    for window in windows:
        window = np.ascontiguousarray(window)
        digest.update(window.tobytes())
        n_times += window.shape[-1]
    return Recording(
        sha256=digest.hexdigest(),
        hash_of="signals",
        patient=None,
        seconds=n_times / sfreq,
        windows=len(X),
    )


def _array_hash(data):
    return hashlib.sha256(np.ascontiguousarray(data)).hexdigest()


@lru_cache(maxsize=10_000)
def _file_hash(path, size, modified):
    """Hash a file, once as long as its size and its time of modification stay."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
