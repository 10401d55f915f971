"""A net and recordings so small that a fit takes a moment."""

import numpy as np
from raws import raw_of

from mne_asgpf import ASGPFClassifier
from mne_asgpf.estimators import PatientSplit

CHANNELS = ("Fz", "Cz", "Pz", "C3", "C4")
SFREQ, CLIP = 16, 2  # Hz, s
TONES = {"fnsz": 2.0, "absz": 6.0}  # Hz; stand-ins, easy to tell apart
SMALL = {
    "channels": CHANNELS,
    "sfreq": SFREQ,
    "clip_len": CLIP,
    "max_missing": 2,
    "module__n_bins": 8,
    "module__n_units": 8,
    "module__n_layers": 1,
    "module__n_propagation_steps": 1,
    "module__drop_prob": 0.0,
    "augmentation": None,
    "batch_size": 8,
    "max_epochs": 2,
    "lr": 0.02,
    "random_state": 0,
    "verbose": 0,
}
#: The smallest module of 19 channels that still does all its steps.
SMALL_MODULE = {"module__n_units": 4, "module__n_layers": 1, "module__n_propagation_steps": 1}


def classifier(**options):
    return ASGPFClassifier(**SMALL | {"min_batches": 1, "train_split": PatientSplit()} | options)


def make_raw(patient=0, label="fnsz", seconds=20, ch_names=CHANNELS):
    """Simulate a recording whose second half is a seizure."""
    rng = np.random.default_rng(patient)
    t = np.arange(SFREQ * seconds) / SFREQ
    data = 2e-5 * rng.standard_normal((len(ch_names), len(t)))
    data[:, t >= seconds / 2] += 1e-4 * np.sin(2 * np.pi * TONES[label] * t[t >= seconds / 2])
    events = [(seconds / 2, seconds / 2, label)]
    return raw_of(data, ch_names, SFREQ, patient=f"p{patient}", events=events)


def make_raws(n=6, **options):
    return [make_raw(i, list(TONES)[i % 2], **options) for i in range(n)]


def make_array(n=12, n_channels=5, seconds=2):
    """Simulate windows of two classes, a tone each, and say which is which."""
    rng = np.random.default_rng(0)
    t = np.arange(SFREQ * seconds) / SFREQ
    y = np.arange(n) % 2
    tones = np.sin(2 * np.pi * np.array([2.0, 6.0])[y, None, None] * t)
    X = 2e-5 * rng.standard_normal((n, n_channels, len(t))) + 1e-4 * tones
    return X, np.array(["slow", "fast"])[y]


class Recorded(PatientSplit):
    """A split by patient that keeps on which side they are."""

    def __call__(self, dataset, y=None, groups=None):
        train, valid = super().__call__(dataset, y, groups)
        self.train, self.valid = (set(dataset.patients[part.indices]) for part in (train, valid))
        return train, valid
