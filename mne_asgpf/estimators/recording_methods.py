"""What a classifier says of whole recordings: the methods."""

import mne
import pandas as pd

from ..event_table import to_annotations
from .inputs.recordings import Recording
from .results import RecordingTyping, type_given_events, type_recording


class RecordingMethods:
    """The methods of a classifier that take one recording."""

    def type_recording(self, raw: Recording) -> RecordingTyping:
        """Run through one recording and keep what led to each window's class.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.

        Returns
        -------
        typing : RecordingTyping
            Probabilities, what each electrode said, and the learned graphs.
        """
        return type_recording(self, raw)

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

    def predict_annotations(
        self, raw: Recording, *, events: pd.DataFrame | None = None, threshold: float = 0.5
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
        threshold : float
            Probability of any seizure from which on a window counts as seizure.

        Returns
        -------
        annotations : mne.Annotations
            One annotation a seizure: its class as the description, the confidence
            and the classes' probabilities in ``extras``.
        """
        if events is not None:
            return to_annotations(self.type_events(raw, events))
        return to_annotations(self.type_recording(raw).find_seizures(threshold))
