"""Probabilities, classes and scores of any input."""

import numpy as np
from sklearn.metrics import accuracy_score

from ..events import decide
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
        """
        pieces = self._to_predict(X, groups)
        return np.concatenate([self._piece_proba(piece) for piece in pieces])

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

    def _piece_proba(self, windows):
        probabilities = super().predict_proba(windows)
        if not self.per_recording_ or windows.recordings is None:
            return probabilities
        starts = np.flatnonzero(np.diff(windows.recordings, prepend=-1))
        sizes = np.diff(starts, append=len(windows))
        return np.add.reduceat(probabilities, starts) / sizes[:, None]
