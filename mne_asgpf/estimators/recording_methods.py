"""What a classifier says of whole recordings: the methods."""

from collections.abc import Sequence
from typing import Self

import mne
import pandas as pd

from ..event_rule import EventRule
from ..event_table import to_annotations
from .inputs.recordings import Recording
from .results import RecordingTyping, fit_event_rule, type_given_events, type_recording


class RecordingMethods:
    """The methods of a classifier that take one recording, and the rule that they follow.

    Attributes
    ----------
    event_rule_ : EventRule
        How probabilities become events.
    """

    event_rule_ = EventRule()

    def type_recording(self, raw: Recording, rule: EventRule | None = None) -> RecordingTyping:
        """Run through one recording and keep what led to each window's class.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        rule : EventRule | None
            How probabilities become events, of which ``step`` says how many windows are
            looked at. None: ``event_rule_``.

        Returns
        -------
        typing : RecordingTyping
            Probabilities, what each electrode said, and the learned graphs.
        """
        return type_recording(self, raw, rule)

    def type_events(self, raw: Recording, events: pd.DataFrame) -> pd.DataFrame:
        """Type the seizures that somebody else found, each by the clip at its onset.

        The clips are those that :func:`~mne_asgpf.typed_windows` cuts.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame
            An event table. What is not a seizure (background, unknown labels) is
            left out.

        Returns
        -------
        typed : pandas.DataFrame
            The seizures with the model's types and confidences, as
            :func:`~mne_asgpf.find_seizures` gives them. ``typed.attrs["left_out"]`` says
            what was left out and why, a line each.

        Raises
        ------
        InputError
            If a seizure lies outside the recording.
        """
        return type_given_events(self, raw, events)

    def fit_events(
        self, recordings: Recording | Sequence[Recording], *, step: float | None = 1.0
    ) -> Self:
        """Choose how probabilities become events, on recordings of validation patients.

        It sets ``event_rule_``, which is saved with the classifier, by event F1
        (:func:`mne_asgpf.events.fit_events`). Fitting the classifier anew forgets it.

        Parameters
        ----------
        recordings : Raw | path-like | BIDSPath | list of them
            Whole recordings with their seizures, as :meth:`fit` takes them, of patients
            that the classifier was not trained on: of others its probabilities are too
            good, and the rule too strict.
        step : float | None
            Seconds from one window to the next, here and in later predictions, a whole
            number; None: the length of a window. A step of 1 s takes as many times as long
            as a window has seconds.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.

        Raises
        ------
        InputError
            If there is no background class, no seizure, or none is found with any rule.
        """
        self.event_rule_ = fit_event_rule(self, recordings, step)
        return self

    def predict_annotations(
        self, raw: Recording, *, events: pd.DataFrame | None = None, rule: EventRule | None = None
    ) -> mne.Annotations:
        """Find and type the seizures of a recording, or type given ones.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        events : pandas.DataFrame | None
            An event table whose seizures are typed, as :meth:`type_events` does. None:
            they are found, which needs a classifier that was fitted with background and
            is experimental.
        rule : EventRule | None
            How probabilities become events. None: ``event_rule_``.

        Returns
        -------
        annotations : mne.Annotations
            One annotation a seizure: its class as the description, the confidence
            and the classes' probabilities in ``extras``, with ``onset_error`` and
            ``end_error`` (s) of those found.
        """
        if events is not None:
            return to_annotations(self.type_events(raw, events))
        return to_annotations(self.type_recording(raw, rule).find_seizures())
