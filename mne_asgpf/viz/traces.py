"""EEG traces around an event, above what the model makes of them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import mne
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show
from numpy.typing import ArrayLike

from .colours import class_colours, class_title
from .probabilities import draw_probabilities

_BAND = (1.0, 40.0)  # Hz, of the picture only
_MARGIN = 5.0  # s around the picture, for the filter to settle
_STEPS = np.array([10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000])  # uV


def plot_event(
    raw: mne.io.BaseRaw,
    event: dict | pd.Series,
    *,
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float,
    before: float = 5.0,
    after: float = 10.0,
    max_duration: float = 30.0,
    axes: Sequence[Axes] | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot the EEG around an event with the class probabilities below it.

    Parameters
    ----------
    raw : mne.io.Raw
        The recording. A channel that is missing is NaN throughout.
    event : dict | pandas.Series
        A row of an event table.
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence of str
        The classes.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds.
    clip_len : float
        Length of the windows in seconds.
    before, after : float
        Seconds to show before the onset and after the end.
    max_duration : float
        At most this many seconds are shown, from ``before`` the onset on.
    axes : sequence of matplotlib.axes.Axes | None
        Two axes with a common time axis, for the traces and for the probabilities;
        None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure. The traces are filtered to 1-40 Hz for the eye; the bar on the
        right is their scale.
    """
    if axes is None:
        _, axes = plt.subplots(
            2, 1, sharex=True, figsize=(10, 8), layout="constrained", height_ratios=(6, 1)
        )
    traces, strip = axes
    onset, stop = event["onset"], event["onset"] + event["duration"]
    start = max(onset - before, 0)
    end = min(stop + after, start + max_duration, (raw.n_times - 1) / raw.info["sfreq"])

    times, data, names = _display(raw, start, end)
    _draw_traces(traces, times, data, names, raw.info["bads"])
    colour = class_colours(classes).get(event["label"], "#888888")
    for panel in axes:
        panel.axvline(onset, color=colour, linewidth=1.5)
        if stop <= end:
            panel.axvline(stop, color=colour, linewidth=1.5, linestyle="--")
    traces.axvspan(onset, min(stop, end), color=colour, alpha=0.12, linewidth=0)
    cut = "" if stop <= end else f"; shown up to {end:.0f} s"
    traces.set_title(
        f"{class_title(event['label'])}, confidence {event['confidence']:.2f}: onset "
        f"{onset:.1f} s, duration {event['duration']:.1f} s{cut}",
        fontsize=11,
    )

    draw_probabilities(strip, probabilities, classes, starts, clip_len)
    strip.set(xlim=(start, end), xlabel="Time from the start of the recording (s)")
    strip.figure.legend(
        *strip.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=9,
    )
    plt_show(show, traces.figure)
    return traces.figure


def _display(raw, start, end):
    """Give times, microvolts in the displayed band and names of the EEG channels."""
    sfreq = raw.info["sfreq"]
    picks = mne.pick_types(raw.info, eeg=True, exclude=())
    first, last = raw.time_as_index([max(start - _MARGIN, 0), end + _MARGIN])
    last = min(last, raw.n_times - 1)
    data, times = raw.get_data(picks, first, last + 1, return_times=True)
    data = data * 1e6
    complete = np.isfinite(data).all(axis=1)
    if complete.any():
        high = _BAND[1] if sfreq > 2 * _BAND[1] else None
        data[complete] = mne.filter.filter_data(
            data[complete], sfreq, _BAND[0], high, method="iir", verbose="error"
        )
    shown = (times >= start) & (times <= end)
    return times[shown], data[:, shown], [raw.ch_names[pick] for pick in picks]


def _draw_traces(axes, times, data, names, bads):
    scale = _scale(data)
    for row, (trace, name) in enumerate(zip(data, names, strict=True)):
        if np.isnan(trace).all():
            axes.text(
                times[0],
                -row,
                "  missing",
                va="center",
                fontsize=9,
                style="italic",
                color="#888888",
            )
            continue
        colour = "#AAAAAA" if name in bads else "black"
        axes.plot(times, trace / scale - row, color=colour, linewidth=0.6)
    axes.set_yticks(-np.arange(len(names)), names)
    axes.set(
        ylim=(0.3 - len(names), 0.9),
        ylabel=f"Channel, {_BAND[0]:.0f}\N{EN DASH}{_BAND[1]:.0f} Hz, positive up",
    )
    axes.grid(axis="x", color="#DDDDDD")
    bar = {"transform": axes.get_yaxis_transform(), "clip_on": False}
    middle = len(names) // 2
    axes.plot([1.01, 1.01], [-middle, 1 - middle], color="black", linewidth=2, **bar)
    axes.text(
        1.018, 0.5 - middle, f"{scale} \N{MICRO SIGN}V", rotation=90, va="center", fontsize=9, **bar
    )


def _scale(data):
    """Choose the round number of microvolts between two channels that keeps them apart.

    Large channels decide, so that they do not cover others, but not one with artefacts.
    """
    there = data[np.isfinite(data).all(axis=1)]
    if not there.size:
        return int(_STEPS[0])
    low, high = np.percentile(there, [0.5, 99.5], axis=1)
    wanted = 0.9 * np.percentile(high - low, 90)
    return int(_STEPS[min(np.searchsorted(_STEPS, wanted), len(_STEPS) - 1)])
