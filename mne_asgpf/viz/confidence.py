"""Plots of the accuracy by confidence, and of the risk by coverage."""

from itertools import cycle
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show

if TYPE_CHECKING:
    from ..evaluation.calibration import CalibrationScores


def plot_reliability(
    scores: "dict[str, CalibrationScores] | CalibrationScores",
    *,
    axes: Axes | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot the accuracy of a classifier by its confidence.

    Parameters
    ----------
    scores : dict of str to CalibrationScores | CalibrationScores
        From :func:`mne_asgpf.evaluation.score_calibration`; several are given by name.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure: one dot per bin of confidence with the 95 % interval of its accuracy,
        larger for more clips; a calibrated classifier lies on the diagonal.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], ":", color="#777777", label="calibrated")
    named = scores if isinstance(scores, dict) else {"": scores}
    for (name, of_one), (colour, marker) in zip(named.items(), _styles(), strict=False):
        bins = of_one.bins
        sizes = 10 + 150 * bins["n_clips"] / bins["n_clips"].sum()
        axes.vlines(bins["confidence"], bins["low"], bins["high"], color=colour, alpha=0.5)
        axes.plot(bins["confidence"], bins["accuracy"], color=colour, linewidth=1)
        label = f"{name}{name and ', '}calibration error {of_one.calibration_error:.3f}"
        axes.scatter(
            bins["confidence"], bins["accuracy"], sizes, colour, marker=marker, label=label
        )
    axes.set(
        xlim=(0, 1.02),
        ylim=(0, 1.02),
        xlabel="Probability of the predicted class",
        ylabel="Accuracy",
        aspect="equal",
    )
    axes.grid(color="#DDDDDD")
    axes.legend(frameon=False, loc="upper left")
    plt_show(show, axes.figure)
    return axes.figure


def plot_risk_coverage(
    tables: dict[str, pd.DataFrame] | pd.DataFrame, *, axes: Axes | None = None, show: bool = True
) -> FigureBase:
    """Plot the error rate of a classifier by the share of clips that it answers.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame | pandas.DataFrame
        From :func:`mne_asgpf.evaluation.risk_coverage`; several are given by name.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, with the 95 % interval of the risk as a band.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    named = tables if isinstance(tables, dict) else {"": tables}
    for (name, table), (colour, marker) in zip(named.items(), _styles(), strict=False):
        answered = 100 * table["answered"]
        axes.fill_between(answered, table["low"], table["high"], color=colour, alpha=0.2, lw=0)
        axes.plot(answered, table["risk"], marker + "-", color=colour, markersize=5, label=name)
    axes.set(
        xlim=(0, 102),
        ylim=(0, None),
        xlabel="Clips answered, the most confident ones first (%)",
        ylabel="Share of wrong answers",
    )
    axes.grid(color="#DDDDDD")
    if any(named):
        axes.legend(frameon=False)
    plt_show(show, axes.figure)
    return axes.figure


def _styles():
    """Return colours that colour-blind readers can distinguish, each with its marker."""
    return cycle(zip(("#332288", "#CC6677", "#117733", "#AA4499"), "osD^", strict=True))
