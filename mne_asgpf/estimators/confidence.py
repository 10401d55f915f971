"""Confidence of a classifier: calibrated probabilities, prediction sets, abstention."""

import math

import numpy as np
import pandas as pd
import torch
from mne.utils import logger, warn
from numpy.typing import ArrayLike
from torch import nn
from torch.utils.data import Subset

from ..errors import InputError
from ..events.decide import named_confidence
from ..labels import NOT_SURE
from .assessment import assessed_proba, reasons_against, why_not
from .calibration import Calibration
from .inputs.window_set import WindowSet
from .inputs.windows import EEG


class Confidence:
    """Methods of a classifier that use its confidence, calibrated on validation patients."""

    # A base of ASGPFClassifier alone: with these methods and their documentation in it, the class
    # would be a file of 700 lines.
    calibration_: Calibration | None = None

    @property
    def temperature_(self) -> float:
        """The divisor of the module's logits; 1 without calibration."""
        return 1.0 if self.calibration_ is None else self.calibration_.temperature

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
        return reasons_against(self, X, groups)

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
            learned = self._learned("min_confidence")
            min_confidence = learned.confidence_to_answer(answered, classes.tolist())
        _check_share("min_confidence", min_confidence)
        probabilities, reasons = assessed_proba(self, X, groups)
        codes, confidence = named_confidence(probabilities, classes.tolist())
        is_sure = (reasons == "") & (confidence >= min_confidence)
        return np.where(is_sure, classes.astype(object)[codes], NOT_SURE)

    def predict_sets(
        self, X: EEG, *, coverage: float = 0.9, groups: ArrayLike | None = None
    ) -> np.ndarray:
        """Predict sets of classes that contain the true class with high probability.

        Split conformal prediction in which each validation patient counts once.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        coverage : float
            The probability that the set contains the true class, between 0 and 1.
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
        _check_share("coverage", coverage)
        learned = self._learned("coverage")
        surprise = learned.largest_surprise(coverage)
        if math.isinf(surprise):
            needed = math.ceil(coverage / (1 - coverage) - 1e-9) if coverage < 1 else "no number"
            warn(
                f"{learned.n_patients} validation patients cannot guarantee a coverage of "
                f"{coverage:g} ({needed} would): each set contains all classes."
            )
        probabilities, _ = assessed_proba(self, X, groups)
        codes, _ = named_confidence(probabilities, self.classes_.tolist())
        # The tolerance is that of the stored probabilities.
        sets = ~(1 - probabilities > surprise + 1e-6)  # NaN (not assessable) is included
        sets[np.arange(len(sets)), codes] = True
        return sets

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, and keep both sets until the fit is over."""
        self._split = super().get_split_datasets(X, y, **fit_params)
        return self._split

    def _train(self, windows):
        self.calibration_ = None  # validation scores during a fit use uncalibrated logits
        try:
            super()._train(windows)
            if self.calibrate:
                self._calibrate(*vars(self).get("_split", (None, None)))
        finally:
            vars(self).pop("_split", None)
        return self

    def _own_metadata(self):
        learned = self.calibration_ and {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self.calibration_).items()
        }
        return super()._own_metadata() | {"calibration": learned}

    def _take_metadata(self, metadata, module):
        super()._take_metadata(metadata, module)
        if metadata.calibration is not None:
            saved = metadata.calibration.model_dump()
            arrays = {name: np.array(v) for name, v in saved.items() if isinstance(v, list)}
            self.calibration_ = Calibration(**saved | arrays)

    def _get_predict_nonlinearity(self):
        to_probabilities, temperature = super()._get_predict_nonlinearity(), self.temperature_
        if temperature == 1:
            return to_probabilities
        return lambda logits: to_probabilities(logits / temperature)

    def _calibrate(self, train, valid):
        """Calibrate on the validation set, if its patients are not trained on."""
        reason = self._reason_against_calibration(train, valid)
        if not reason:
            logits = torch.cat(list(self.forward_iter(valid))).double().cpu().numpy()
            known = [why_not(self, x.to(self.device)) for x, _ in self.get_iterator(valid)]
            assessable = np.concatenate(known) == ""
            if not assessable.any():
                reason = "no validation window can be assessed"
        if reason:
            logger.info("Probabilities are not calibrated: %s.", reason)
            return
        codes = valid.dataset.codes[valid.indices]
        patients = _patients(valid)
        self.calibration_ = Calibration.learn(
            logits[assessable], codes[assessable], patients[assessable]
        )
        logger.info(
            "Probabilities are calibrated on %d validation patients: temperature %.2f.",
            self.calibration_.n_patients,
            self.temperature_,
        )

    def _reason_against_calibration(self, train, valid):
        if self.predict_nonlinearity != "auto" or not isinstance(
            self.criterion_, nn.CrossEntropyLoss
        ):
            return "they are not a softmax of logits"
        if self.per_recording_:
            return "classes describe recordings, not windows"
        if not len(self.history):
            return "nothing was trained"
        of_train, of_valid = _patients(train), _patients(valid)
        if of_valid is None or of_train is None:
            return "the validation patients are unknown"
        if set(of_train) & set(of_valid):
            return "validation patients are also trained on"
        return ""

    def _learned(self, name):
        """Return the calibration; raise if there is none."""
        self.check_is_fitted()
        if self.calibration_ is None:
            raise InputError(
                name,
                "this classifier is not calibrated on validation patients",
                "fit with calibrate=True, known patients (groups), and the default train_split",
            )
        return self.calibration_


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
