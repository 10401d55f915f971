"""The methods of a classifier for whole recordings."""

from collections.abc import Sequence
from typing import Self

import mne
import pandas as pd
from numpy.typing import ArrayLike

from ..event_rule import EventRule
from ..event_table import to_annotations
from .inputs.recordings import Recording
from .results import RecordingTyping, fit_event_rule, type_given_events, type_recording


class RecordingMethods:
    """The methods of a classifier that take one recording, and its rule for events."""

    # A base of ASGPFClassifier alone, for the length of its file: each method documents a function
    # of results.py.
    event_rule_ = EventRule()

    def type_recording(self, raw: Recording, rule: EventRule | None = None) -> RecordingTyping:
        """Classify the windows of one recording and keep the evidence for each class.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        rule : EventRule | None
            The rule for events; its ``step`` determines how many windows are classified. None:
            ``event_rule_``.

        Returns
        -------
        typing : RecordingTyping
            Probabilities, the logits of each electrode, and the learned graphs.
        """
        return type_recording(self, raw, rule)

    def type_events(self, raw: Recording, events: pd.DataFrame) -> pd.DataFrame:
        """Classify the type of given seizures, each by the clip at its onset.

        Clips are cut as in :func:`~mne_asgpf.typed_windows`.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame
            An event table. Events that are not seizures (background, unknown labels) are
            left out.

        Returns
        -------
        typed : pandas.DataFrame
            The seizures with the model's types and confidences, as returned by
            :func:`~mne_asgpf.find_seizures`. ``typed.attrs["left_out"]`` lists what was
            left out and why, one line each.

        Raises
        ------
        InputError
            If a seizure is outside the recording.
        """
        return type_given_events(self, raw, events)

    def fit_events(
        self,
        recordings: Recording | Sequence[Recording],
        *,
        groups: ArrayLike | None = None,
        step: float | None = 1.0,
    ) -> Self:
        """Choose the rule for events on recordings of validation patients.

        Sets ``event_rule_``, which is saved with the classifier, by event F1
        (:func:`mne_asgpf.events.fit_events`). Fitting the classifier again resets it.

        Parameters
        ----------
        recordings : Raw | path-like | BIDSPath | list of them
            Whole recordings with their seizures, as in :meth:`fit`, of patients that the
            classifier was not trained on: for training patients, probabilities are too good
            and the rule becomes too strict. The stated errors hold best if these patients were
            not used to choose the epoch either; validation patients were.
        groups : array-like, shape (n_recordings,) | None
            The patient of each recording; None: those in the recordings, if known.
        step : float | None
            Seconds from one window to the next, here and in later predictions, a whole
            number; None: the length of a window. A step of 1 s takes about seven times as
            long with windows of 12 s.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.

        Raises
        ------
        InputError
            If the classifier has no background class, or the recordings contain no seizure,
            or no rule finds one.
        """
        self.event_rule_ = fit_event_rule(self, recordings, groups, step)
        return self

    def predict_annotations(
        self, raw: Recording, *, events: pd.DataFrame | None = None, rule: EventRule | None = None
    ) -> mne.Annotations:
        """Find and classify the seizures of a recording, or classify given ones.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame | None
            An event table whose seizures are classified, as in :meth:`type_events`. None:
            find them, which requires a classifier fitted with background and is
            experimental.
        rule : EventRule | None
            The rule for events. None: ``event_rule_``.

        Returns
        -------
        annotations : mne.Annotations
            One annotation per seizure: its class as the description, the confidence
            and the classes' probabilities in ``extras``, with ``onset_error`` and
            ``end_error`` (s) for seizures that were found.
        """
        if events is not None:
            return to_annotations(self.type_events(raw, events))
        return to_annotations(self.type_recording(raw, rule).find_seizures())
