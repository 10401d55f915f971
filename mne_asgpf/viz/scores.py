"""Plot of the scores of several systems."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show


def plot_scores(table: pd.DataFrame, *, axes: Axes | None = None, show: bool = True) -> FigureBase:
    """Plot the weighted F1 of systems with their intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        The scores, from :func:`~mne_asgpf.evaluation.scores_table`: one row per system
        with ``weighted_f1``, ``low`` and ``high``.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, the first system at the top.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(8, 1.3 + 0.42 * len(table)), layout="constrained")
    rows = np.arange(len(table))
    axes.hlines(rows, table["low"], table["high"], color="#88CCEE", linewidth=5)
    axes.plot(table["weighted_f1"], rows, "o", color="#332288", markersize=8)
    for row, value in zip(rows, table["weighted_f1"], strict=True):
        axes.annotate(
            f"{value:.3f}",
            (value, row),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set_yticks(rows, table.index)
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(len(table) - 0.4, -0.7),
        xlabel="Weighted F1 (0 to 1), dot; 95 % interval by bootstrap, bar",
    )
    axes.grid(axis="x", color="#DDDDDD")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    plt_show(show, axes.figure)
    return axes.figure
