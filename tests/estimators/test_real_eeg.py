"""On real EEG the classifier learns what a broken one would miss: rest against arithmetic."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mne_asgpf import ASGPFClassifier, read_recording
from mne_asgpf.bids import find_bids_recordings
from mne_asgpf.channels import ELECTRODES


@pytest.fixture(scope="module")
def eegmat(shared):
    """Windows of 12 s of 24 subjects, the task and the subject of each."""
    found = find_bids_recordings(shared / "data" / "eegmat-bids")
    X, tasks, subjects = [], [], []
    for row in found.itertuples():
        signals = read_recording(row.path, channels=ELECTRODES).get_data().astype(np.float32)
        n_windows = signals.shape[1] // 2400
        X += np.split(signals[:, : n_windows * 2400], n_windows, axis=1)
        tasks += ["rest" if "task-rest" in row.path.name else "arithmetic"] * n_windows
        subjects += [row.patient] * n_windows
    return np.stack(X), np.array(tasks), np.array(subjects)


def test_rest_is_told_from_arithmetic_in_subjects_never_seen(eegmat):
    X, tasks, subjects = eegmat
    held_out = np.isin(subjects, np.unique(subjects)[::3])
    classifier = ASGPFClassifier(
        adaptation="patient", max_epochs=6, random_state=0, train_split=None, calibrate=False
    )
    classifier.fit(X[~held_out], tasks[~held_out], groups=subjects[~held_out])
    probabilities = classifier.predict_proba(X[held_out], groups=subjects[held_out])
    is_rest = tasks[held_out] == "rest"
    assert roc_auc_score(is_rest, probabilities[:, classifier.classes_ == "rest"]) > 0.8
