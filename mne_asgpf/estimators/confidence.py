"""How sure a classifier is: calibrated probabilities, sets of classes, 'not sure'."""

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
    """What a classifier says of its confidence, as its validation patients taught it.

    ``calibration_`` holds what was learned from them; None where nothing was.
    """

    calibration_: Calibration | None = None

    @property
    def temperature_(self) -> float:
        """What the module's logits are divided by; 1 where they are not calibrated."""
        return 1.0 if self.calibration_ is None else self.calibration_.temperature

    def assess(self, X: EEG, *, groups: ArrayLike | None = None) -> np.ndarray:
        """Tell which windows cannot be assessed, and why.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        groups : array-like, shape (n,) | None
            As in :meth:`predict_proba`.

        Returns
        -------
        reasons : array of object, shape (n,)
            A text for each row of :meth:`predict_proba`: empty where it can be assessed,
            else ``"no data"``, ``"flat"``, ``"out of range"`` (a hundred times stronger or
            weaker than the training data) or the annotation, such as ``"BAD_jump"``, that
            calls some of the window bad.
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
        """Name the class of each window, or say 'not sure'.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        min_confidence : float | None
            The probability of the class that is named from which on it is named. None: what
            ``answered`` asks for.
        answered : float
            The share of the validation patients' windows that would be named; used where
            ``min_confidence`` is None. Of other patients more or fewer may be.
        groups : array-like, shape (n,) | None
            As in :meth:`predict_proba`.

        Returns
        -------
        classes : array of object, shape (n,)
            What :meth:`predict` names, or ``"not sure"``: where the confidence is lower,
            and of windows that cannot be assessed (:meth:`assess`).

        Raises
        ------
        InputError
            A number is not between 0 and 1, or there is no calibration to take the
            threshold from.
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
        """Give the classes that each window may be of, so that the true one is rarely missing.

        Split-conformal prediction with one vote a validation patient.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        coverage : float
            How often the true class shall be in the set, between 0 and 1.
        groups : array-like, shape (n,) | None
            As in :meth:`predict_proba`.

        Returns
        -------
        sets : array of bool, shape (n, n_classes)
            Whether each of ``classes_`` is in the set of each row of :meth:`predict_proba`;
            the class that :meth:`predict` names always is. Windows that cannot be assessed
            have all classes.

        Raises
        ------
        InputError
            ``coverage`` is not between 0 and 1, or there is no calibration.

        Notes
        -----
        The promise is of a window drawn from a new patient, on average over patients, and
        holds where new patients are exchangeable with the validation patients: not of each
        patient, not of each class, and not at another hospital. Windows of one patient are
        not independent, so that ``coverage`` asks for ``coverage / (1 - coverage)``
        validation patients: 9 for .9. With fewer, sets hold all classes, and a warning says
        so. The same patients chose the epoch whose weights are kept and the temperature, so
        that coverage can be somewhat lower than asked for: measure it on patients never seen
        (:func:`mne_asgpf.evaluation.score_sets`).
        """
        _check_share("coverage", coverage)
        learned = self._learned("coverage")
        surprise = learned.largest_surprise(coverage)
        if math.isinf(surprise):
            needed = math.ceil(coverage / (1 - coverage) - 1e-9) if coverage < 1 else "no number"
            warn(
                f"{learned.n_patients} validation patients promise no coverage of {coverage:g} "
                f"({needed} would): each set holds all classes."
            )
        probabilities, _ = assessed_proba(self, X, groups)
        codes, _ = named_confidence(probabilities, self.classes_.tolist())
        # The tolerance is that of probabilities as they are kept.
        sets = ~(1 - probabilities > surprise + 1e-6)  # NaN, not assessable, is in
        sets[np.arange(len(sets)), codes] = True
        return sets

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, and keep both until the fit is over."""
        self._split = super().get_split_datasets(X, y, **fit_params)
        return self._split

    def _train(self, windows):
        self.calibration_ = None  # validation scores in a fit are of the logits as they are
        try:
            super()._train(windows)
            if self.calibrate:
                self._calibrate(*vars(self).get("_split", (None, None)))
        finally:
            vars(self).pop("_split", None)
        return self

    def _description(self):
        learned = self.calibration_ and {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self.calibration_).items()
        }
        return {"calibration": learned}

    def _take_metadata(self, description, module):
        if description.calibration is not None:
            told = description.calibration.model_dump()
            arrays = {name: np.array(v) for name, v in told.items() if isinstance(v, list)}
            self.calibration_ = Calibration(**told | arrays)

    def _get_predict_nonlinearity(self):
        to_probabilities, temperature = super()._get_predict_nonlinearity(), self.temperature_
        if temperature == 1:
            return to_probabilities
        return lambda logits: to_probabilities(logits / temperature)

    def _calibrate(self, train, valid):
        """Learn from the validation set, where it is of other patients than those trained on."""
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
            return "they are no softmax of logits"
        if self.per_recording_:
            return "classes are of recordings, not of windows"
        if not len(self.history):
            return "nothing was trained"
        of_train, of_valid = _patients(train), _patients(valid)
        if of_valid is None or of_train is None:
            return "it is not known which patients validate"
        if set(of_train) & set(of_valid):
            return "patients that validate are trained on too"
        return ""

    def _learned(self, name):
        """Give the calibration, or say why there is none to take a threshold from."""
        self.check_is_fitted()
        if self.calibration_ is None:
            raise InputError(
                name,
                "this classifier learned nothing of validation patients",
                "fit with calibrate=True and with the patients known (groups), and leave "
                "train_split as it is",
            )
        return self.calibration_


def _patients(part):
    """Give the patient of each window of a part of a fit's windows, None where one is unknown."""
    if not (isinstance(part, Subset) and isinstance(part.dataset, WindowSet)):
        return None
    patients = part.dataset.patients
    if patients is None or not len(part) or pd.isna(patients).any():
        return None
    return patients[np.asarray(part.indices)]


def _check_share(name, value):
    if not 0 <= value <= 1:
        raise InputError(name, f"is {value!r}", "give a number between 0 and 1")
