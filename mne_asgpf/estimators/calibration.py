"""Calibration of a classifier on validation patients: temperature and thresholds."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from ..events.conformal import conformal_quantile, patient_weights, weighted_quantile
from ..events.decide import given_seizure, named_confidence

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

    @classmethod
    def from_metadata(cls, saved):
        """Restore a saved calibration."""
        values = saved.model_dump()
        return cls(**values | {k: np.array(v) for k, v in values.items() if isinstance(v, list)})

    def to_dict(self):
        """Return the calibration as JSON can hold it."""
        values = vars(self)
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in values.items()}

    @property
    def n_patients(self):
        """Number of validation patients."""
        return len(np.unique(self.patients))

    def given_seizure(self, classes):
        """Return the calibration of the types alone, from the windows of seizures."""
        of_types, types = given_seizure(self.probabilities, classes)
        codes = np.array([types.index(n) if n in types else -1 for n in classes])[self.codes]
        kept = codes >= 0
        return replace(
            self,
            probabilities=of_types[kept],
            codes=codes[kept],
            patients=self.patients[kept],
        )

    def largest_surprise(self, coverage):
        """Return the largest non-conformity of a class in the set; infinite with few patients."""
        surprise = 1 - self.probabilities[np.arange(len(self.codes)), self.codes]
        return conformal_quantile(surprise, self.patients, coverage)

    def confidence_to_answer(self, answered, classes):
        """Return the confidence reached by this share of windows; each patient counts once."""
        confidence = named_confidence(self.probabilities, classes)[1]
        weights = patient_weights(self.patients) / self.n_patients
        return -weighted_quantile(-confidence, weights, answered)


def fit_temperature(logits, codes, patients):
    """Fit the divisor of the logits; each patient counts once."""
    # Minimises the mean log loss of the patients plus a prior with the weight of one patient, which
    # keeps the classifier from becoming certain if a few patients are all predicted correctly.
    weights, rows = patient_weights(patients), np.arange(len(codes))

    def cost(log_temperature):
        log_proba = log_softmax(logits / np.exp(log_temperature), axis=1)
        return log_temperature**2 / 2 - weights @ log_proba[rows, codes]

    return float(np.exp(minimize_scalar(cost, bounds=_BOUNDS, method="bounded").x))
