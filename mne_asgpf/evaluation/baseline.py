"""Baselines for comparison: spectra only, and the most frequent class."""

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ..defaults import SFREQ
from ..errors import InputError
from ..signals.plausible import usable_seconds
from ..type_aliases import RandomState

_HIGHEST = 70  # Hz; scalp EEG has little power above
_FLOOR = 0.01  # uV; far below an amplifier's noise, so that flat channels have a logarithm


def spectrum_baseline(sfreq: float = SFREQ, random_state: RandomState = None) -> Pipeline:
    """Make a classifier of the spectra of single channels.

    A logistic regression on the log amplitude in steps of 1 Hz, its mean and standard
    deviation over the seconds of a clip. It uses neither the order of the seconds
    nor relations between channels.

    Parameters
    ----------
    sfreq : float
        The sampling rate in Hz.
    random_state : int | numpy.random.RandomState | None
        The seed of the logistic regression.

    Returns
    -------
    classifier : sklearn.pipeline.Pipeline
        A classifier of arrays of shape (n_clips, n_channels, n_times) in volts, in
        which missing channels and missing time are NaN.
    """
    return make_pipeline(
        FunctionTransformer(log_spectra, kw_args={"sfreq": sfreq}),
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(class_weight="balanced", max_iter=1000, random_state=random_state),
    )


def majority_baseline() -> DummyClassifier:
    """Make a classifier that always predicts the class frequencies of the training set.

    Returns
    -------
    classifier : sklearn.dummy.DummyClassifier
        The classifier. It predicts the most frequent class.
    """
    return DummyClassifier(strategy="prior")


def log_spectra(X, sfreq):
    """Return mean and standard deviation of log spectra: (n_clips, channels * frequencies * 2)."""
    # Of the ln of the amplitude in uV at 1, 2, ... 70 Hz (or up to the Nyquist frequency), over the
    # usable seconds (signals/plausible.py); NaN for channels without any.
    X = np.asarray(X, dtype=float)
    step = round(sfreq)
    n_seconds = X.shape[-1] // step
    if n_seconds < 1:
        raise InputError("X", "the clips are shorter than 1 s", "give longer clips")
    seconds = X[..., : n_seconds * step].reshape(*X.shape[:-1], n_seconds, step)
    missing = ~usable_seconds(X, step)
    amplitude = np.abs(np.fft.rfft(np.nan_to_num(seconds) * 1e6, axis=-1)) * 2 / step
    spectra = np.log(np.maximum(amplitude[..., 1 : _HIGHEST + 1], _FLOOR))
    spectra = np.ma.masked_array(spectra, np.broadcast_to(missing[..., None], spectra.shape))
    features = np.ma.stack([spectra.mean(axis=2), spectra.std(axis=2)])
    return np.moveaxis(features.filled(np.nan), 0, -1).reshape(len(X), -1)
