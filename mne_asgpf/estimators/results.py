"""Results of a classifier for one recording: windows, electrodes, graphs, seizures."""

import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..checkpoints.files import weights_sha256
from ..checkpoints.model_card import SYNTHETIC_ONLY
from ..event_rule import EventRule
from ..event_table import to_annotations
from ..events import Moments, write_events
from ..events.find import find_events_of_moments
from ..type_aliases import PathLike
from ..viz.probabilities import plot_probabilities
from ..viz.traces import plot_event


@dataclass(frozen=True, eq=False, repr=False)
class RecordingTyping:
    """Results of a classifier for the windows of one recording.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        The prepared recording: the classifier's channels, missing ones NaN.
    classes : tuple of str
        The classes.
    starts : array, shape (n_windows,)
        Start of each window in seconds.
    clip_len : float
        Length of the windows in seconds.
    lengths : array, shape (n_windows,)
        Seconds of data in each window; shorter at the end of the data.
    probabilities : array, shape (n_windows, n_classes)
        Probability of each class; NaN for windows that cannot be assessed.
    reasons : array of object, shape (n_windows,)
        Why each window cannot be assessed, as in :meth:`mne_asgpf.ASGPFClassifier.assess`;
        empty if it can.
    node_logits : array, shape (n_windows, n_channels, n_classes)
        The logits of each electrode for each class; -inf for missing channels.
    graphs : array, shape (n_windows, n_seconds, n_channels, n_channels)
        The learned graphs of the top layer.
    moments : Moments
        Predictions for each ``rule.step`` from all windows that cover it, in which events
        are found.
    rule : EventRule
        The classifier's rule for events.
    about : dict
        The model, for the sidecar of the events.
    """

    raw: mne.io.BaseRaw
    classes: tuple[str, ...]
    starts: np.ndarray
    clip_len: float
    lengths: np.ndarray
    probabilities: np.ndarray
    reasons: np.ndarray
    node_logits: np.ndarray
    graphs: np.ndarray
    moments: Moments
    rule: EventRule
    about: dict = field(default_factory=dict)

    def find_seizures(self, rule: EventRule | None = None) -> pd.DataFrame:
        """Find seizures and classify their types.

        Parameters
        ----------
        rule : EventRule | None
            Thresholds, minimal durations and gaps. None: the rule of the classifier.

        Returns
        -------
        events : pandas.DataFrame
            An event table (:func:`mne_asgpf.events.find_seizures`).
            ``events.attrs["left_out"]`` lists what could not be assessed, one line each.
        """
        events = find_events_of_moments(
            self.moments, self.classes, rule or self.rule, self.clip_len / 2
        )
        events.attrs["rule"] = rule or self.rule
        events.attrs["left_out"] = [
            f"{row['onset']:g}-{row['onset'] + row['duration']:g} s, not assessable: "
            f"{row['reason']}"
            for row in self.not_assessable
        ]
        return events

    @property
    def not_assessable(self) -> list[dict]:
        """The time that cannot be assessed: dicts of ``onset``, ``duration`` (s), ``reason``."""
        found: list[dict] = []
        moments = self.moments
        for start, stop, reason in zip(moments.starts, moments.stops, moments.reasons, strict=True):
            last: dict = found[-1] if found else {"reason": None, "onset": 0, "duration": 0}
            if reason and reason == last["reason"] and start <= last["onset"] + last["duration"]:
                last["duration"] = float(stop - last["onset"])
            elif reason:
                found.append(
                    {"onset": float(start), "duration": float(stop - start), "reason": reason}
                )
        return found

    def to_data_frame(self) -> pd.DataFrame:
        """Give one row a window.

        Returns
        -------
        windows : pandas.DataFrame
            The columns ``onset`` and ``duration`` in seconds, the probability of each class, and
            ``not_assessable``, which says why a window cannot be assessed and else is empty.
        """
        table = pd.DataFrame(self.probabilities, columns=[*self.classes])
        table.insert(0, "onset", self.starts)
        table.insert(1, "duration", self.lengths)
        return table.assign(not_assessable=self.reasons)

    def to_annotations(self, events: pd.DataFrame | None = None) -> mne.Annotations:
        """Turn seizures into annotations.

        Parameters
        ----------
        events : pandas.DataFrame | None
            An event table; None: what :meth:`find_seizures` returns. Without
            ``attrs["rule"]``, which that sets, events count as given.

        Returns
        -------
        annotations : mne.Annotations
            One annotation a seizure; its onset is relative to the start of the recording.
        """
        return to_annotations(self.find_seizures() if events is None else events)

    def save(
        self,
        folder: PathLike,
        stem: str,
        *,
        events: pd.DataFrame | None = None,
        overwrite: bool = False,
    ) -> dict[str, Path]:
        """Write seizures as :func:`mne_asgpf.events.write_events` does.

        Parameters
        ----------
        folder : path-like
            Where to write; made when missing.
        stem : str
            The name of the recording, which the file names begin with.
        events : pandas.DataFrame | None
            An event table; None: what :meth:`find_seizures` returns. Without
            ``attrs["rule"]``, which that sets, events count as given.
        overwrite : bool
            Whether files that are there already may be replaced.

        Returns
        -------
        paths : dict of str to pathlib.Path
            Kind of file -> path.

        Raises
        ------
        InputError
            One of the files is there already; then none is written.
        """
        events = self.find_seizures() if events is None else events
        about = self.about | about_rule(events.attrs.get("rule"))
        about |= about_confidence(events.attrs.get("confidence"))
        about["RecordingDuration"] = self.duration
        if self.not_assessable:
            about["NotAssessable"] = self.not_assessable
        return write_events(
            events,
            folder,
            stem,
            recording_duration=self.duration,
            about=about,
            overwrite=overwrite,
        )

    def plot_probabilities(
        self,
        events: pd.DataFrame | None = None,
        truth: pd.DataFrame | None = None,
        *,
        axes: Sequence[Axes] | None = None,
        show: bool = True,
    ) -> FigureBase:
        """Plot the class probabilities with :func:`mne_asgpf.viz.plot_probabilities`.

        Parameters
        ----------
        events : pandas.DataFrame | None
            The events found, an event table.
        truth : pandas.DataFrame | None
            The events that the labels give, an event table.
        axes : sequence of matplotlib.axes.Axes | None
            Two axes to draw in; None makes a new figure.
        show : bool
            Whether to show the figure.

        Returns
        -------
        figure : matplotlib.figure.Figure
            The figure.
        """
        return plot_probabilities(**self._windows, events=events, truth=truth, axes=axes, show=show)

    def plot_event(
        self,
        event: dict | pd.Series,
        *,
        axes: Sequence[Axes] | None = None,
        show: bool = True,
        **options: Any,
    ) -> FigureBase:
        """Plot the EEG around an event with :func:`mne_asgpf.viz.plot_event`.

        Parameters
        ----------
        event : dict | pandas.Series
            A row of what :meth:`find_seizures` gives.
        axes : sequence of matplotlib.axes.Axes | None
            Two axes to draw in; None makes a new figure.
        show : bool
            Whether to show the figure.
        **options : dict
            Further options of :func:`mne_asgpf.viz.plot_event`, such as ``montage``.

        Returns
        -------
        figure : matplotlib.figure.Figure
            The figure.
        """
        return plot_event(self.raw, event, **self._windows, axes=axes, show=show, **options)

    @property
    def _windows(self):
        """The windows as the plots take them."""
        names = ("probabilities", "classes", "starts", "clip_len")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return (
            f"<RecordingTyping | {len(self.starts)} windows of {self.clip_len:g} s in "
            f"{self.duration:g} s, {np.count_nonzero(self.reasons != '')} not assessable, "
            f"classes {', '.join(self.classes)}>"
        )

    def _repr_html_(self) -> str:
        table = self.to_data_frame().to_html(index=False, max_rows=20, border=0, escape=True)
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{table}"

    @property
    def duration(self) -> float:
        """Length of the recording in seconds."""
        return self.raw.n_times / self.raw.info["sfreq"]


def about_model(classifier):
    """Describe a classifier for the sidecar of events."""
    synthetic = classifier.notes_.get("synthetic")  # None: not stated by its author
    about = {
        "Model": {
            "Name": "ASGPF",
            "WeightsSHA256": weights_sha256(classifier.module_),
            "Classes": [str(name) for name in classifier.classes_],
            "Temperature": classifier.temperature_,
            "CalibrationSHA256": _calibration_sha256(classifier.calibration_),
        },
        "Synthetic": synthetic,
    }
    return about | ({"Warning": SYNTHETIC_ONLY} if synthetic else {})


def _calibration_sha256(calibration):
    """Return a digest of a calibration, on which confidences and sets of types depend."""
    if calibration is None:
        return None
    return hashlib.sha256(json.dumps(calibration.to_dict()).encode()).hexdigest()


def about_rule(rule):
    """Describe for the sidecar how events were found; ``rule`` is None for given events."""
    if rule is None:
        return {"Found": "given, and classified by the model"}
    error = "half a window, not measured with these thresholds and this step"
    if rule.onset_error is not None:
        error = (
            "expected not to be exceeded in nine of ten found seizures of new patients, from "
            f"{rule.n_seizures} seizures of {rule.n_patients} validation patients"
        )
    elif rule.n_seizures:
        error = f"not stated: seizures were found in {rule.n_patients} validation patients only"
    return {
        "Found": "by the model, which is experimental",
        "EventRule": rule.to_dict(),
        "TimeErrorFrom": error,
    }


def about_confidence(stated):
    """Describe for the sidecar which events are 'not sure' and which types are listed."""
    stated = {name: value for name, value in (stated or {}).items() if value}
    if "Coverage" in stated:
        stated["possible_types"] = {
            "Description": f"Types that a conformal set of {stated['Coverage']:g} holds, learned "
            "from validation patients; not guaranteed for events that the model found"
        }
    return stated
