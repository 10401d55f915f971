"""Scores of systems that classify seizure types, on the same clips."""

from collections.abc import Sequence

import mne
import numpy as np
from braindecode.datasets import BaseConcatDataset
from mne.utils import verbose
from sklearn.base import BaseEstimator

from ..defaults import CLIP_LEN, SCHEME
from ..events import given_seizure
from ..type_aliases import RandomState, Verbose
from ..windows import typed_windows
from .scores import ClipScores, score_clips


def clip_arrays(windows: BaseConcatDataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Load typed windows into memory.

    Parameters
    ----------
    windows : braindecode.datasets.BaseConcatDataset
        Windows from :func:`mne_asgpf.typed_windows`.

    Returns
    -------
    X : array of float32, shape (n_clips, n_channels, n_times)
        Signals in volts, missing data NaN.
    y : array of str, shape (n_clips,)
        Classes.
    patients : array of str, shape (n_clips,)
        Patients.
    """
    items = [windows[i] for i in range(len(windows))]
    return (
        np.stack([item[0] for item in items]),
        np.array([windows.classes[item[1]] for item in items]),
        windows.get_metadata()["patient"].to_numpy(str),
    )


def type_probabilities(
    system: BaseEstimator, X: np.ndarray | BaseConcatDataset, types: Sequence[str]
) -> np.ndarray:
    """Return the probability of each of some types, given a seizure.

    Parameters
    ----------
    system : estimator
        A fitted classifier.
    X : array of float32, shape (n_clips, n_channels, n_times) | windows dataset
        Clips in volts.
    types : sequence of str
        The types; those that the system does not know have probability 0.

    Returns
    -------
    probabilities : array, shape (n_clips, n_types)
        One column per type.
    """
    probabilities, known = given_seizure(system.predict_proba(X), system.classes_)
    full = np.zeros((len(X), len(types)))
    full[:, [types.index(kind) for kind in known]] = probabilities
    return full


@verbose
def score_typing(
    systems: dict[str, BaseEstimator],
    raws: list[mne.io.BaseRaw],
    *,
    scheme: int = SCHEME,
    clip_len: float = CLIP_LEN,
    random_state: RandomState = 0,
    verbose: Verbose = None,
) -> dict[str, ClipScores]:
    """Score the classification of the types of the seizures in recordings.

    One clip per seizure, by the published rule; the presence of a seizure is given.

    Parameters
    ----------
    systems : dict of str to estimator
        Fitted classifiers by name; those with a background class are scored by their
        probabilities given a seizure.
    raws : list of mne.io.BaseRaw
        Recordings of patients that no system was trained on, with their seizures as
        annotations.
    scheme : 4 | 8
        The class scheme.
    clip_len : float
        Length of a clip in seconds.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap over patients.
    %(verbose)s

    Returns
    -------
    scores : dict of str to ClipScores
        The scores by name.
    """
    windows = typed_windows(raws, scheme=scheme, clip_len=clip_len, first_clip_only=True)
    return score_windows(systems, windows, random_state=random_state)


def score_most_frequent(windows: BaseConcatDataset, *, random_state: RandomState = 0) -> ClipScores:
    """Score a system that always predicts the most frequent class of these clips.

    Parameters
    ----------
    windows : braindecode.datasets.BaseConcatDataset
        Windows from :func:`mne_asgpf.typed_windows`, without background.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap over patients.

    Returns
    -------
    scores : ClipScores
        The scores.
    """
    metadata = windows.get_metadata()
    y = metadata["class"].to_numpy(str)
    share = np.array([(y == name).mean() for name in windows.classes])
    probabilities = np.tile(share, (len(y), 1))
    patients = metadata["patient"].to_numpy(str)
    return score_clips(
        y, probabilities, windows.classes, groups=patients, random_state=random_state
    )


def score_windows(
    systems: dict[str, BaseEstimator], windows: BaseConcatDataset, *, random_state: RandomState = 0
) -> dict[str, ClipScores]:
    """Score the classification of seizure types on one clip per seizure.

    Parameters
    ----------
    systems : dict of str to estimator
        As in :func:`score_typing`.
    windows : braindecode.datasets.BaseConcatDataset
        Windows from :func:`mne_asgpf.typed_windows`, without background.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap over patients.

    Returns
    -------
    scores : dict of str to ClipScores
        The scores by name.
    """
    y, patients, probabilities = window_probabilities(systems, windows)
    return {
        name: score_clips(y, of_one, windows.classes, groups=patients, random_state=random_state)
        for name, of_one in probabilities.items()
    }


def window_probabilities(systems, windows):
    """Return class and patient of each window, and its type probabilities by system."""
    X, y, patients = clip_arrays(windows)
    probabilities = {}
    for name, system in systems.items():
        # Adaptation to recordings requires the windows dataset.
        given = windows if getattr(system, "adaptation", None) else X
        probabilities[name] = type_probabilities(system, given, windows.classes)
    return y, patients, probabilities
