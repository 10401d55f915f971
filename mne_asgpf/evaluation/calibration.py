"""Evaluation of confidence: calibration, abstention and prediction sets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.metrics import brier_score_loss, log_loss

from ..events.conformal import patient_weights
from ..events.decide import named_confidence
from ..events.typed_events import check_probabilities
from ..type_aliases import RandomState
from .bootstrap import bootstrap_ratio
from .scores import check_clips


@dataclass(frozen=True, eq=False)
class CalibrationScores:
    """Agreement between the confidence of predictions and their accuracy.

    Parameters
    ----------
    calibration_error : float
        The expected calibration error: the difference between confidence and accuracy in
        bins, averaged over clips, between 0 and 1.
    interval : tuple of float
        Low and high end of its 95 % interval by bootstrap over patients (over clips if
        patients are unknown); NaN for a single one. As the error cannot be negative, chance
        increases it, in the draws more than in the score.
    log_loss : float
        Mean negative logarithm of the true class's probability.
    brier : float
        Mean squared distance of the probabilities from the truth, summed over classes.
    bins : pandas.DataFrame
        One row per non-empty bin of confidence: mean ``confidence`` and ``accuracy``,
        the interval of the accuracy, ``low`` and ``high``, and ``n_clips``.
    """

    calibration_error: float
    interval: tuple[float, float]
    log_loss: float
    brier: float
    bins: pd.DataFrame


def score_calibration(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    n_bins: int = 10,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> CalibrationScores:
    """Score the calibration of class probabilities of clips.

    Parameters
    ----------
    y_true : array-like of str, shape (n_clips,)
        The true class of each clip.
    probabilities : array-like, shape (n_clips, n_classes)
        The class probabilities of each clip.
    classes : sequence of str
        The classes, in the order of the columns of ``probabilities``.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip, as in :func:`score_clips`.
    n_bins : int
        Number of bins of the confidence, equally wide from 0 to 1.
    n_bootstrap : int
        Number of bootstrap draws of patients.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    scores : CalibrationScores
        The scores of the class predicted by the decision rule
        (:mod:`mne_asgpf.events.decide`).

    Raises
    ------
    InputError
        As in :func:`score_clips`.
    """
    classes, probabilities, confidence, is_right = _outcomes(y_true, probabilities, classes, groups)
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    held = np.unique(bins)
    member = (bins[:, None] == held).astype(float)
    chance = {"n_bootstrap": n_bootstrap, "random_state": random_state}
    gaps = member * (confidence - is_right)[:, None]
    low, high = bootstrap_ratio(member * is_right[:, None], member, groups, **chance)
    interval = bootstrap_ratio(gaps, member, groups, measure=_expected_error, **chance)
    n_clips = member.sum(0)
    labels = np.asarray(y_true, str)
    order = np.argsort(classes)  # as scikit-learn orders labels
    sorted_classes = [classes[i] for i in order]
    return CalibrationScores(
        calibration_error=float(_expected_error(gaps.sum(0), n_clips)),
        interval=tuple(interval.tolist()),
        log_loss=float(log_loss(labels, probabilities[:, order], labels=sorted_classes)),
        brier=float(
            brier_score_loss(
                labels, probabilities[:, order], labels=sorted_classes, scale_by_half=False
            )
        ),
        bins=pd.DataFrame(
            {
                "confidence": member.T @ confidence / n_clips,
                "accuracy": member.T @ is_right / n_clips,
                "low": low,
                "high": high,
                "n_clips": n_clips.astype(int),
            }
        ),
    )


def risk_coverage(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    answered: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """Compute the error rate of the most confident predictions.

    Parameters
    ----------
    y_true : array-like of str, shape (n_clips,)
        The true class of each clip.
    probabilities : array-like, shape (n_clips, n_classes)
        The class probabilities of each clip.
    classes : sequence of str
        The classes, in the order of the columns of ``probabilities``.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip, as in :func:`score_clips`.
    answered : sequence of float
        Shares of clips to answer, above 0 and up to 1.
    n_bootstrap : int
        Number of bootstrap draws of patients.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    table : pandas.DataFrame
        One row per share: ``answered``; ``min_confidence``, the smallest confidence of
        answered clips; ``risk``, the share of them with a wrong class; and its 95 % interval
        at that confidence, ``low`` and ``high``.

    Raises
    ------
    InputError
        As in :func:`score_clips`.
    """
    _, _, confidence, is_right = _outcomes(y_true, probabilities, classes, groups)
    ranked = np.sort(confidence)[::-1]
    places = np.clip(np.ceil(np.asarray(answered) * len(ranked)).astype(int), 1, None) - 1
    is_answered = (confidence[:, None] >= ranked[places]).astype(float)
    wrong = is_answered * ~is_right[:, None]
    low, high = bootstrap_ratio(wrong, is_answered, groups, n_bootstrap, random_state)
    return pd.DataFrame(
        {
            "answered": is_answered.mean(0),
            "min_confidence": ranked[places],
            "risk": wrong.sum(0) / is_answered.sum(0),
            "low": low,
            "high": high,
        }
    )


def score_sets(
    y_true: ArrayLike,
    sets: ArrayLike,
    classes: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    n_bootstrap: int = 1000,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """Score prediction sets: how often they contain the true class, and their size.

    Parameters
    ----------
    y_true : array-like of str, shape (n_clips,)
        The true class of each clip.
    sets : array-like of bool, shape (n_clips, n_classes)
        The classes in each clip's set, from :meth:`mne_asgpf.ASGPFClassifier.predict_sets`.
    classes : sequence of str
        The classes, in the order of the columns of ``sets``.
    groups : array-like, shape (n_clips,) | None
        The patient of each clip, as in :func:`score_clips`.
    n_bootstrap : int
        Number of bootstrap draws of patients.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap.

    Returns
    -------
    table : pandas.DataFrame
        One row: ``coverage``, the share of clips whose set contains the true class,
        averaged over patients; its 95 % interval, ``low`` and ``high``; ``mean_size``, the
        mean number of classes in a set; and ``n_clips``.

    Raises
    ------
    InputError
        As in :func:`score_clips`.
    """
    classes = tuple(str(name) for name in classes)
    y_true, sets = np.asarray(y_true, dtype=str), np.asarray(sets, dtype=float)
    check_clips(y_true, sets, classes, groups)
    codes = np.array([classes.index(name) for name in y_true])
    weights = patient_weights(np.arange(len(sets)) if groups is None else groups)
    covered = sets[np.arange(len(sets)), codes] * weights
    low, high = bootstrap_ratio(covered, weights, groups, n_bootstrap, random_state)
    row = {
        "coverage": covered.sum() / weights.sum(),
        "low": low,
        "high": high,
        "mean_size": sets.sum(1).mean(),
        "n_clips": len(sets),
    }
    return pd.DataFrame([row])


def _outcomes(
    y_true, probabilities, classes, groups
) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Return the confidence of each prediction and whether it is correct."""
    classes = [str(name) for name in classes]
    y_true, probabilities = np.asarray(y_true, dtype=str), np.asarray(probabilities, dtype=float)
    check_clips(y_true, probabilities, classes, groups)
    check_probabilities(probabilities, classes, len(y_true))
    codes, confidence = named_confidence(probabilities, classes)
    probabilities = probabilities / probabilities.sum(1, keepdims=True)  # to double precision
    return classes, probabilities, confidence, np.asarray(classes)[codes] == y_true


def _expected_error(gaps, n_clips):
    return np.abs(gaps).sum(-1) / n_clips.sum(-1)
