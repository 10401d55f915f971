"""Calibration of a classifier on validation patients: temperature and thresholds."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from ..events.decide import named_confidence

_BOUNDS = (-3.0, 3.0)  # of the logarithm of the temperature
_DIGITS = 6  # of probabilities, so that a saved calibration equals the original


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predictions of a classifier for its validation patients, and its temperature."""

    temperature: float  # The divisor of the logits.
    probabilities: np.ndarray  # Calibrated, of the validation windows: (n_windows, n_classes).
    codes: np.ndarray  # The true class of each window.
    patients: np.ndarray  # The patient of each window, as a number: ids are not kept.

    @classmethod
    def learn(cls, logits, codes, patients):
        """Fit the temperature to logits."""
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
        """Number of validation patients."""
        return len(np.unique(self.patients))

    def largest_surprise(self, coverage):
        """Return the largest non-conformity of a class in the set; infinite with few patients."""
        # From hierarchical conformal prediction (Lee, Barber and Willett, 2023): each patient
        # counts once, however many windows it has, and a new patient counts as one more, with
        # unbounded non-conformity.
        surprise = 1 - self.probabilities[np.arange(len(self.codes)), self.codes]
        weights = patient_weights(self.patients) / (self.n_patients + 1)
        return _weighted_quantile(surprise, weights, coverage)

    def confidence_to_answer(self, answered, classes):
        """Return the confidence reached by this share of windows; each patient counts once."""
        confidence = named_confidence(self.probabilities, classes)[1]
        weights = patient_weights(self.patients) / self.n_patients
        return -_weighted_quantile(-confidence, weights, answered)


def patient_weights(patients):
    """Return the weight of each window: its share of its patient."""
    _, numbers, counts = np.unique(patients, return_inverse=True, return_counts=True)
    return 1 / counts[numbers]


def fit_temperature(logits, codes, patients):
    """Fit the divisor of the logits; each patient counts once."""
    # Minimises the mean log loss of the patients plus a prior with the weight of one patient, which
    # keeps the classifier from becoming certain if a few patients are all predicted correctly.
    weights, rows = patient_weights(patients), np.arange(len(codes))

    def cost(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        return log_temperature**2 / 2 - weights @ log_proba[rows, codes]

    return float(np.exp(minimize_scalar(cost, bounds=_BOUNDS, method="bounded").x))


def _weighted_quantile(values, weights, share):
    """Return the smallest value at which this share of weight is reached; infinity beyond all."""
    order = np.argsort(values)
    # The tolerance: the sum of nine parts of a tenth must reach nine tenths.
    place = np.searchsorted(np.cumsum(weights[order]), share - 1e-9)
    return float(values[order][place]) if place < len(values) else np.inf
