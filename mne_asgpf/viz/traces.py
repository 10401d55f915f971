"""Plots of the EEG around an event, with class probabilities."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import mne
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MultipleLocator
from mne.utils import _check_option
from mne.viz.utils import plt_show
from numpy.typing import ArrayLike

from ..errors import InputError
from .colours import class_colours
from .montages import has_derivations, montage_signals
from .probabilities import draw_probabilities

BAND = (1.0, 40.0)  # Hz, of the plot only
_STEPS = np.array([10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000])  # uV
_AROUND = 10.0  # s, shown before and after an event
_GAP = 0.8  # rows between two groups of traces


def plot_event(
    raw: mne.io.BaseRaw,
    event: dict | pd.Series,
    *,
    probabilities: ArrayLike,
    classes: Sequence[str],
    starts: ArrayLike,
    clip_len: float,
    montage: str = "bipolar",
    tmin: float | None = None,
    tmax: float | None = None,
    sensitivity: float | None = None,
    negative_up: bool = True,
    band: tuple[float, float] = BAND,
    axes: Sequence[Axes] | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot the EEG around an event with the class probabilities below it.

    Parameters
    ----------
    raw : mne.io.Raw
        The recording. Missing channels are NaN.
    event : dict | pandas.Series
        A row of an event table.
    probabilities : array-like, shape (n_windows, n_classes)
        Class probabilities of each window.
    classes : sequence of str
        The classes.
    starts : array-like, shape (n_windows,)
        Start of each window in seconds.
    clip_len : float | array-like, shape (n_windows,)
        Length of the windows in seconds.
    montage : "bipolar" | "referential"
        The longitudinal bipolar montage (double banana), or the channels unchanged.
    tmin, tmax : float | None
        Start and end of the plot in seconds. None: from 10 s before the onset to 10 s after
        the end, at most 20 s (:func:`event_pages` returns the other pages).
    sensitivity : float | None
        Microvolts between two traces; None chooses a round number.
    negative_up : bool
        Whether negative is up, the clinical convention.
    band : tuple of float
        Limits of the pass band of the plot in Hz.
    axes : sequence of matplotlib.axes.Axes | None
        Two axes with a common time axis, for the traces and for the probabilities;
        None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure: grid lines every second, traces of the left of the head above
        those of the right, and on the right a bar of ``sensitivity``. The event is shaded,
        its onset a solid line and its end a dashed one. Bad channels are grey.

    Raises
    ------
    InputError
        If the montage is bipolar and no two channels of the recording form a pair.
    """
    _check_option("montage", montage, ["bipolar", "referential"])
    if montage == "bipolar" and not has_derivations(raw.ch_names):
        raise InputError(
            "montage",
            "the channels do not contain a pair of the double banana",
            "use 'referential'",
        )
    end = (raw.n_times - 1) / raw.info["sfreq"]
    first_page = event_pages(event, end)[0]
    tmin = first_page[0] if tmin is None else max(tmin, 0)
    tmax = min(end, first_page[1] if tmax is None else tmax)
    if axes is None:
        _, axes = plt.subplots(
            2, 1, sharex=True, figsize=(7, 7), layout="constrained", height_ratios=(7, 1)
        )
    traces, strip = axes
    signals, sides = montage_signals(raw, tmin, tmax, montage=montage, band=band)
    if sensitivity is None:
        sensitivity = _round_sensitivity(signals.get_data() * 1e6)
    _draw_traces(traces, signals, sides, tmin, sensitivity, negative_up)
    highest = min(band[1], raw.info["sfreq"] / 2)
    polarity = "negative" if negative_up else "positive"
    traces.set_title(
        f"{montage.capitalize()}, {band[0]:g}\N{EN DASH}{highest:g} Hz, {polarity} up, "
        f"{sensitivity:g} \N{MICRO SIGN}V between traces",
        fontsize=10,
    )
    _mark_event(axes, event, tmin, tmax, class_colours(classes).get(event["label"], "#888888"))
    starts = np.asarray(starts, float)
    lengths = np.broadcast_to(clip_len, starts.shape)
    seen = (starts < tmax) & (starts + lengths > tmin)  # of a day, the rest would take minutes
    draw_probabilities(strip, np.asarray(probabilities)[seen], classes, starts[seen], lengths[seen])
    strip.set(xlim=(tmin, tmax), xlabel="Time from the start of the recording (s)")
    strip.xaxis.set_major_locator(MultipleLocator(2 if tmax - tmin <= 30 else 10))
    strip.xaxis.set_minor_locator(MultipleLocator(1))
    for panel in axes:
        panel.grid(axis="x", which="both", color="#CCCCCC", linewidth=0.6)
    strip.figure.legend(
        *strip.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=9,
    )
    plt_show(show, traces.figure)
    return traces.figure


def event_pages(
    event: dict | pd.Series,
    duration: float,
    *,
    page_length: float = 20.0,
) -> list[tuple[float, float]]:
    """Divide the time from 10 s before to 10 s after an event into pages.

    Parameters
    ----------
    event : dict | pandas.Series
        A row of an event table.
    duration : float
        Length of the recording in seconds.
    page_length : float
        Seconds per page, including the last one if the recording is long enough.

    Returns
    -------
    pages : list of tuple of float
        Start and end of each page in seconds.
    """
    start = max(event["onset"] - _AROUND, 0)
    stop = min(event["onset"] + event["duration"] + _AROUND, duration)
    # A remainder of a second or less does not get its own page.
    n_pages = max(int(np.ceil((stop - start - 1) / page_length)), 1)
    firsts = start + page_length * np.arange(n_pages)
    stops = np.minimum(firsts + page_length, duration)
    stops[-1] = max(stops[-1], stop)
    return list(zip(firsts.tolist(), stops.tolist(), strict=True))


def choose_sensitivity(raw, tmin, tmax, *, montage):
    """Choose a round number of microvolts between two traces for a segment of a recording."""
    signals, _ = montage_signals(raw, tmin, tmax, montage=montage, band=BAND)
    return _round_sensitivity(signals.get_data() * 1e6)


def _draw_traces(axes, signals, sides, tmin, sensitivity, negative_up):
    sign = -1 if negative_up else 1
    new_group = np.array(sides[1:]) != np.array(sides[:-1])
    rows = -np.concatenate([[0], np.cumsum(1 + _GAP * new_group)])
    times, bads = tmin + signals.times, signals.info["bads"]
    data = sign * signals.get_data() * 1e6 / sensitivity
    for row, trace, name in zip(rows, data, signals.ch_names, strict=True):
        if np.isnan(trace).all():
            axes.text(
                tmin, row, "  missing", va="center", fontsize=9, style="italic", color="#666666"
            )
            continue
        colour = "#999999" if name in bads else "black"
        axes.plot(times, trace + row, color=colour, linewidth=0.6)
    axes.set_yticks(rows, signals.ch_names, fontsize=9)
    axes.set(ylim=(rows[-1] - 0.8, 0.9))
    scale = {"transform": axes.get_yaxis_transform(), "clip_on": False}
    for side in dict.fromkeys(sides):
        middle = rows[[one == side for one in sides]].mean()
        axes.text(1.015, middle, side, rotation=270, va="center", fontsize=9, **scale)
    foot = rows[-1] - 0.5
    axes.plot([1.02, 1.02], [foot, foot + 1], color="black", linewidth=2, **scale)
    axes.text(
        1.035,
        foot + 0.5,
        f"{sensitivity:g} \N{MICRO SIGN}V",
        rotation=270,
        va="center",
        fontsize=9,
        **scale,
    )


def _mark_event(axes, event, tmin, tmax, colour):
    """Shade an event and draw its onset and end, if on the page."""
    onset, stop = event["onset"], event["onset"] + event["duration"]
    if onset < tmax and stop > tmin:
        axes[0].axvspan(max(onset, tmin), min(stop, tmax), color=colour, alpha=0.12, linewidth=0)
    for time, style in ((onset, "-"), (stop, "--")):
        if tmin <= time <= tmax:
            for panel in axes:
                panel.axvline(time, color="black", linewidth=1.8, linestyle=style)


def _round_sensitivity(data):
    """Choose the round number of microvolts between two traces that separates them."""
    # Large traces determine it, so that they do not overlap others, except for artefacts: blinks
    # are in four of the 18 bipolar traces, and would flatten the EEG of the others.
    there = data[np.isfinite(data).all(axis=1)]
    if not there.size:
        return int(_STEPS[0])
    low, high = np.percentile(there, [1, 99], axis=1)
    wanted = 0.9 * np.percentile(high - low, 70)
    return int(_STEPS[min(np.searchsorted(_STEPS, wanted), len(_STEPS) - 1)])
