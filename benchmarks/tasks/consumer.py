"""eegmat as consumer hardware might record it: 14 of its electrodes, 128 Hz, large artefacts.

The EEG is real, the artefacts are **simulated**. Up to three electrodes of a subject are noisy all
the time. Between a tenth and six tenths of a subject's windows hold one to three artefacts: an
electrode that jumps by up to 2 mV and settles, a movement of up to 1 mV at many electrodes, or
muscle at the temples. Labels, windows and folds are those of eegmat.
"""

import zlib
from dataclasses import replace

import numpy as np
from scipy.signal import resample_poly

from tasks import eegmat

# What headsets of 14 electrodes have, or the nearest electrodes of eegmat.
ELECTRODES = tuple("Fp1 F7 F3 C3 T7 P7 O1 O2 P8 T8 C4 F4 F8 Fp2".split())
SFREQ = 128.0  # Hz
_TEMPLES = tuple(map(ELECTRODES.index, ("F7", "T7", "P7", "P8", "T8", "F8")))


def load(name, folder, options):
    """Read eegmat and change its signals, those without labels alike."""
    task = eegmat.load("eegmat", folder, options)
    rows = [task.ch_names.index(electrode) for electrode in ELECTRODES]
    return replace(
        task,
        name=name,
        X=_record(task.X[:, rows], task.subjects, task.sfreq),
        unlabelled=_record(task.unlabelled[:, rows], task.unlabelled_subjects, task.sfreq),
        ch_names=ELECTRODES,
        sfreq=SFREQ,
        folder=task.folder / name,  # of the same files
    )


def _record(X, subjects, sfreq):
    """Resample windows and add artefacts to them."""
    X = resample_poly(X, int(SFREQ), int(sfreq), axis=2)
    for subject in np.unique(subjects):
        # The electrodes that are noisy with labels are noisy without, too.
        rng = np.random.default_rng(zlib.crc32(subject.encode()))
        noisy = rng.choice(len(ELECTRODES), rng.integers(4), replace=False)
        level = rng.uniform(10e-6, 60e-6, (len(noisy), 1))
        share = rng.uniform(0.1, 0.6)
        for window in np.flatnonzero(subjects == subject):
            x = X[window]
            x[noisy] += level * rng.standard_normal((len(noisy), x.shape[1]))
            if rng.random() < share:
                for _ in range(rng.integers(1, 4)):
                    _ARTEFACTS[rng.integers(len(_ARTEFACTS))](x, rng)
    return X.astype(np.float32)


def _jump(x, rng):
    """Let an electrode jump by .1 to 2 mV and settle within seconds."""
    t = np.arange(x.shape[1]) / SFREQ - rng.uniform(0, x.shape[1] / SFREQ)
    size = rng.choice([-1, 1]) * 10 ** rng.uniform(-4, -2.7)
    settling = np.exp(-t.clip(min=0) / rng.uniform(0.2, 2))
    x[rng.integers(len(x))] += np.where(t >= 0, size * settling, 0)


def _movement(x, rng):
    """Let electrodes swing by up to .1 to 1 mV at .3 to 4 Hz for 1 to 6 s."""
    moved = rng.choice(len(x), rng.integers(2, 12), replace=False)
    where, t, duration = _span(x, rng, 1, 6)
    swing = np.sin(np.pi * t / duration) ** 2
    swing *= np.sin(2 * np.pi * (rng.uniform(0.3, 4) * t + rng.uniform()))
    size = 10 ** rng.uniform(-4, -3) * rng.uniform(0.3, 1, (len(moved), 1))
    x[np.ix_(moved, where)] += size * swing


def _muscle(x, rng):
    """Add noise of 10 to 60 uV to three electrodes at the temples for 1 to 4 s."""
    tense = rng.choice(_TEMPLES, 3, replace=False)
    where, _, _ = _span(x, rng, 1, 4)
    noise = rng.standard_normal((len(tense), len(where)))
    x[np.ix_(tense, where)] += rng.uniform(10e-6, 60e-6) * noise


def _span(x, rng, shortest, longest):
    """Draw a span: its samples, their time in it, and its duration, in seconds."""
    duration = rng.uniform(shortest, longest)
    start = rng.uniform(0, x.shape[1] / SFREQ - 1)
    t = np.arange(x.shape[1]) / SFREQ - start
    where = np.flatnonzero((t >= 0) & (t < duration))
    return where, t[where], duration


_ARTEFACTS = (_jump, _movement, _muscle)
