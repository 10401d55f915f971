"""What a task is: whole windows, their classes and whose they are."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mne_asgpf.atomic import atomic_path

CLIP_LEN = 12.0  # s; all windows are whole, so that lengths give no class away
SFREQ = 200.0  # Hz


@dataclass(frozen=True, eq=False)
class Task:
    """Windows to be classified, of subjects that no fold shares.

    Parameters
    ----------
    name : str
        The name, as on the command line.
    X : array of float32, shape (n_windows, n_channels, n_times)
        Signals in volts, NaN where nothing was observed.
    y : array of str, shape (n_windows,)
        Classes.
    subjects, recordings : array of str, shape (n_windows,)
        Whose window it is, and of which recording.
    ch_names : tuple of str
        Canonical names of the channels.
    sfreq : float
        Sampling rate in Hz.
    classes : tuple of str
        The classes, in the order of the columns of all probabilities.
    synthetic : bool
        Whether the data is simulated.
    unlabelled : array of float32, shape (n_pairs, n_channels, 2 * n_times) | None
        Signals for pre-training, in pairs of successive clips: of the same recordings, and of
        subjects that have no labelled windows at all.
    unlabelled_subjects : array of str, shape (n_pairs,) | None
        Whose they are.
    test_subjects : tuple of str
        The subjects to test on where the split is fixed; empty: folds are drawn.
    folder : pathlib.Path | None
        Where encoders pre-trained on the unlabelled windows are kept.
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    subjects: np.ndarray
    recordings: np.ndarray
    ch_names: tuple
    sfreq: float
    classes: tuple
    synthetic: bool
    unlabelled: np.ndarray | None = None
    unlabelled_subjects: np.ndarray | None = None
    test_subjects: tuple = ()
    folder: Path | None = None

    def of(self, subjects):
        """Give the task of some subjects alone: nothing of the others is in it."""
        kept = np.isin(self.subjects, subjects)
        change = {name: getattr(self, name)[kept] for name in ("X", "y", "subjects", "recordings")}
        if self.unlabelled is not None:
            others = ~np.isin(self.unlabelled_subjects, self.subjects)  # of whom nothing is scored
            theirs = np.isin(self.unlabelled_subjects, subjects) | others
            change["unlabelled"] = self.unlabelled[theirs]
            change["unlabelled_subjects"] = self.unlabelled_subjects[theirs]
        return replace(self, **change)


_ARRAYS = ("X", "y", "subjects", "recordings", "unlabelled", "unlabelled_subjects")


def cached_task(folder, source, make):
    """Read the prepared task, or make it.

    Parameters
    ----------
    folder : pathlib.Path
        Where prepared tasks are kept.
    source : dict
        What it is made from: another source, another file.
    make : callable
        Makes the task.

    Returns
    -------
    task : Task
        The task.
    """
    key = hashlib.sha256(json.dumps(source, sort_keys=True, default=str).encode()).hexdigest()[:12]
    path = Path(folder) / f"{source['name']}-{key}.npz"
    if not path.exists():
        task = make()
        about = {
            name: getattr(task, name)
            for name in ("name", "ch_names", "sfreq", "classes", "synthetic", "test_subjects")
        }
        arrays = {name: getattr(task, name) for name in _ARRAYS if getattr(task, name) is not None}
        with atomic_path(path) as temporary:
            np.savez(temporary, about=json.dumps(about), **arrays)
    with np.load(path, allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
        arrays = {name: stored[name] for name in stored.files if name != "about"}
    about |= {name: tuple(about[name]) for name in ("ch_names", "classes", "test_subjects")}
    return Task(**about, **arrays, folder=path.with_suffix(""))
