"""The report on one event: pages of traces, electrodes and graphs."""

import numpy as np

from ..channels import canonical_name
from ..errors import InputError
from ..events.decide import spoken_for
from ..labels import CLASS_NAMES
from ..viz import event_pages, plot_event, plot_graphs, plot_node_evidence
from ..viz.montages import has_derivations
from ..viz.traces import choose_sensitivity
from .parts import add_figure

_MOST_PAGES = 15  # of an event in a montage: a false alarm may last for hours
# benchmarks/learned_graphs.py: neither finds the onset of synthetic seizures.
_USED = "This is what the model used, not where the seizure starts."
_LONGEST = 120.0  # s of traces from which their sensitivity is chosen


def add_traces(
    report, raw, event, windows, *, name, caption, sensitivity, negative_up, page_length, **where
):
    """Add the traces around an event in both montages, page by page."""
    end = (raw.n_times - 1) / raw.info["sfreq"]
    pages = event_pages(event, end, page_length=page_length)
    if len(pages) > _MOST_PAGES:
        caption += f" The first {_MOST_PAGES} of {len(pages)} pages are shown."
        pages = pages[:_MOST_PAGES]
    first, last = pages[0][0], pages[-1][1]
    montages = ["bipolar"] * has_derivations(raw.ch_names) + ["referential"]
    for montage in montages:
        chosen = sensitivity or choose_sensitivity(
            raw, first, min(last, first + _LONGEST), montage=montage
        )
        for number, (tmin, tmax) in enumerate(pages, start=1):
            figure = plot_event(
                raw,
                event,
                **windows,
                montage=montage,
                tmin=tmin,
                tmax=tmax,
                sensitivity=chosen,
                negative_up=negative_up,
                show=False,
            )
            add_figure(
                report,
                figure,
                f"{name}, {montage}, {tmin:.0f}\N{EN DASH}{tmax:.0f} s",
                caption=f"{caption} Page {number} of {len(pages)}; grid lines every second.",
                **where,
            )


def add_electrodes(report, evidence, event, windows, *, label, ch_names, missing, name, **where):
    """Add the evidence of each electrode for the type of an event."""
    values = _mean_evidence(evidence, event, windows)
    values[missing] = np.nan
    if not np.isfinite(values).any():
        return
    strongest = [canonical_name(ch_names[i]) for i in np.argsort(-values)[:3]]
    try:
        figure = plot_node_evidence(values, ch_names, label=label, show=False)
    except InputError:  # no topographic plot shows these electrodes; the report does without
        return
    add_figure(
        report,
        figure,
        f"{name}, electrodes",
        caption=f"Evidence of electrodes for {CLASS_NAMES.get(event['label'], event['label'])}, "
        f"mean over the windows between the two lines. Strongest: {', '.join(strongest)}. {_USED}",
        **where,
    )


def add_graphs(report, graphs, event, windows, *, ch_names, missing, name, **where):
    """Add the learned graph early and late in an event."""
    graphs = np.asarray(graphs)
    n_steps, n_nodes = graphs.shape[1:3]
    step = windows["clip_len"] / n_steps
    times = (windows["starts"][:, None] + step * np.arange(n_steps)).ravel()
    inside = _during(event, times, times + step)
    order = np.flatnonzero(inside)[np.argsort(times[inside], kind="stable")]
    third = max(len(order) // 3, 1)
    graphs = graphs.reshape(-1, n_nodes, n_nodes)
    parts = {"Early": order[:third], "Late": order[-third:]}
    pair = {name: graphs[part].mean(axis=0, dtype=float) for name, part in parts.items()}
    for graph in pair.values():
        graph[missing] = graph[:, missing] = np.nan
    add_figure(
        report,
        plot_graphs(pair, ch_names, show=False),
        f"{name}, learned graph",
        caption="The learned graph, mean over the first and over the last third of the time "
        f"between the two lines. {_USED}",
        **where,
    )


def _mean_evidence(evidence, event, windows):
    """Return each node's evidence for the event's class, mean over its windows."""
    inside = _during(event, *spoken_for(windows["starts"], windows["clip_len"]))
    of_class = np.asarray(evidence, float)[..., windows["classes"].index(event["label"])]
    return of_class[inside].mean(axis=0)


def _during(event, starts, stops):
    """Return which intervals overlap an event, or the nearest one if none does."""
    inside = (starts < event["onset"] + event["duration"]) & (stops > event["onset"])
    if not inside.any():
        inside[np.abs(starts - event["onset"]).argmin()] = True
    return inside
