"""Probabilities of windows, and reasons not to assess some: no data, flat, out of range, bad."""

from collections import Counter

import numpy as np
from braindecode.classifier import EEGClassifier
from mne.utils import warn
from numpy.typing import ArrayLike
from torch.utils.data import ConcatDataset, Subset

from ..labels import BACKGROUND
from ..models.assessable import REASONS, why_not_assessable
from ..signals.upsampling import warned_once
from .inputs.recordings import EEG


def assessed_proba(classifier, X, groups=None):
    """Return probabilities, NaN for windows that cannot be assessed, and the reasons."""
    with warned_once():
        parts = [_piece_proba(classifier, piece) for piece in classifier._to_predict(X, groups)]
    probabilities, reasons = map(np.concatenate, zip(*parts, strict=True))
    return probabilities, reasons


def without_claims(classes, probabilities, reasons):
    """Assign windows that cannot be assessed to background, or to each class equally; warn."""
    if unassessed := count_reasons(reasons):
        warn(
            f"Not assessable: {unassessed}. They are assigned to "
            + ("background." if BACKGROUND in classes else "all classes equally.")
            + " Find them with assess() and inspect the recording there."
        )
        fallback = classes == BACKGROUND
        fallback = fallback if fallback.any() else np.ones(len(fallback))
        probabilities[reasons != ""] = fallback / fallback.sum()
    return probabilities


def assess(self, X: EEG, *, groups: ArrayLike | None = None) -> np.ndarray:
    """Return why windows cannot be assessed.

    Parameters
    ----------
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts. Recordings are cut into consecutive windows.
    groups : array-like, shape (n,) | None
        As in :meth:`predict_proba`.

    Returns
    -------
    reasons : array of object, shape (n,)
        A text for each row of :meth:`predict_proba`: empty if it can be assessed,
        otherwise ``"no data"``, ``"flat"``, ``"out of range"`` (a hundred times stronger or
        weaker than the training data) or an annotation, such as ``"BAD_jump"``, that
        overlaps the window.
    """
    reasons = []  # without running the model
    for piece in self._to_predict(X, groups):
        of_windows = _piece_reasons(self, piece)
        starts = _starts(self, piece)
        reasons.append(of_windows if starts is None else _of_recordings(of_windows, starts)[1])
    return np.concatenate(reasons)


def _piece_proba(classifier, windows):
    probabilities = EEGClassifier.predict_proba(classifier, windows)
    reasons = _piece_reasons(classifier, windows)
    probabilities[reasons != ""] = np.nan
    starts = _starts(classifier, windows)
    if starts is None:
        return probabilities, reasons
    sizes, of_recordings = _of_recordings(reasons, starts)
    sums = np.add.reduceat(np.where((reasons == "")[:, None], probabilities, 0), starts)
    means = np.divide(sums, sizes, out=np.full_like(sums, np.nan), where=sizes > 0)
    return means, of_recordings


def _piece_reasons(classifier, windows):
    reasons = []
    for x, _ in classifier.get_iterator(windows):
        reasons += why_not(classifier, x.to(classifier.device))
    return with_bad(reasons, windows.windows)


def _starts(classifier, windows):
    """Return the first window of each recording, if classes are those of recordings."""
    if not classifier.per_recording_ or windows.recordings is None:
        return None
    return np.flatnonzero(np.diff(windows.recordings, prepend=-1))


def _of_recordings(reasons, starts):
    """Count the assessable windows of each recording; a reason if there are none."""
    sizes = np.add.reduceat(reasons == "", starts, dtype=float)[:, None]
    return sizes, np.where(sizes[:, 0] > 0, "", reasons[starts])


def why_not(estimator, x):
    """Return why each window of a batch, in volts, cannot be assessed; empty if it can."""
    # A window needs half of its channels, or fewer if `max_missing` allows more to be missing.
    n_channels = x.shape[1]
    n_needed = max(min(n_channels // 2, n_channels - estimator.max_missing), 1)
    codes = why_not_assessable(estimator.module_.signals_to_graphs, x, n_needed)
    return [REASONS[code] for code in codes.tolist()]


def with_bad(reasons, windows):
    """Add annotations of bad data to the reasons."""
    pairs = zip(reasons, _bad(windows), strict=True)
    return np.array([reason or bad or "" for reason, bad in pairs], object)


def count_reasons(reasons):
    """Describe how many windows cannot be assessed, by reason."""
    counts = Counter(filter(None, reasons))
    if not counts:
        return ""
    named = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items()))
    return f"{counts.total()} of {len(reasons)} windows ({named})"


def _bad(windows):
    """Return the annotation that marks each window as bad, if any."""
    if isinstance(windows, Subset):
        whole = _bad(windows.dataset)
        return [whole[index] for index in windows.indices]
    if isinstance(windows, ConcatDataset):
        return [bad for part in windows.datasets for bad in _bad(part)]
    metadata = getattr(windows, "metadata", None)
    if metadata is None or "bad" not in metadata:
        return [None] * len(windows)
    return [bad if isinstance(bad, str) else None for bad in metadata["bad"]]
