"""Recordings in memory that windows are cut from in tests."""

from pathlib import Path

import mne
import numpy as np

from mne_asgpf.channels import ELECTRODES


def make_raw(events=(), seconds=60.0, patient="p1", sfreq=200.0, name=None):
    """Make a Raw of which each sample holds its own number; ``name`` is a path it pretends."""
    n_times = int(seconds * sfreq)
    data = np.tile(np.arange(n_times, dtype=float), (len(ELECTRODES), 1))
    raw = mne.io.RawArray(data, mne.create_info(list(ELECTRODES), sfreq, "eeg"))
    if patient:
        raw.info["subject_info"] = {"his_id": patient}
    if name:
        raw._filenames = [Path(name)]  # the public way asks for a file that exists
    onset, duration, label = zip(*events, strict=True) if events else ((), (), ())
    return raw.set_annotations(mne.Annotations(onset, duration, label))
