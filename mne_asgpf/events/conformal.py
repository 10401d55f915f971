"""Conformal quantiles: each patient counts once, however many windows or events it has."""

import numpy as np


def patient_weights(patients):
    """Return the weight of each window or event: its share of its patient."""
    _, numbers, counts = np.unique(patients, return_inverse=True, return_counts=True)
    return 1 / counts[numbers]


def weighted_quantile(values, weights, share):
    """Return the smallest value at which this share of weight is reached; infinity beyond all."""
    order = np.argsort(values)
    # The tolerance: the sum of nine parts of a tenth must reach nine tenths.
    place = np.searchsorted(np.cumsum(weights[order]), share - 1e-9)
    return float(values[order][place]) if place < len(values) else np.inf


def conformal_quantile(values, patients, share):
    """Return a value that this share of a new patient's values does not exceed."""
    # From hierarchical conformal prediction (Lee, Barber and Willett, 2023): a new patient counts
    # as one more, with unbounded values, so that few patients give infinity.
    n_patients = len(np.unique(patients))
    return weighted_quantile(values, patient_weights(patients) / (n_patients + 1), share)
