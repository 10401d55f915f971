"""Typing of whole recordings, and of given seizures in them.

:class:`~mne_asgpf.ASGPFClassifier` has these functions as methods.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import mne
import numpy as np
import pandas as pd
import torch
from mne.utils import ProgressBar
from numpy.typing import ArrayLike
from torch.utils.data import Subset

from .. import events as of_events
from ..errors import InputError
from ..event_rule import EventRule
from ..event_table import from_annotations, from_start, to_annotations
from ..windows import recording_windows
from ..windows.event_windows import event_windows
from ..windows.recording_metadata import recording_metadata
from .assessment import assessed_proba, why_not, with_bad
from .inputs.adapting import adapt
from .inputs.recordings import Recording, load_one_recording, load_recordings
from .inputs.window_set import WindowSet
from .results import RecordingTyping, about_model

_KEPT = ("logits", "node_logits", "graphs")  # outputs of the model for a window
Classifier = TypeVar("Classifier", bound=Any)  # that the methods are of


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
    self.check_is_fitted()
    rule = rule or self.event_rule_
    if rule.step is not None and rule.step > self.clip_len:
        raise InputError(
            "EventRule.step",
            f"is {rule.step:g} s, longer than the windows of {self.clip_len:g} s",
            "give a smaller step, or None",
        )
    raw = load_one_recording(raw, **self.wanted)
    windows = recording_windows(raw, clip_len=self.clip_len)
    metadata = windows.get_metadata()
    kept, reasons = _run(self, windows, metadata, _KEPT)
    probabilities = _probabilities(self, kept["logits"], reasons)
    moments = [metadata[["onset", "length"]].to_numpy(), probabilities, reasons]
    if rule.step is not None and rule.step < self.clip_len:
        every = recording_windows(raw, clip_len=self.clip_len, stride=rule.step)
        further = every.get_metadata()
        new = np.flatnonzero(~further["onset"].isin(metadata["onset"]))
    else:
        new = np.empty(0, int)
    if len(new):
        said, more_reasons = _run(self, Subset(every, new.tolist()), further.iloc[new])
        more = [further[["onset", "length"]].to_numpy()[new]]
        more += [_probabilities(self, said["logits"], more_reasons), more_reasons]
        moments = [np.concatenate(pair) for pair in zip(moments, more, strict=True)]
    times, of_all, why = moments
    return RecordingTyping(
        raw=raw,
        classes=tuple(self.classes_.tolist()),
        starts=metadata["onset"].to_numpy(),
        clip_len=float(self.clip_len),
        lengths=metadata["length"].to_numpy(),
        probabilities=probabilities,
        reasons=reasons,
        node_logits=kept["node_logits"].numpy(),
        graphs=kept["graphs"].numpy(),
        moments=of_events.find_moments(
            of_all, *times.T, reasons=why, duration=raw.n_times / raw.info["sfreq"]
        ),
        rule=rule,
        about=about_model(self),
    )


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
    self.check_is_fitted()
    raw = load_one_recording(raw, **self.wanted)
    events = from_start(events, raw.info["meas_date"], raw.first_time)
    seizures = of_events.only_seizures(events)
    left_out = seizures.attrs["left_out"]
    windows = event_windows(raw, events, clip_len=self.clip_len)
    probabilities = np.empty((0, len(self.classes_)))
    cut = [] if windows is None else windows.get_metadata()["seizure"].tolist()
    if n_empty := len(seizures) - len(cut):
        left_out.append(f"{n_empty} seizures: the recording has no data for them")
    if windows is not None:
        probabilities, reasons = assessed_proba(self, windows)
        left_out += [
            f"the seizure at {seizures['onset'].iloc[number]:g} s is not assessable: {reason}"
            for number, reason in zip(cut, reasons, strict=True)
            if reason
        ]
        cut = np.array(cut)[reasons == ""]
        probabilities = probabilities[reasons == ""]
    typed = of_events.type_events(seizures.iloc[cut], probabilities, self.classes_.tolist())
    typed.attrs["left_out"] = left_out
    return typed


def fit_events(
    self: Classifier,
    recordings: Recording | Sequence[Recording],
    *,
    groups: ArrayLike | None = None,
    step: float | None = 1.0,
) -> Classifier:
    """Choose the rule for events on recordings of validation patients.

    Sets ``event_rule_``, which is saved with the classifier, by event F1
    (:func:`mne_asgpf.events.fit_events`). Fitting the classifier again resets it,
    and so does ``partial_fit``.

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
    self.check_is_fitted()
    moments, truths = [], []
    raws, descriptions = load_recordings(recordings, patients=groups, labelled=True, **self.wanted)
    patients = [row["patient"] for row in recording_metadata(raws, descriptions)]
    for raw in raws:
        typing = self.type_recording(raw, EventRule(step=step))
        moments.append(typing.moments)
        truths.append(from_annotations(raw.annotations, raw.first_time))
    options: dict = {"groups": patients, "step": step}
    self.event_rule_ = of_events.fit_events(moments, truths, self.classes_.tolist(), **options)
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


def _run(classifier, windows, metadata, names=("logits",)):
    """Keep the named outputs of the model for windows, and why some cannot be assessed."""
    adapted = WindowSet(windows, patients=metadata["patient"])
    adapted = adapt(adapted, classifier.adaptation, classifier.sfreq)
    classifier.module_.eval()
    kept: dict[str, torch.Tensor] = {}
    reasons: list[str] = []
    bar = ProgressBar(len(adapted), mesg="Classifying windows", leave=False)
    with torch.no_grad():
        for x, _ in classifier.get_iterator(adapted):
            said = classifier.module_.explain(x.to(classifier.device))
            for name in names:
                of_batch = getattr(said, name).cpu()
                if name not in kept:  # allocated once: joining parts would double the memory
                    kept[name] = of_batch.new_empty(len(adapted), *of_batch.shape[1:])
                kept[name][len(reasons) : len(reasons) + len(x)] = of_batch
            reasons += why_not(classifier, x.to(classifier.device))
            bar.update_with_increment_value(len(x))
    return kept, with_bad(reasons, windows)


def _probabilities(classifier, logits, reasons):
    probabilities = classifier._get_predict_nonlinearity()(logits.double()).numpy()
    probabilities[reasons != ""] = np.nan
    return probabilities
