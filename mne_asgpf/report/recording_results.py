"""The result files of one recording."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mne
import pandas as pd

from ..atomic import check_targets
from ..checkpoints.model_card import SYNTHETIC_ONLY
from ..errors import printable
from ..estimators.assessment import count_reasons
from ..estimators.classifier import ASGPFClassifier
from ..estimators.results import RecordingTyping, about_rule
from ..event_rule import EventRule
from ..events.write import event_paths
from ..type_aliases import PathLike
from .parts import add_banner
from .recording_report import add_recording
from .source_facts import source_facts
from .write import new_report, save_report


def write_recording_results(
    classifier: ASGPFClassifier,
    raw: mne.io.BaseRaw,
    folder: PathLike,
    stem: str,
    *,
    events: pd.DataFrame | None = None,
    rule: EventRule | None = None,
    min_confidence: float = 0.0,
    coverage: float | None = None,
    truth: pd.DataFrame | None = None,
    inputs: Sequence[PathLike] = (),
    about: dict | None = None,
    overwrite: bool = False,
    include_names: bool = False,
    with_report: bool = True,
) -> tuple[pd.DataFrame, dict[str, Path]]:
    """Find and classify the seizures of a recording; write events and a report.

    Parameters
    ----------
    classifier : ASGPFClassifier
        A fitted classifier.
    raw : mne.io.BaseRaw
        The recording.
    folder : path-like
        The folder to write to; created if missing.
    stem : str
        The name of the recording, with which file names start.
    events : pandas.DataFrame | None
        An event table whose seizures are classified; None: find them.
    rule : EventRule | None
        The rule for events; None: that of the classifier.
    min_confidence : float
        The confidence below which events are labelled 'not sure'.
    coverage : float | None
        The coverage of the sets of possible types; None: they are not listed
        (:meth:`~mne_asgpf.ASGPFClassifier.state_confidence`).
    truth : pandas.DataFrame | None
        The events of a reader, shown with those of the model. None: ``events``.
    inputs : sequence of path-like
        Input files, which are never overwritten.
    about : dict | None
        Additional content of the sidecar that can be written as JSON.
    overwrite : bool
        Whether to replace existing files.
    include_names : bool
        Whether the report names the recording, which may identify the patient.
    with_report : bool
        Whether to write a report. If not, that of results that are replaced is removed.

    Returns
    -------
    found : pandas.DataFrame
        The event table; ``found.attrs["left_out"]`` lists what could not be assessed and
        which given events are not seizures.
    paths : dict of str to pathlib.Path
        Kind of file -> path: ``bids``, ``sidecar``, ``szcore``, ``annotations``, ``edf``,
        ``report`` (unless ``with_report`` is False).

    Raises
    ------
    InputError
        If a file exists, in which case none is written, or if the model cannot find
        seizures and none are given.
    """
    paths = result_paths(folder, stem)
    check_targets(paths.values(), inputs=inputs, overwrite=overwrite)
    notes = classifier.notes_
    typing, found = find_or_type(classifier, raw, events, rule)
    found = classifier.state_confidence(found, min_confidence=min_confidence, coverage=coverage)
    if with_report:
        title = f"{printable(stem)}: seizures by type" if include_names else "Seizures by type"
        report = new_report(title)
        if notes.get("synthetic"):
            add_banner(report, SYNTHETIC_ONLY)
        truth = events if truth is None else truth
        add_typing(report, typing, found, notes=notes, truth=truth, include_names=include_names)
        save_report(report, paths["report"], overwrite=overwrite)
    else:
        paths.pop("report").unlink(missing_ok=True)  # it would be of other results
    typing = replace(typing, about=typing.about | (about or {}))
    typing.save(folder, stem, events=found, overwrite=overwrite)  # its sidecar is the last file
    return found, paths


def find_or_type(classifier, raw, events, rule):
    """Find the seizures of a recording, or classify those of a table."""
    typing = classifier.type_recording(raw, rule)
    if events is None:
        return typing, typing.find_seizures()
    return typing, classifier.type_events(typing.raw, events)


def result_paths(folder, stem):
    """Return kind -> path of the result files of one recording."""
    paths = event_paths(folder, stem)
    table = paths["bids"]
    report = table.with_name(f"{table.name.removesuffix('_events.tsv')}_report.html")
    return paths | {"report": report}


def add_typing(
    report: mne.Report,
    typing: RecordingTyping,
    events: pd.DataFrame,
    *,
    notes: dict[str, str] | None = None,
    truth: pd.DataFrame | None = None,
    include_names: bool = False,
    title: str = "Recording",
    **options: Any,
) -> mne.Report:
    """Add a section on the results of a classifier for a recording.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    typing : RecordingTyping
        The results of the classifier.
    events : pandas.DataFrame
        The events found in them.
    notes : dict of str to str | None
        The notes saved with the model.
    truth : pandas.DataFrame | None
        The events of a reader.
    include_names : bool
        Whether to name the channels of the file that are not EEG.
    title : str
        The title of the section.
    **options : dict
        Passed to :func:`add_recording`.

    Returns
    -------
    report : mne.Report
        The report.
    """
    return add_recording(
        report,
        typing.raw,
        events,
        probabilities=typing.probabilities,
        classes=typing.classes,
        starts=typing.starts,
        clip_len=typing.clip_len,
        moments=typing.moments,
        node_evidence=typing.node_logits,
        graphs=typing.graphs,
        truth=truth,
        details={
            **source_facts(typing.raw, include_names=include_names),
            **_about_events(events.attrs.get("rule")),
            "Not assessable": count_reasons(typing.reasons) or "nothing",
            **{f"Model: {name}": str(value) for name, value in (notes or {}).items()},
        },
        title=title,
        **options,
    )


def _about_events(rule):
    """Describe how events were found, and the error of their times."""
    about = about_rule(rule)
    if rule is None:
        facts = {"Events": about["Found"]}
    else:
        facts = {"Events": f"found {about['Found']}"}
        low = rule.threshold if rule.low is None else rule.low
        limits = [f"from a seizure probability of {rule.threshold:g} until it is below {low:g}"]
        if rule.min_duration:
            limits.append(f"at least {rule.min_duration:g} s long")
        if rule.max_gap:
            limits.append(f"joined across gaps of up to {rule.max_gap:g} s")
        facts["Rule for events"] = ", ".join(limits)
        facts["Error of the times"] = about["TimeErrorFrom"]
    return facts
