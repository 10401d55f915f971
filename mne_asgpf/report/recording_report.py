"""The section on a recording: its events and what they rest on."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import mne
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import InputError
from ..events.decide import spoken_for
from ..labels import CLASS_NAMES
from ..viz import plot_event, plot_graph, plot_node_evidence, plot_probabilities
from .parts import add_figure, add_table

_CONSCIOUSNESS = (
    "Simple and complex partial seizures differ in consciousness, which scalp EEG cannot settle: "
    "read both as focal."
)

_BLOCK = 100_000  # samples looked at together

_COLUMNS = (
    "Times count from the start of the recording. p: probability of a type given that there is a "
    "seizure. Confidence: probability of the type named, doubt about a seizure included. "
)


def add_recording(
    report: mne.Report,
    raw: mne.io.BaseRaw,
    events: pd.DataFrame,
    *,
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float,
    node_evidence: np.ndarray | None = None,
    graphs: np.ndarray | None = None,
    truth: pd.DataFrame | None = None,
    details: dict[str, str] | None = None,
    max_events: int = 5,
    title: str = "Recording",
    synthetic: bool = False,
) -> mne.Report:
    """Add the events of a recording, its probabilities, and each event's evidence.

    All times are relative to the start of the recording; neither names nor dates are
    taken from it.

    Parameters
    ----------
    report : mne.Report
        The report to add to.
    raw : mne.io.Raw
        The recording. A channel that is missing is NaN throughout.
    events : pandas.DataFrame
        The events, from :func:`~mne_asgpf.events.find_seizures` or
        :func:`~mne_asgpf.events.type_events`.
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence of str
        The classes.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds.
    clip_len : float
        Length of the windows in seconds.
    node_evidence : array, shape (n_windows, n_nodes, n_classes) | None
        Each electrode's logit of each class. The nodes are the EEG channels of
        ``raw`` in their order.
    graphs : array, shape (n_windows, n_seconds, n_nodes, n_nodes) | None
        The graph that the model learned in each step of each window.
    truth : pandas.DataFrame | None
        The events that the labels give.
    details : dict of str to str | None
        What else to say of the recording and the model, by name.
    max_events : int
        So many events are shown with traces, those of the highest confidence.
    title : str
        The title of the section.
    synthetic : bool
        Whether the data is synthetic; the report then says so.

    Returns
    -------
    report : mne.Report
        The report.

    Raises
    ------
    InputError
        If an event has a label that is no class, or the nodes are not the channels.
    """
    windows: dict[str, Any] = {
        "probabilities": probabilities,
        "classes": list(classes),
        "starts": np.asarray(starts, float),
        "clip_len": clip_len,
    }
    where = {"section": title, "synthetic": synthetic}
    picks = mne.pick_types(raw.info, eeg=True, exclude=())
    ch_names = [raw.ch_names[pick] for pick in picks]
    missing = _missing(raw, picks)
    _check(events, classes, ch_names, node_evidence, graphs)

    add_table(report, _facts(raw, ch_names, missing, details), "Recording and model", **where)
    note = _COLUMNS if len(events) else "No event was found. "
    if set(events["label"]) & {"spsz", "cpsz"}:
        note += _CONSCIOUSNESS
    add_table(report, _event_rows(events), "Events", note=note, **where)
    add_figure(
        report,
        plot_probabilities(**windows, events=events, truth=truth, show=False),
        "Probabilities",
        caption=f"Class probabilities in windows of {clip_len:g} s, and the events.",
        **where,
    )
    best = events.nlargest(max_events, "confidence").sort_index()
    for number, event in zip(best.index + 1, best.to_dict("records"), strict=True):
        name = f"Event {number}"
        add_figure(
            report,
            plot_event(raw, event, **windows, show=False),
            f"{name}, traces",
            caption="EEG around the event: solid line onset, dashed line end.",
            **where,
        )
        if node_evidence is not None:
            values = _event_evidence(node_evidence, event, windows)
            values[missing] = np.nan
            strongest = [ch_names[i] for i in np.argsort(-values)[:3]]
            add_figure(
                report,
                plot_node_evidence(
                    values, ch_names, label=f"Evidence for {event['label']} (logit)", show=False
                ),
                f"{name}, electrodes",
                caption=f"What each electrode says for {CLASS_NAMES.get(event['label'])}, mean "
                f"over the event's windows. Strongest: {', '.join(strongest)}.",
                **where,
            )
        if graphs is not None:
            add_figure(
                report,
                _plot_early_late(graphs, event, windows, ch_names, missing),
                f"{name}, learned graph",
                caption="The graph that the model learned, mean of the first (above) and of the "
                "last third (below) of the event.",
                **where,
            )
    return report


def _missing(raw, picks):
    """Tell which channels are NaN throughout, some of the recording at a time."""
    missing = np.ones(len(picks), bool)
    for start in range(0, raw.n_times, _BLOCK):
        if not missing.any():
            break
        block = raw.get_data(picks[missing], start, min(start + _BLOCK, raw.n_times))
        missing[missing] = np.isnan(block).all(axis=1)
    return missing


def _check(events, classes, ch_names, node_evidence, graphs):
    if unknown := sorted(set(events["label"]) - set(classes)):
        raise InputError(
            "events",
            f"{', '.join(unknown)} not among the classes {', '.join(classes)}",
            "type the events first, with type_events",
        )
    for name, array in (("node_evidence", node_evidence), ("graphs", graphs)):
        if array is not None and np.shape(array)[-2] != len(ch_names):
            raise InputError(
                name,
                f"there are {np.shape(array)[-2]} nodes for {len(ch_names)} EEG channels",
                "give the recording as the model got it",
            )


def _facts(raw, ch_names, missing, details):
    absent = ", ".join(np.array(ch_names)[missing])
    facts = {
        "Length": f"{raw.n_times / raw.info['sfreq']:.1f} s",
        "Sampling rate": f"{raw.info['sfreq']:g} Hz",
        "EEG channels": f"{len(ch_names)}: {', '.join(ch_names)}",
        "Missing channels": absent or "none",
    } | (details or {})
    return pd.DataFrame(facts.items(), columns=["Fact", "Value"])


def _event_rows(events):
    rows = pd.DataFrame(
        {
            "Event": events.index + 1,
            "Onset (s)": events["onset"].map("{:.1f}".format),
            "Duration (s)": events["duration"].map("{:.1f}".format),
            "Type": [f"{CLASS_NAMES[label]} ({label})" for label in events["label"]],
            "Confidence": events["confidence"].map("{:.2f}".format),
        }
    )
    for column in events.columns[events.columns.str.startswith("p_")]:
        rows[f"p({column[2:]})"] = events[column].map("{:.2f}".format)
    return rows


def _event_evidence(node_evidence, event, windows):
    """Give each node's evidence for the event's class, mean over its windows."""
    inside = _during(event, *spoken_for(windows["starts"], windows["clip_len"]))
    of_class = np.asarray(node_evidence, float)[..., windows["classes"].index(event["label"])]
    return of_class[inside].mean(axis=0)


def _during(event, starts, stops):
    """Tell which parts of the time an event shares, the nearest one where it shares none."""
    inside = (starts < event["onset"] + event["duration"]) & (stops > event["onset"])
    if not inside.any():
        inside[np.abs(starts - event["onset"]).argmin()] = True
    return inside


def _plot_early_late(graphs, event, windows, ch_names, missing):
    graphs = np.asarray(graphs)
    n_steps, n_nodes = graphs.shape[1:3]
    step = windows["clip_len"] / n_steps
    times = (windows["starts"][:, None] + step * np.arange(n_steps)).ravel()
    inside = _during(event, times, times + step)
    order = np.flatnonzero(inside)[np.argsort(times[inside], kind="stable")]
    third = max(len(order) // 3, 1)
    graphs = graphs.reshape(-1, n_nodes, n_nodes)
    parts = (order[:third], order[-third:])
    pair = np.stack([graphs[part].mean(axis=0, dtype=float) for part in parts])
    pair[:, missing] = pair[:, :, missing] = np.nan
    # One range of colours for both, so that a change is a change of colour.
    off_diagonal = pair[:, ~np.eye(n_nodes, dtype=bool)]
    vlim = np.nanmin(off_diagonal), np.nanmax(off_diagonal)
    figure, axes = plt.subplots(2, 2, figsize=(10, 9), layout="constrained")
    figure.set_layout_engine("constrained", hspace=0.05)
    for row, graph, name in zip(axes, pair, ("Early", "Late"), strict=True):
        plot_graph(graph, ch_names, vlim=vlim, axes=row, show=False)
        row[0].set_title(f"{name}: {row[0].get_title().lower()}", fontsize=10)
        row[1].set_title(f"{name}: all pairs", fontsize=10)
    return figure
