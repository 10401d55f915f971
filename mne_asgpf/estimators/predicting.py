"""Probabilities, classes and scores of any input."""

import numpy as np
from sklearn.metrics import accuracy_score

from ..events import decide
from .labelled_windows import labelled_windows


class Predicting:
    """Predict with a fitted classifier."""

    def predict_proba(self, X):
        """Give the probability of each class.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.

        Returns
        -------
        probabilities : array of float32, shape (n, n_classes)
            One row a window, one column for each of ``classes_``. A classifier that
            was fitted with one class a recording gives one row a recording: the mean
            over its windows.
        """
        return np.concatenate([self._piece_proba(piece) for piece in self._to_predict(X)])

    def predict(self, X):
        """Name the class of each window.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.

        Returns
        -------
        classes : array, shape (n,)
            The class of each row of :meth:`predict_proba`, by the rule of
            :mod:`mne_asgpf.events.decide`: the most probable one, but that background is
            weighed against all seizure classes together.
        """
        probabilities = self.predict_proba(X)
        return self.classes_[decide(probabilities, self.classes_.tolist())]

    def score(self, X, y=None, sample_weight=None):
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

        Returns
        -------
        accuracy : float
            The accuracy.
        """
        if y is None:
            self.check_is_fitted()
            X = labelled_windows(self, X, reset=False)
            y = X.labels
        return accuracy_score(y, self.predict(X), sample_weight=sample_weight)

    def _piece_proba(self, windows):
        probabilities = super().predict_proba(windows)
        if not self.per_recording_ or windows.recordings is None:
            return probabilities
        starts = np.flatnonzero(np.diff(windows.recordings, prepend=-1))
        sizes = np.diff(starts, append=len(windows))
        return np.add.reduceat(probabilities, starts) / sizes[:, None]
