"""All that a classifier says of one recording."""

from dataclasses import dataclass

import mne
import numpy as np

from ..events import find_events
from ..events.decide import spoken_for


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
        Probability of each class; NaN for windows that cannot be assessed.
    reasons : array of object, shape (n_windows,)
        Why each window cannot be assessed, as :meth:`mne_asgpf.ASGPFClassifier.assess` says
        it; empty where it can.
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
    reasons: np.ndarray
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
            ``events.attrs["left_out"]`` says what could not be assessed, a line each.
        """
        events = find_events(
            self.probabilities,
            self.classes,
            self.starts,
            self.lengths,
            threshold=threshold,
            recording_duration=self.duration,
        )
        events.attrs["left_out"] = [
            f"{row['onset']:g}-{row['onset'] + row['duration']:g} s, not assessable: "
            f"{row['reason']}"
            for row in self.not_assessable
        ]
        return events

    @property
    def not_assessable(self):
        """The time that was not assessed: dicts of ``onset``, ``duration`` (s), ``reason``."""
        found = []
        starts, stops = spoken_for(self.starts, self.lengths)
        for start, stop, reason in zip(starts, stops, self.reasons, strict=True):
            last = found[-1] if found else {"reason": None, "onset": 0, "duration": 0}
            if reason and reason == last["reason"] and start <= last["onset"] + last["duration"]:
                last["duration"] = float(stop - last["onset"])
            elif reason and stop > start:
                found.append(
                    {"onset": float(start), "duration": float(stop - start), "reason": reason}
                )
        return found

    @property
    def duration(self):
        """Length of the recording in seconds."""
        return self.raw.n_times / self.raw.info["sfreq"]
