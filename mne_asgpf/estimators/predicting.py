"""Probabilities, classes and scores of any input."""

import numpy as np
from mne.utils import warn
from sklearn.metrics import accuracy_score

from ..events import decide
from ..labels import BACKGROUND
from ..signals.upsampling import warned_once
from .assessing import count_reasons, why_not_windows
from .labelled_windows import labelled_windows


class Predicting:
    """Predict with a fitted classifier."""

    # As in fit: patients come along unless the user says otherwise.
    __metadata_request__predict = {"groups": True}
    __metadata_request__predict_proba = {"groups": True}
    __metadata_request__score = {"groups": True}

    def predict_proba(self, X, *, groups=None):
        """Give the probability of each class.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients that the input tells, if it does.

        Returns
        -------
        probabilities : array of float32, shape (n, n_classes)
            One row a window, one column for each of ``classes_``. A classifier that
            was fitted with one class a recording gives one row a recording: the mean
            over its windows.

        Notes
        -----
        Of a window that cannot be assessed (:meth:`assess`) nobody can claim a seizure: a
        warning says how many there are, and their rows have all probability on background
        or, where there is no such class, the same on each.
        """
        probabilities, reasons = self._assessed_proba(X, groups)
        if told := count_reasons(reasons):
            warn(
                f"Not assessable: {told}. They count as "
                + ("background." if BACKGROUND in self.classes_ else "any class alike.")
                + " assess() tells which; look at the recording there."
            )
            fallback = self.classes_ == BACKGROUND
            fallback = fallback if fallback.any() else np.ones(len(fallback))
            probabilities[reasons != ""] = fallback / fallback.sum()
        return probabilities

    def assess(self, X, *, groups=None):
        """Tell which windows cannot be assessed, and why.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients that the input tells, if it does.

        Returns
        -------
        reasons : array of object, shape (n,)
            A text for each row of :meth:`predict_proba`: empty where it can be assessed,
            else ``"no data"``, ``"flat"``, ``"out of range"`` (a hundred times stronger or
            weaker than the training data) or the annotation, such as ``"BAD_jump"``, that
            calls some of the window bad.
        """
        return self._assessed_proba(X, groups)[1]

    def predict(self, X, *, groups=None):
        """Name the class of each window.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients that the input tells, if it does.

        Returns
        -------
        classes : array, shape (n,)
            The class of each row of :meth:`predict_proba`, by the rule of
            :mod:`mne_asgpf.events.decide`: the most probable one, but that background is
            weighed against all seizure classes together.
        """
        probabilities = self.predict_proba(X, groups=groups)
        return self.classes_[decide(probabilities, self.classes_.tolist())]

    def score(self, X, y=None, sample_weight=None, *, groups=None):
        """Give the share of windows or recordings whose class is predicted rightly.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts.
        y : array-like, shape (n,) | None
            The true classes, one for each that :meth:`predict` gives. None: what the
            input tells, as in :meth:`fit`; of recordings, windows are cut as there.
        sample_weight : array-like, shape (n,) | None
            How much each counts.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients that the input tells, if it does.

        Returns
        -------
        accuracy : float
            The accuracy.
        """
        if y is None:
            self.check_is_fitted()
            X, groups = labelled_windows(self, X, groups=groups, reset=False), None
            y = X.labels
        return accuracy_score(y, self.predict(X, groups=groups), sample_weight=sample_weight)

    def _assessed_proba(self, X, groups=None):
        """Give probabilities, NaN where there is a reason not to assess, and the reasons."""
        with warned_once():
            parts = [self._piece_proba(piece) for piece in self._to_predict(X, groups)]
        probabilities, reasons = map(np.concatenate, zip(*parts, strict=True))
        return probabilities, reasons

    def _piece_proba(self, windows):
        probabilities, reasons = super().predict_proba(windows), why_not_windows(self, windows)
        probabilities[reasons != ""] = np.nan
        if not self.per_recording_ or windows.recordings is None:
            return probabilities, reasons
        starts = np.flatnonzero(np.diff(windows.recordings, prepend=-1))
        # A recording is assessed by what of it can be.
        assessed = reasons == ""
        sizes = np.add.reduceat(assessed, starts, dtype=float)[:, None]
        sums = np.add.reduceat(np.where(assessed[:, None], probabilities, 0), starts)
        means = np.divide(sums, sizes, out=np.full_like(sums, np.nan), where=sizes > 0)
        return means, np.where(sizes[:, 0] > 0, "", reasons[starts])
