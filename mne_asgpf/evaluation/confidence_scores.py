"""Scores of the confidence of a classifier on patients that it has not seen."""

import numpy as np
import pandas as pd
from braindecode.datasets import BaseConcatDataset

from ..estimators.classifier import ASGPFClassifier
from ..estimators.confidence import sets_of_classes
from ..labels import BACKGROUND
from ..type_aliases import RandomState
from .calibration import risk_coverage, score_calibration, score_sets
from .typing_scores import type_probabilities


def score_confidence(
    classifier: ASGPFClassifier,
    windows: BaseConcatDataset,
    *,
    coverage: float = 0.9,
    random_state: RandomState = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score the calibration, the prediction sets and the abstention of a classifier.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier.
    windows : braindecode.datasets.BaseConcatDataset
        Windows from :func:`mne_asgpf.typed_windows` of patients that it was neither trained
        nor calibrated on. Without background, the types given a seizure are scored, otherwise
        all classes.
    coverage : float
        The coverage of the sets.
    random_state : int | numpy.random.RandomState | None
        The seed of the bootstrap over patients.

    Returns
    -------
    table : pandas.DataFrame
        ``value``, ``low`` and ``high`` (the 95 % interval by patient) of
        ``calibration_error``, ``log_loss``, ``brier``, ``set_coverage`` and ``set_size``; NaN
        where there is none. Those of the sets are left out if the classifier is not
        calibrated, or not on seizures.
    risks : pandas.DataFrame
        How often the most confident answers are wrong, as from :func:`risk_coverage`.
    """
    classes, metadata = list(windows.classes), windows.get_metadata()
    y = metadata["class"].to_numpy(str)
    chance = {"groups": metadata["patient"].to_numpy(str), "random_state": random_state}
    knows_background = BACKGROUND in classes
    if knows_background:
        probabilities = np.zeros((len(y), len(classes)))
        own = classifier.classes_.tolist()
        probabilities[:, [classes.index(name) for name in own]] = classifier.predict_proba(windows)
    else:
        probabilities = type_probabilities(classifier, windows, classes)
    scores = score_calibration(y, probabilities, classes, **chance)
    rows = {
        "calibration_error": (scores.calibration_error, *scores.interval),
        "log_loss": (scores.log_loss, np.nan, np.nan),
        "brier": (scores.brier, np.nan, np.nan),
    }
    learned = classifier.calibration_
    if learned is not None and not knows_background:
        learned = learned.given_seizure(classifier.classes_.tolist())
    if learned is not None and learned.n_patients:
        sets = sets_of_classes(probabilities, classes, learned.largest_surprise(coverage))
        row = score_sets(y, sets, classes, **chance).iloc[0]
        rows["set_coverage"] = tuple(row[["coverage", "low", "high"]])
        rows["set_size"] = (row["mean_size"], np.nan, np.nan)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
    return table, risk_coverage(y, probabilities, classes, **chance)
