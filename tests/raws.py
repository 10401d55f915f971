"""Recordings in memory."""

from pathlib import Path

import mne
import numpy as np

from mne_asgpf.channels import ELECTRODES


def raw_of(data, ch_names=ELECTRODES, sfreq=200.0, patient=None, events=()):
    """Make a Raw of signals in volts; events are (onset, duration, label)."""
    raw = mne.io.RawArray(data, mne.create_info(list(ch_names), sfreq, "eeg"), verbose="error")
    if patient is not None:
        raw.info["subject_info"] = {"his_id": str(patient)}
    onset, duration, label = zip(*events, strict=True) if events else ((), (), ())
    return raw.set_annotations(mne.Annotations(onset, duration, label))


def numbered_raw(events=(), seconds=60.0, patient="p1", sfreq=200.0, name=None):
    """Make a Raw of which each sample holds its own number; ``name`` is a path it pretends."""
    data = np.tile(np.arange(seconds * sfreq), (len(ELECTRODES), 1))
    raw = raw_of(data, sfreq=sfreq, patient=patient, events=events)
    if name:
        raw._filenames = [Path(name)]  # the public way asks for a file that exists
    return raw
