"""What a fitted classifier says of one recording: windows, electrodes, graphs, seizures."""

from dataclasses import dataclass

import mne
import numpy as np
import pandas as pd
import torch
from mne.utils import ProgressBar

from ..events import find_seizures, only_seizures, type_events
from ..events.decide import spoken_for
from ..windows import recording_windows
from ..windows.event_windows import event_windows
from .assessment import assessed_proba, why_not, with_bad
from .inputs.adapting import adapt
from .inputs.recordings import load_one_recording
from .inputs.window_set import WindowSet

_KEPT = ("logits", "node_logits", "graphs")  # of what the model says of a window


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
    clip_len : float
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
    clip_len: float
    lengths: np.ndarray
    probabilities: np.ndarray
    reasons: np.ndarray
    node_logits: np.ndarray
    graphs: np.ndarray

    def find_seizures(self, threshold: float = 0.5) -> pd.DataFrame:
        """Find and type seizures.

        Parameters
        ----------
        threshold : float
            Probability of any seizure from which on a window counts as seizure.

        Returns
        -------
        events : pandas.DataFrame
            An event table (:func:`mne_asgpf.events.find_seizures`).
            ``events.attrs["left_out"]`` says what could not be assessed, a line each.
        """
        events = find_seizures(
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
    def not_assessable(self) -> list[dict]:
        """The time that was not assessed: dicts of ``onset``, ``duration`` (s), ``reason``."""
        found: list[dict] = []
        starts, stops = spoken_for(self.starts, self.lengths)
        for start, stop, reason in zip(starts, stops, self.reasons, strict=True):
            last = found[-1] if found else {"reason": None, "onset": 0.0, "duration": 0.0}
            if reason and reason == last["reason"] and start <= last["onset"] + last["duration"]:
                last["duration"] = float(stop - last["onset"])
            elif reason and stop > start:
                found.append(
                    {"onset": float(start), "duration": float(stop - start), "reason": reason}
                )
        return found

    @property
    def duration(self) -> float:
        """Length of the recording in seconds."""
        return self.raw.n_times / self.raw.info["sfreq"]


def type_recording(classifier, raw):
    """Run a fitted classifier through one recording and keep what led to each window's class."""
    classifier.check_is_fitted()
    raw = load_one_recording(raw, **classifier.wanted)
    windows = recording_windows(raw, clip_len=classifier.clip_len)
    metadata = windows.get_metadata()
    adapted = WindowSet(windows, patients=metadata["patient"])
    adapted = adapt(adapted, classifier.adaptation, classifier.sfreq)
    classifier.module_.eval()
    kept: dict[str, torch.Tensor] = {}
    reasons: list[str] = []
    bar = ProgressBar(len(adapted), mesg="Typing windows", leave=False)
    with torch.no_grad():
        for x, _ in classifier.get_iterator(adapted):
            said = classifier.module_.explain(x.to(classifier.device))
            for name in _KEPT:
                of_batch = getattr(said, name).cpu()
                if name not in kept:  # room for all: of a day, the parts would fill as much
                    kept[name] = of_batch.new_empty(len(adapted), *of_batch.shape[1:])
                kept[name][len(reasons) : len(reasons) + len(x)] = of_batch
            reasons += why_not(classifier, x.to(classifier.device))
            bar.update_with_increment_value(len(x))
    reasons = with_bad(reasons, windows)
    probabilities = kept["logits"].double().softmax(1).numpy()
    probabilities[reasons != ""] = np.nan
    return RecordingTyping(
        raw=raw,
        classes=tuple(classifier.classes_.tolist()),
        starts=metadata["onset"].to_numpy(),
        clip_len=float(classifier.clip_len),
        lengths=metadata["length"].to_numpy(),
        probabilities=probabilities,
        reasons=reasons,
        node_logits=kept["node_logits"].numpy(),
        graphs=kept["graphs"].numpy(),
    )


def type_given_events(classifier, raw, events):
    """Type the seizures of a table with a fitted classifier, each by the clip at its onset."""
    classifier.check_is_fitted()
    raw = load_one_recording(raw, **classifier.wanted)
    seizures = only_seizures(events)
    left_out = seizures.attrs["left_out"]
    windows = event_windows(raw, events, clip_len=classifier.clip_len)
    probabilities = np.empty((0, len(classifier.classes_)))
    cut = [] if windows is None else windows.get_metadata()["seizure"].tolist()
    if n_empty := len(seizures) - len(cut):
        left_out.append(f"{n_empty} seizures: the recording holds no second of data of them")
    if windows is not None:
        probabilities, reasons = assessed_proba(classifier, windows)
        left_out += [
            f"the seizure at {seizures['onset'].iloc[number]:g} s is not assessable: {reason}"
            for number, reason in zip(cut, reasons, strict=True)
            if reason
        ]
        cut = np.array(cut)[reasons == ""]
        probabilities = probabilities[reasons == ""]
    typed = type_events(seizures.iloc[cut], probabilities, classifier.classes_.tolist())
    typed.attrs["left_out"] = left_out
    return typed
