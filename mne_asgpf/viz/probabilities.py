"""Plots of class probabilities over a recording."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator
from mne.viz.utils import plt_show
from numpy.typing import ArrayLike

from ..events.decide import spoken_for
from ..labels import CLASS_SCHEMES, NOT_SURE, class_of
from .colours import OTHER_COLOUR, class_title, patch_styles

_LONG = 7200  # s, above which time is in hours
_SPACINGS = np.array([1800, 3600, 7200, 14400, 28800, 86400])  # s between ticks
_NOT_ASSESSABLE = {"facecolor": "white", "edgecolor": "#888888", "hatch": "//", "linewidth": 0}


def plot_probabilities(
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float,
    events: pd.DataFrame | None = None,
    truth: pd.DataFrame | None = None,
    *,
    axes: Sequence[Axes] | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot the class probabilities of a whole recording with its events.

    Parameters
    ----------
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window; NaN if it cannot be assessed.
    classes : sequence of str
        The classes.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds.
    clip_len : float | array-like, shape (n_windows,)
        Length of the windows in seconds.
    events : pandas.DataFrame | None
        The events found, as an event table; those labelled ``"not sure"`` are empty boxes.
    truth : pandas.DataFrame | None
        The events of the labels, as an event table.
    axes : sequence of matplotlib.axes.Axes | None
        Two axes to draw in, for the probabilities and for the events; None makes a
        new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure. Classes differ in colour and in hatching.
    """
    if axes is None:
        _, axes = plt.subplots(
            2, 1, sharex=True, figsize=(7, 4), layout="constrained", height_ratios=(3, 1)
        )
    strip, lanes = axes
    draw_probabilities(strip, probabilities, classes, starts, clip_len)
    styles = patch_styles(classes)
    further: dict[str, dict[str, Any]] = {
        NOT_SURE: {"facecolor": "white", "edgecolor": "black"},
        "another type": {"facecolor": OTHER_COLOUR, "edgecolor": OTHER_COLOUR},
    }

    tables: dict[str, Any] = {"Model": events, "Given": truth}
    drawn = [name for name, table in tables.items() if table is not None]
    titles_of_others = set()
    for lane, name in enumerate(drawn):
        for event in tables[name].to_dict("records"):
            place = [(event["onset"], event["duration"])], (lane - 0.35, 0.7)
            named = _known_class(event["label"], classes)
            if named is None:
                title = NOT_SURE if event["label"] == NOT_SURE else "another type"
                titles_of_others.add(title)
                lanes.broken_barh(*place, **further[title])
                continue
            lanes.broken_barh(*place, **styles[named])
            # The edge keeps short events visible in long recordings.
            lanes.broken_barh(*place, fc="none", ec=styles[named]["facecolor"])
    lanes.set_yticks(range(len(drawn)), drawn)
    lanes.set(ylim=(max(len(drawn), 1) - 0.5, -0.5), xlabel="Time (s)", ylabel="Events")
    if np.ptp(lanes.get_xlim()) > _LONG:
        lanes.xaxis.set_major_locator(MultipleLocator(_tick_spacing(np.ptp(lanes.get_xlim()))))
        lanes.xaxis.set_major_formatter(lambda seconds, _: f"{seconds / 3600:g}")
        lanes.set_xlabel("Time (h)")
    handles, titles = strip.get_legend_handles_labels()
    for title in sorted(titles_of_others, reverse=True):
        handles.append(Patch(**further[title]))
        titles.append(title)
    strip.figure.legend(
        handles, titles, loc="outside upper center", ncols=2, frameon=False, fontsize=9
    )
    plt_show(show, strip.figure)
    return strip.figure


def draw_probabilities(axes, probabilities, classes, starts, clip_len):
    """Draw stacked class probabilities, (n_windows, n_classes), against time in seconds."""
    # Each window is drawn over the time that earlier ones do not cover (events/decide.py).
    axes.set(ylim=(0, 1), ylabel="Probability")
    if not len(starts):
        return  # a page within a gap
    order = np.argsort(starts, kind="stable")
    tops = np.asarray(probabilities, float)[order].cumsum(axis=1)
    lengths = np.broadcast_to(clip_len, len(tops))[order]
    starts, stops = spoken_for(np.asarray(starts, float)[order], lengths)
    edges = np.column_stack([starts, stops]).ravel()
    # The time between the end of a window and the start of the next is left empty.
    touch = np.flatnonzero(np.diff(edges)[1::2] <= 1e-4) * 2 + 1

    def draw(low, high, **style):
        low, high = (np.column_stack([v, v * np.nan]).ravel()[:-1] for v in (low, high))
        axes.stairs(
            np.delete(high, touch),
            np.delete(edges, touch),
            baseline=np.delete(low, touch),
            fill=True,
            **style,
        )

    below = np.zeros(len(starts))
    styles = patch_styles(classes)
    for name, top in zip(classes, tops.T, strict=True):
        draw(below, top, label=class_title(name), **styles[name])
        below = top
    if np.isnan(below).any():
        unknown = np.where(np.isnan(below), 1.0, np.nan)
        draw(np.zeros(len(starts)), unknown, label="not assessable", **_NOT_ASSESSABLE)
    axes.set_xlim(edges[0], edges[-1])


def _tick_spacing(span):
    """Return the seconds between ticks, at most ten unless a recording lasts for days."""
    return _SPACINGS[min(np.searchsorted(_SPACINGS, span / 10), len(_SPACINGS) - 1)]


def _known_class(label, classes):
    """Return the class among ``classes`` that a label belongs to."""
    candidates = [label, *(class_of(label, scheme) for scheme in CLASS_SCHEMES)]
    return next((name for name in candidates if name in classes), None)
