"""The spectrum baseline as a detector, with the same rule for events as the classifier."""

from collections.abc import Sequence
from typing import Self

import mne
import numpy as np
from mne.utils import verbose
from numpy.typing import ArrayLike

from ..defaults import CLIP_LEN, SCHEME, SFREQ
from ..errors import InputError
from ..event_table import from_annotations, to_annotations
from ..events import Moments, find_moments, fit_events
from ..events.find import find_events_of_moments
from ..labels import is_seizure
from ..signals.plausible import usable_seconds
from ..type_aliases import RandomState, Verbose
from ..windows import recording_windows, typed_windows
from ..windows.recording_metadata import recording_metadata
from ..windows.splitters import split_by_patient
from .baseline import spectrum_baseline
from .typing_scores import clip_arrays

_VALID = 0.2  # of the patients, on whom the rule for events is chosen
_AT_ONCE = 256  # windows


class SpectrumDetector:
    """Find and type seizures by the spectra of single channels.

    A baseline beside :class:`~mne_asgpf.ASGPFClassifier`: :func:`spectrum_baseline` classifies
    the windows, and the rule for events is chosen on a fifth of the patients, on whom it is not
    trained.

    Parameters
    ----------
    scheme : 4 | 8
        The class scheme.
    clip_len : float
        Length of a window in seconds.
    sfreq : float
        The sampling rate of the recordings in Hz.
    background : float
        Number of background windows per ictal one in training.
    step : float | None
        Seconds from one window to the next; None: ``clip_len``.
    random_state : int | numpy.random.RandomState | None
        Seed of the split, of the background windows and of the regression.

    Attributes
    ----------
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted baseline.
    classes_ : array, shape (n_classes,)
        The classes, in the order of the columns of :meth:`predict_proba`.
    event_rule_ : EventRule
        The rule for events.
    """

    def __init__(
        self,
        *,
        scheme: int = SCHEME,
        clip_len: float = CLIP_LEN,
        sfreq: float = SFREQ,
        background: float = 1.0,
        step: float | None = 1.0,
        random_state: RandomState = None,
    ) -> None:
        self.scheme = scheme
        self.clip_len = clip_len
        self.sfreq = sfreq
        self.background = background
        self.step = step
        self.random_state = random_state

    @verbose
    def fit(
        self,
        raws: Sequence[mne.io.BaseRaw],
        *,
        groups: ArrayLike | None = None,
        verbose: Verbose = None,
    ) -> Self:
        """Fit the baseline on some patients and the rule for events on others.

        Parameters
        ----------
        raws : list of mne.io.BaseRaw
            Prepared recordings of one rate and montage with their seizures as annotations.
        groups : array-like, shape (n_recordings,) | None
            The patient of each; None: those in the recordings, if known.
        %(verbose)s

        Returns
        -------
        self : SpectrumDetector
            The fitted detector.

        Raises
        ------
        InputError
            If there are fewer than two patients, or one of the two parts has no seizures.
        """
        if groups is None:
            groups = [about["patient"] for about in recording_metadata(raws)]
        groups = np.asarray(groups)
        truths = [from_annotations(raw.annotations, raw.first_time) for raw in raws]
        has_seizures = [truth["label"].map(is_seizure).any() for truth in truths]
        train, valid = split_by_patient(
            groups, has_seizures, test_size=_VALID, random_state=self.random_state
        )
        windows = typed_windows(
            [raws[number] for number in train],
            scheme=self.scheme,
            clip_len=self.clip_len,
            first_clip_only=False,
            background=self.background,
            random_state=self.random_state,
        )
        X, y, _ = clip_arrays(windows)
        self.pipeline_ = spectrum_baseline(self.sfreq, self.random_state).fit(X, y)
        self.event_rule_ = fit_events(
            [self._moments(raws[number]) for number in valid],
            [truths[number] for number in valid],
            self.classes_.tolist(),
            groups=groups[valid],
            step=self.step,
        )
        return self

    @property
    def classes_(self) -> np.ndarray:
        """The classes, in the order of the columns of ``predict_proba``."""
        return self.pipeline_.classes_

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array of float32, shape (n_clips, n_channels, n_times)
            Clips in volts; missing channels and missing time are NaN.

        Returns
        -------
        probabilities : array, shape (n_clips, n_classes)
            One row per clip, one column for each of ``classes_``.
        """
        return self.pipeline_.predict_proba(X)

    def predict_annotations(self, raw: mne.io.BaseRaw) -> mne.Annotations:
        """Find and classify the seizures of a recording.

        Parameters
        ----------
        raw : mne.io.BaseRaw
            A recording of the rate and montage of the fit.

        Returns
        -------
        annotations : mne.Annotations
            One annotation per seizure, as of
            :meth:`~mne_asgpf.ASGPFClassifier.predict_annotations`.
        """
        return to_annotations(
            find_events_of_moments(
                self._moments(raw), self.classes_.tolist(), self.event_rule_, self.clip_len / 2
            )
        )

    def _moments(self, raw) -> Moments:
        """Return the probabilities over time; windows without enough signal are not assessed."""
        if raw.info["sfreq"] != self.sfreq:
            raise InputError(
                "raw",
                f"its rate is {raw.info['sfreq']:g} Hz, that of the fit {self.sfreq:g} Hz",
                "prepare it with prepare_raw",
            )
        windows = recording_windows(raw, clip_len=self.clip_len, stride=self.step)
        metadata = windows.get_metadata()
        parts = []
        for first in range(0, len(windows), _AT_ONCE):
            chosen = range(first, min(first + _AT_ONCE, len(windows)))
            X = np.stack([windows[number][0] for number in chosen])
            probabilities = self.predict_proba(X)
            has_signal = usable_seconds(X, round(self.sfreq)).any(axis=-1).mean(axis=-1) >= 0.5
            probabilities[~has_signal] = np.nan
            parts.append(probabilities)
        return find_moments(
            np.concatenate(parts),
            *metadata[["onset", "length"]].to_numpy().T,
            duration=raw.n_times / raw.info["sfreq"],
        )
