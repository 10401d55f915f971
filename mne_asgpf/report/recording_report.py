"""The report section on a recording: its events and the evidence for them."""

import html
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import mne
import numpy as np
import pandas as pd
from mne.utils import _pl
from numpy.typing import ArrayLike

from ..channels import canonical_name
from ..errors import InputError
from ..event_table import COLUMNS, from_start
from ..events.decide import seizure_probability, spoken_for
from ..events.moments import Moments
from ..events.typed_events import typed
from ..labels import BACKGROUND, CLASS_NAMES, NOT_SURE
from ..signals.plausible import find_in_recording
from ..viz import plot_probabilities
from .event_pages import add_electrodes, add_graphs, add_traces
from .parts import add_figure, add_table

_CONSCIOUSNESS = (
    "Simple and complex partial seizures differ in consciousness, which scalp EEG cannot show: "
    "read both as focal. "
)

_BLOCK = 100_000  # samples read at a time

_COLUMNS = (
    "Times are relative to the start of the recording. Confidence: probability of the type, lower "
    "if the seizure itself is uncertain. If a seizure: probability of each type, given a "
    "seizure. "
)
_HOUR = 3600.0  # s
_MOST_STEPS = 3600  # of the overview, which is far fewer pixels wide
_PLUS_MINUS = "\N{NO-BREAK SPACE}\N{PLUS-MINUS SIGN}\N{NO-BREAK SPACE}"
_ERRORS = "\N{PLUS-MINUS SIGN}: error of the time (see above). "


def add_recording(
    report: mne.Report,
    raw: mne.io.BaseRaw,
    events: pd.DataFrame,
    *,
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float,
    moments: Moments | None = None,
    node_evidence: np.ndarray | None = None,
    evidence_label: str = "Evidence (logit)",
    graphs: np.ndarray | None = None,
    truth: pd.DataFrame | None = None,
    details: dict[str, str] | None = None,
    max_events: int = 5,
    min_confidence: float = 0.0,
    sensitivity: float | None = None,
    negative_up: bool = True,
    page_length: float = 20.0,
    title: str = "Recording",
    synthetic: bool = False,
) -> mne.Report:
    """Add the events of a recording, its probabilities, and the evidence for each event.

    All times are relative to the start of the recording; its names and dates are not
    shown. If there are no events, the time of the highest seizure probability is
    shown like an event.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    raw : mne.io.Raw
        The recording. Missing channels are NaN.
    events : pandas.DataFrame
        The events, from :func:`~mne_asgpf.events.find_seizures` or
        :func:`~mne_asgpf.events.type_events`. Columns ``onset_error`` and ``end_error``
        (s) are shown with the times, other ones in separate columns. The label may be
        ``"not sure"``.
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window; NaN if it cannot be assessed.
    classes : sequence of str
        The classes.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds.
    clip_len : float
        Length of the windows in seconds.
    moments : Moments | None
        The class probabilities over time, averaged over overlapping windows. They are
        drawn instead of those of the windows.
    node_evidence : array, shape (n_windows, n_nodes, n_classes) | None
        The evidence of each electrode for each class, for example its logit. Nodes are
        the EEG channels of ``raw`` in their order.
    evidence_label : str
        The name of ``node_evidence``, with its unit.
    graphs : array, shape (n_windows, n_seconds, n_nodes, n_nodes) | None
        The learned graph of each second of each window.
    truth : pandas.DataFrame | None
        The events of the labels.
    details : dict of str to str | None
        Further facts about the recording and the model, by name.
    max_events : int
        Maximal number of events shown with traces, those with the highest confidence.
    min_confidence : float
        Events of lower confidence are shown as 'not sure', with their most probable type.
    sensitivity : float | None
        Microvolts between two traces; None chooses a round number for each event.
    negative_up : bool
        Whether negative is up in the traces, the clinical convention.
    page_length : float
        Seconds of traces per page.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data are synthetic; the report then states it.

    Returns
    -------
    report : mne.Report
        The report.

    Raises
    ------
    InputError
        If the label of an event is not a class, or the nodes are not the channels.
    """
    windows: dict[str, Any] = {
        "probabilities": np.asarray(probabilities, float),
        "classes": list(classes),
        "starts": np.asarray(starts, float),
        "clip_len": clip_len,
    }
    over_time = windows
    if moments is not None:
        over_time = windows | {
            "probabilities": moments.probabilities,
            "starts": moments.starts,
            "clip_len": moments.stops - moments.starts,
        }
    overview = over_time if len(over_time["starts"]) <= _MOST_STEPS else windows
    where = {"section": title, "synthetic": synthetic}
    picks = mne.pick_types(raw.info, eeg=True, exclude=())
    ch_names = [raw.ch_names[pick] for pick in picks]
    missing = _missing(raw, picks)
    _check(events, classes, ch_names, node_evidence, graphs)

    facts = _facts(raw, ch_names, missing, details)
    doubts = _doubts(raw, picks, ch_names)
    add_table(report, facts, "Recording and model", note=doubts, **where)
    is_sure = (events["confidence"] >= min_confidence) & (events["label"] != NOT_SURE)
    most_probable = _most_probable(events, classes)
    best = most_probable.nlargest(max_events, "confidence").sort_index()
    shown = {
        f"Event {place + 1}": (event, _caption(event, is_sure[place]))
        for place, event in zip(best.index, best.to_dict("records"), strict=True)
    }
    note = _COLUMNS if len(events) else "No event was found. "
    if len(events) and "onset_error" in events:
        note += _ERRORS
    if set(most_probable["label"]) & {"spsz", "cpsz"}:
        note += _CONSCIOUSNESS
    if not len(events) and (highest := _highest(over_time)):
        caption = (
            "No event. Between the lines: the time with the highest seizure probability, "
            f"{highest['seizure']:.2f}."
        )
        shown["Highest probability"] = highest, caption
        note += f"The highest seizure probability is {highest['seizure']:.2f}, shown below."
    if truth is not None:
        truth = from_start(truth, raw.info["meas_date"], raw.first_time)
    if len(events) > max_events:
        note += f"The {max_events} events of highest confidence are shown below. "
    add_table(
        report,
        _event_rows(most_probable, is_sure),
        f"{len(events)} event{_pl(len(events))}" if len(events) else "No events",
        note=note,
        **where,
    )
    add_figure(
        report,
        plot_probabilities(
            **overview,
            events=events.assign(label=events["label"].where(is_sure, NOT_SURE)),
            truth=truth,
            show=False,
        ),
        "Probabilities",
        caption=f"Class probabilities in windows of {clip_len:g} s, and the events.",
        **where,
    )
    nodes = {"ch_names": ch_names, "missing": missing}
    for name, (event, caption) in shown.items():
        add_traces(
            report,
            raw,
            event,
            over_time,
            name=name,
            caption=caption,
            sensitivity=sensitivity,
            negative_up=negative_up,
            page_length=page_length,
            **where,
        )
        of_event = {"name": name} | nodes | where
        if node_evidence is not None:
            add_electrodes(report, node_evidence, event, windows, label=evidence_label, **of_event)
        if graphs is not None:
            add_graphs(report, graphs, event, windows, **of_event)
    return report


def _missing(raw, picks):
    """Return which channels are NaN throughout, reading a block at a time."""
    missing = np.ones(len(picks), bool)
    for start in range(0, raw.n_times, _BLOCK):
        if not missing.any():
            break
        block = raw.get_data(picks[missing], start, min(start + _BLOCK, raw.n_times))
        missing[missing] = np.isnan(block).all(axis=1)
    return missing


def _doubts(raw, picks, ch_names):
    """Say why the signals are not plausible EEG in volts; empty if they are."""
    found = find_in_recording(
        lambda start, stop: raw.get_data(picks, start, stop),
        raw.n_times,
        raw.info["sfreq"],
        ch_names,
    )
    problems = "; ".join(finding.problem for finding in found or ())
    return problems and f"<b>Implausible signals</b>: {html.escape(problems)}."


def _check(events, classes, ch_names, node_evidence, graphs):
    if unknown := sorted(set(events["label"]) - {*classes, NOT_SURE}):
        raise InputError(
            "events",
            f"unknown classes: {', '.join(unknown)}; expected {', '.join(classes)}",
            "classify the events first, with type_events",
        )
    for name, array in (("node_evidence", node_evidence), ("graphs", graphs)):
        if array is not None and np.shape(array)[-2] != len(ch_names):
            raise InputError(
                name,
                f"has {np.shape(array)[-2]} nodes, expected {len(ch_names)} EEG channels",
                "give the recording that was classified",
            )


def _facts(raw, ch_names, missing, details):
    names = np.array([canonical_name(name) for name in ch_names])
    facts = {
        "Length": f"{raw.n_times / raw.info['sfreq']:.1f} s",
        "Sampling rate used by the model": f"{raw.info['sfreq']:g} Hz",
        "EEG channels": f"{len(names)}: {', '.join(names)}",
        "Missing or bad channels": ", ".join(names[missing]) or "none",
    } | (details or {})
    return pd.DataFrame(facts.items(), columns=["Fact", "Value"])


def _most_probable(events, classes):
    """Assign each event its most probable type, even if it is 'not sure'."""
    types = [name for name in classes if f"p_{name}" in events]
    unsure = events["label"] == NOT_SURE
    if not unsure.any():
        return events
    best = events.loc[unsure, [f"p_{name}" for name in types]].to_numpy(float).argmax(axis=1)
    labels = events["label"].copy()
    labels[unsure] = [types[i] for i in best]
    return events.assign(label=labels)


def _highest(windows):
    """Return the window with the highest seizure probability as an event; None if unknown."""
    classes, probabilities = windows["classes"], windows["probabilities"]
    seizure = seizure_probability(probabilities, classes)
    if BACKGROUND not in classes or not np.isfinite(seizure).any():
        return None
    window = int(np.nanargmax(seizure))
    starts, stops = spoken_for(windows["starts"], windows["clip_len"])
    return {
        "onset": starts[window],
        "duration": stops[window] - starts[window],
        "seizure": seizure[window],
    } | typed(np.ones(1), probabilities[[window]], classes, BACKGROUND)


def _event_rows(events, is_sure):
    names = [f"{CLASS_NAMES[label]} ({label})" for label in events["label"]]
    types = events.columns[events.columns.str.startswith("p_")]
    conditional = [
        ", ".join(f"{name[2:]} {p:.2f}" for name, p in zip(types, row, strict=True))
        for row in events[types].to_numpy()
    ]
    rows = {
        "Event": events.index + 1,
        "Onset (s)": _with_error(events, events["onset"], "onset_error"),
        "End (s)": _with_error(events, events["onset"] + events["duration"], "end_error"),
        "Type": [
            name if sure else f"not sure, most probably {name}"
            for name, sure in zip(names, is_sure, strict=True)
        ],
        "Confidence": events["confidence"].map("{:.2f}".format),
    }
    if len(types):
        rows["If a seizure"] = conditional
    # `type_share` is of the labels that were given, not of the type that is shown.
    known = {*COLUMNS, *types, "onset_error", "end_error", "type_share"}
    for column in events.columns[~events.columns.isin(known)]:
        rows[column.replace("_", " ").capitalize()] = events[column]
    return pd.DataFrame(rows)


def _with_error(events, times, column):
    """Format times with their error, if known, and as h:mm:ss after an hour."""
    errors = events[column] if column in events else np.full(len(events), np.nan)
    return [
        f"{time:.1f}"
        + ("" if pd.isna(error) else f"{_PLUS_MINUS}{error:.1f}")
        + (f" ({timedelta(seconds=int(time))})" if time >= _HOUR else "")
        for time, error in zip(times, errors, strict=True)
    ]


def _caption(event, sure):
    """Describe an event in one sentence."""
    row = _event_rows(pd.DataFrame([event]), [sure]).iloc[0]
    return (
        f"{row['Type'][:1].upper()}{row['Type'][1:]}, confidence {row['Confidence']}, "
        f"onset {row['Onset (s)']} s "
        f"(solid line), end {row['End (s)']} s (dashed line)."
    )
