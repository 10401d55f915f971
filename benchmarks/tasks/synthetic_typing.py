"""Synthetic seizure typing: four classes, 60 patients to train on, 60 others to test on.

All ictal clips of two seizures a patient. The published clips end with the seizure, and seizures
of some classes are shorter: the length alone would tell them. So windows start where those clips
do and go on for 12 s; a clip with less than half of that within the seizure, or without 12 s left
in the recording, is left out. ``synthetic0-padded`` keeps the published clips, filled up with NaN.
"""

import re

import numpy as np
from synthetic_recordings import simulate_patients, simulate_unlabelled

from mne_asgpf.windows import pretraining_windows, typed_windows
from tasks.task import CLIP_LEN, SFREQ, Task, cached_task

NAME = re.compile(r"synthetic(\d+)(-padded)?")
_PATIENTS = 60
_SIMULATION = {"n_seizures": 2, "duration": 120.0}
# Four hours of other patients without labels, whose background is less stationary.
_UNLABELLED, _SECONDS = 24, 600.0


def load(name, folder, options):
    """Make the corpus of the seed that the name states, or read it."""
    seed, padded = NAME.fullmatch(name).groups()
    source = {"name": name, "patients": _PATIENTS, **_SIMULATION, "version": 3}
    return cached_task(folder, source, lambda: _make(name, int(seed), padded, options.jobs))


def _make(name, seed, padded, n_jobs):
    train, test = simulate_patients(_PATIENTS, _PATIENTS, seed, n_jobs=n_jobs, **_SIMULATION)
    raws = train + test
    windows = typed_windows(raws, first_clip_only=False, clip_len=CLIP_LEN)
    metadata = windows.get_metadata()
    recordings = {raw.info["subject_info"]["his_id"]: raw.get_data() for raw in raws}
    length = round(CLIP_LEN * SFREQ)
    X = np.full((len(windows), len(raws[0].ch_names), length), np.nan, np.float32)
    kept = np.ones(len(windows), bool)
    for i, row in enumerate(metadata.itertuples()):
        start, stop = row.i_start_in_trial, row.i_stop_in_trial
        data = recordings[row.patient]
        if not padded:
            kept[i] = stop - start >= length / 2 and start + length <= data.shape[1]
            stop = min(start + length, data.shape[1])
        X[i, :, : stop - start] = data[:, start:stop]
    unlabelled = simulate_unlabelled(_UNLABELLED, seed, duration=_SECONDS, n_jobs=n_jobs)
    pairs = pretraining_windows(train + unlabelled, clip_len=CLIP_LEN)
    patients = metadata["patient"].to_numpy(str)[kept]
    return Task(
        name,
        X[kept],
        np.array(windows.classes)[metadata["target"]][kept],
        patients,
        patients,  # one recording a patient
        tuple(raws[0].ch_names),
        SFREQ,
        tuple(windows.classes),
        synthetic=True,
        unlabelled=np.stack([pairs[i][0] for i in range(len(pairs))]),
        unlabelled_subjects=pairs.get_metadata()["patient"].to_numpy(str),
        test_subjects=tuple(raw.info["subject_info"]["his_id"] for raw in test),
    )
