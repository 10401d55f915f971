"""Confidence of a classifier: calibrated probabilities, prediction sets, abstention.

:class:`~mne_asgpf.ASGPFClassifier` has these functions as methods.
"""

import math
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import torch
from mne.utils import logger, warn
from numpy.typing import ArrayLike
from torch import nn
from torch.utils.data import Subset

from ..checkpoints.manifest import patients_among, training_manifest
from ..errors import InputError
from ..events.decide import given_seizure as conditional
from ..events.decide import named_confidence
from ..labels import BACKGROUND, NOT_SURE
from .assessment import assessed_proba, why_not
from .calibration import Calibration
from .inputs.recordings import EEG
from .inputs.window_set import WindowSet
from .inputs.windows import to_windows

_ROUNDING = 1e-6  # of the stored probabilities
Classifier = TypeVar("Classifier", bound=Any)  # that the methods are of


def predict_or_abstain(
    self,
    X: EEG,
    *,
    min_confidence: float | None = None,
    answered: float = 0.8,
    groups: ArrayLike | None = None,
) -> np.ndarray:
    """Predict the class of each window, or 'not sure'.

    Parameters
    ----------
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts. Recordings are cut into consecutive windows.
    min_confidence : float | None
        The smallest probability at which a class is predicted. None: determined by
        ``answered``.
    answered : float
        The share of the validation patients' windows for which a class is predicted; used
        if ``min_confidence`` is None. The share of other patients' windows may differ.
    groups : array-like, shape (n,) | None
        As in :meth:`predict_proba`.

    Returns
    -------
    classes : array of object, shape (n,)
        The class as in :meth:`predict`, or ``"not sure"`` for windows with lower confidence
        and for windows that cannot be assessed (:meth:`assess`).

    Raises
    ------
    InputError
        If a number is not between 0 and 1, or the classifier has no calibration to
        determine the threshold.
    """
    classes = self.classes_
    if min_confidence is None:
        _check_share("answered", answered)
        learned = _learned(self, "min_confidence")
        min_confidence = learned.confidence_to_answer(answered, classes.tolist()) - _ROUNDING
    else:
        _check_share("min_confidence", min_confidence)
    probabilities, reasons = assessed_proba(self, X, groups)
    codes, confidence = named_confidence(probabilities, classes.tolist())
    is_sure = (reasons == "") & (confidence >= min_confidence)
    return np.where(is_sure, classes.astype(object)[codes], NOT_SURE)


def predict_sets(
    self,
    X: EEG,
    *,
    coverage: float = 0.9,
    given_seizure: bool = False,
    groups: ArrayLike | None = None,
) -> np.ndarray:
    """Predict sets of classes that contain the true class with high probability.

    Split conformal prediction in which each validation patient counts once.

    Parameters
    ----------
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts. Recordings are cut into consecutive windows.
    coverage : float
        The probability that the set contains the true class, between 0 and 1.
    given_seizure : bool
        Whether each window is known to be a seizure, so that sets hold types only.
    groups : array-like, shape (n,) | None
        As in :meth:`predict_proba`.

    Returns
    -------
    sets : array of bool, shape (n, n_classes)
        Whether each of ``classes_`` is in the set of each row of :meth:`predict_proba`;
        the class of :meth:`predict` always is. Sets of windows that cannot be assessed
        contain all classes.

    Raises
    ------
    InputError
        If ``coverage`` is not between 0 and 1, or the classifier has no calibration.

    Notes
    -----
    The guarantee holds for a window drawn from a new patient, on average over patients,
    if new patients are exchangeable with the validation patients. It does not hold for
    each patient, for each class, or at another hospital. Windows of one patient are not
    independent, so that ``coverage`` requires ``coverage / (1 - coverage)`` validation
    patients: 9 for .9. With fewer, sets contain all classes, and a warning is raised.
    The same patients determined the best epoch and the temperature, so that the actual
    coverage can be somewhat lower: measure it on new patients
    (:func:`mne_asgpf.evaluation.score_sets`).
    """
    surprise = _largest_surprise(self, coverage, given_seizure)
    probabilities, _ = assessed_proba(self, X, groups)
    classes = self.classes_.tolist()
    if not given_seizure or BACKGROUND not in classes:
        return sets_of_classes(probabilities, classes, surprise)
    of_types, types = conditional(probabilities, classes)
    of_types[np.isnan(probabilities).any(axis=1)] = np.nan
    sets = np.zeros(probabilities.shape, bool)
    sets[:, self.classes_ != BACKGROUND] = sets_of_classes(of_types, types, surprise)
    return sets


def state_confidence(
    self,
    events: pd.DataFrame,
    *,
    min_confidence: float = 0.0,
    coverage: float | None = None,
) -> pd.DataFrame:
    """Mark events whose type is not sure, and list the possible types of each.

    Parameters
    ----------
    events : pandas.DataFrame
        Events from :meth:`type_events` or :meth:`RecordingTyping.find_seizures`, with a
        column ``p_<class>`` for each type.
    min_confidence : float
        The confidence below which the label becomes ``"not sure"``.
    coverage : float | None
        As in :meth:`predict_sets`; None: types are not listed.

    Returns
    -------
    events : pandas.DataFrame
        The events. With ``coverage``, the column ``possible_types`` names the types whose
        ``p_<class>`` validation patients do not exclude, separated by commas; the most
        probable one always is among them.

    Raises
    ------
    InputError
        As in :meth:`predict_sets`.

    Notes
    -----
    The coverage of :meth:`predict_sets` applies to given events, which are typed by one
    window. For found events, the sets come from the mean over their windows, and their
    coverage is not guaranteed.
    """
    _check_share("min_confidence", min_confidence)
    stated = {"MinConfidence": min_confidence}
    told = events.assign(
        label=events["label"].mask(events["confidence"] < min_confidence, NOT_SURE)
    )
    if coverage is not None:
        surprise = _largest_surprise(self, coverage, True)
        types = [name for name in self.classes_.tolist() if name != BACKGROUND]
        of_types = events[[f"p_{name}" for name in types]].to_numpy(float)
        sets = sets_of_classes(of_types, types, surprise)
        told["possible_types"] = pd.Series(
            [", ".join(np.array(types)[one]) for one in sets], told.index, dtype=object
        )
        stated["Coverage"] = coverage
    told.attrs["confidence"] = stated
    return told


def recalibrate(
    self: Classifier, X: EEG, y: ArrayLike | None = None, *, groups: ArrayLike | None = None
) -> Classifier:
    """Calibrate a fitted classifier on other patients, without training.

    Replaces the temperature and what :meth:`predict_sets` and :meth:`predict_or_abstain`
    learned; weights do not change. The rule for events loses its measured errors of times,
    which were those of other probabilities; :meth:`fit_events` chooses and measures it anew.

    Parameters
    ----------
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts of patients that the classifier was not trained on, as in
        :meth:`fit`.
    y : array-like, shape (n,) | None
        The classes, as in :meth:`fit`.
    groups : array-like, shape (n,) | None
        The patient of each recording or window, as in :meth:`fit`.

    Returns
    -------
    self : ASGPFClassifier
        The classifier. :meth:`seen_patients` names these patients, too: scores on them are
        not a test.

    Raises
    ------
    InputError
        If patients are unknown, a class is not one of ``classes_``, probabilities are not
        a softmax of logits, or no window can be assessed.
    """
    self.check_is_fitted()
    windows = to_windows(X, y, groups, self._settings_to_fit(y, reset=False))
    windows.encode(self.classes_)
    whole = Subset(windows, range(len(windows)))
    patients = _patients(whole)
    reason = _unfit_for_calibration(self) or (
        "the patients of its windows are unknown" if patients is None else ""
    )
    # An earlier calibration is replaced.
    trained_on = [data for data in self.training_data_ if data.estimator != "calibration"]
    if not reason:
        if seen := patients_among(patients.tolist(), trained_on):
            warn(
                f"The classifier was trained on {len(seen)} of these patients: its "
                "probabilities are too good for them. Calibrate on other patients."
            )
        reason = _learn_calibration(self, whole)
    if reason:
        raise InputError("X", reason, "give labelled windows of known patients")
    self.event_rule_ = self.event_rule_.unmeasured()
    self.training_data_ = [
        *trained_on,
        training_manifest(windows, "calibration", self.sfreq),
    ]
    return self


def learn_from_validation(classifier, train, valid):
    """Keep the validation patients of a fit; calibrate on them unless something is against it."""
    reason = _reason_against_validation(train, valid)
    patients: Any = [] if reason else np.unique(_patients(valid))
    classifier.validation_patients_ = None if reason else patients
    if seen := patients_among(patients, classifier.pretraining_data_):
        logger.info(
            "The encoder was pre-trained on %d of the %d validation patients, without their "
            "labels. Their scores may be too good.",
            len(seen),
            len(patients),
        )
    if not classifier.calibrate:
        return
    if not len(classifier.history):
        reason = "nothing was trained"
    reason = _unfit_for_calibration(classifier) or reason or _learn_calibration(classifier, valid)
    if reason:
        logger.info("Probabilities are not calibrated: %s.", reason)


def _learn_calibration(classifier, part):
    """Calibrate on a subset of windows; return why not if none can be assessed."""
    logits = torch.cat(list(classifier.forward_iter(part))).double().cpu().numpy()
    known = [why_not(classifier, x.to(classifier.device)) for x, _ in classifier.get_iterator(part)]
    assessable = np.concatenate(known) == ""
    if not assessable.any():
        return "no validation window can be assessed"
    codes, patients = part.dataset.codes[part.indices], _patients(part)
    classifier.calibration_ = Calibration.learn(
        logits[assessable], codes[assessable], patients[assessable]
    )
    logger.info(
        "Probabilities are calibrated on %d validation patients: temperature %.2f.",
        classifier.calibration_.n_patients,
        classifier.temperature_,
    )
    return ""


def _unfit_for_calibration(classifier):
    """Return why probabilities of this kind are not calibrated, if so."""
    if classifier.predict_nonlinearity != "auto" or not isinstance(
        classifier.criterion_, nn.CrossEntropyLoss
    ):
        return "they are not a softmax of logits"
    if classifier.per_recording_:
        return "classes describe recordings, not windows"
    return ""


def _largest_surprise(classifier, coverage, given_seizure):
    """Return the largest non-conformity in a set; warn if few patients allow any."""
    _check_share("coverage", coverage)
    learned = _learned(classifier, "coverage")
    if given_seizure:
        learned = learned.given_seizure(classifier.classes_.tolist())
    surprise = learned.largest_surprise(coverage)
    if math.isinf(surprise):
        needed = math.ceil(coverage / (1 - coverage) - 1e-9) if coverage < 1 else "no number"
        warn(
            f"{learned.n_patients} validation patients cannot guarantee a coverage of "
            f"{coverage:g} ({needed} would): each set contains all classes."
        )
    return surprise


def _learned(classifier, name):
    """Return the calibration; raise if there is none."""
    classifier.check_is_fitted()
    if classifier.calibration_ is None:
        raise InputError(
            name,
            "this classifier is not calibrated on validation patients",
            "fit with calibrate=True and ten known patients (groups) or more, or use recalibrate",
        )
    return classifier.calibration_


def sets_of_classes(probabilities, classes, surprise):
    """Return the set of each window, (n_windows, n_classes): the named class and likely ones."""
    # NaN, of windows that cannot be assessed, is in every set.
    sets = ~(1 - probabilities > surprise + _ROUNDING)
    codes, _ = named_confidence(probabilities, list(classes))
    sets[np.arange(len(sets)), codes] = True
    return sets


def _reason_against_validation(train, valid):
    """Return why the validation patients are unknown or trained on, if so."""
    if valid is None:
        return "there is no validation set"
    of_train, of_valid = _patients(train), _patients(valid)
    if of_valid is None or of_train is None:
        return "the validation patients are unknown"
    if set(of_train) & set(of_valid):
        return "validation patients are also trained on"
    return ""


def _patients(part):
    """Return the patient of each window of a subset, None if any is unknown."""
    if not (isinstance(part, Subset) and isinstance(part.dataset, WindowSet)):
        return None
    patients = part.dataset.patients
    if patients is None or not len(part) or pd.isna(patients).any():
        return None
    return patients[np.asarray(part.indices)]


def _check_share(name, value):
    if not 0 <= value <= 1:
        raise InputError(name, f"is {value!r}", "give a number between 0 and 1")
