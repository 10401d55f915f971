"""All that a classifier says of one recording."""

from dataclasses import dataclass

import mne
import numpy as np

from ..events import find_events


@dataclass(frozen=True, eq=False)
class RecordingTyping:
    """What a classifier says of the windows of one recording.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The recording as it was seen: the wanted channels, missing ones NaN.
    classes : tuple of str
        The classes.
    starts : array, shape (n_windows,)
        Start of each window in seconds.
    window_length : float
        Length of the windows in seconds.
    lengths : array, shape (n_windows,)
        Seconds of data in each window, fewer than that where there are no more.
    probabilities : array, shape (n_windows, n_classes)
        Probability of each class.
    node_logits : array, shape (n_windows, n_channels, n_classes)
        What each electrode says for each class; -inf for missing channels.
    graphs : array, shape (n_windows, n_seconds, n_channels, n_channels)
        The top layer's learned graphs.
    """

    raw: mne.io.BaseRaw
    classes: tuple
    starts: np.ndarray
    window_length: float
    lengths: np.ndarray
    probabilities: np.ndarray
    node_logits: np.ndarray
    graphs: np.ndarray

    def find_events(self, threshold=0.5):
        """Find and type seizures.

        Parameters
        ----------
        threshold : float
            Probability of any seizure from which on a window counts as seizure.

        Returns
        -------
        events : pandas.DataFrame
            An event table (:func:`mne_asgpf.events.find_events`).
        """
        return find_events(
            self.probabilities,
            self.classes,
            self.starts,
            self.lengths,
            threshold=threshold,
            recording_duration=self.duration,
        )

    @property
    def duration(self):
        """Length of the recording in seconds."""
        return self.raw.n_times / self.raw.info["sfreq"]
