"""What validation patients teach of a classifier's probabilities: temperature and thresholds."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from ..events.decide import named_confidence

_BOUNDS = (-3.0, 3.0)  # of the logarithm of the temperature
_DIGITS = 6  # of probabilities: a saved calibration is the one that was saved


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a classifier says of its validation patients, and the temperature learned from it.

    Parameters
    ----------
    temperature : float
        What logits are divided by.
    probabilities : array, shape (n_windows, n_classes)
        The calibrated probabilities of the validation windows.
    codes : array of int, shape (n_windows,)
        Which class each window truly is of.
    patients : array of int, shape (n_windows,)
        Which patient each window is of, by number: no id is kept.
    """

    temperature: float
    probabilities: np.ndarray
    codes: np.ndarray
    patients: np.ndarray

    @classmethod
    def learn(cls, logits, codes, patients):
        """Learn the temperature from logits."""
        numbers = np.unique(patients, return_inverse=True)[1]
        temperature = fit_temperature(logits, codes, numbers)
        return cls(
            temperature=temperature,
            probabilities=softmax(logits / temperature, axis=1).round(_DIGITS),
            codes=codes,
            patients=numbers,
        )

    @property
    def n_patients(self):
        """How many patients validated."""
        return len(np.unique(self.patients))

    def largest_surprise(self, coverage):
        """Give how improbable a class may be and yet be in the set; infinite with few patients.

        Of hierarchical conformal prediction (Lee, Barber and Willett, 2023): each patient
        counts once, however many windows it has, and a patient never seen counts as one more
        that may surprise without bound.
        """
        surprise = 1 - self.probabilities[np.arange(len(self.codes)), self.codes]
        weights = patient_weights(self.patients) / (self.n_patients + 1)
        return _weighted_quantile(surprise, weights, coverage)

    def confidence_to_answer(self, answered, classes):
        """Give the confidence that this share of windows reaches, each patient counting once."""
        confidence = named_confidence(self.probabilities, classes)[1]
        weights = patient_weights(self.patients) / self.n_patients
        return -_weighted_quantile(-confidence, weights, answered)


def patient_weights(patients):
    """Give each window its share of its patient."""
    _, numbers, counts = np.unique(patients, return_inverse=True, return_counts=True)
    return 1 / counts[numbers]


def fit_temperature(logits, codes, patients):
    """Fit what logits are to be divided by, each patient counting once.

    The mean log loss of the patients, and a prior that weighs as little as one patient: where
    few validate and all are right, it keeps the classifier from becoming certain.
    """
    weights, rows = patient_weights(patients), np.arange(len(codes))

    def cost(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        return log_temperature**2 / 2 - weights @ log_proba[rows, codes]

    return float(np.exp(minimize_scalar(cost, bounds=_BOUNDS, method="bounded").x))


def _weighted_quantile(values, weights, share):
    """Give the smallest value that this share of weight does not exceed; infinity beyond all."""
    order = np.argsort(values)
    # The tolerance: of nine parts of a tenth, the sum is to reach nine tenths.
    place = np.searchsorted(np.cumsum(weights[order]), share - 1e-9)
    return float(values[order][place]) if place < len(values) else np.inf
