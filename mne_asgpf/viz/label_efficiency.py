"""Plot of scores by the share of labelled patients."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show

from .colours import class_colours


def plot_label_efficiency(
    table: pd.DataFrame, *, axes: Axes | None = None, show: bool = True
) -> FigureBase:
    """Plot the weighted F1 of systems by the share of labelled patients.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per system and share, with ``system``, ``fraction`` (above 0, up to 1),
        ``weighted_f1`` and its interval, ``low`` and ``high``.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, with shares on a logarithmic axis.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(8, 4.6), layout="constrained")
    systems = table["system"].unique()
    colours = class_colours(systems)
    for i, system in enumerate(systems):
        rows = table[table["system"] == system].sort_values("fraction")
        spread = 1.03 ** (i - (len(systems) - 1) / 2)  # draws bars next to each other
        axes.errorbar(
            100 * rows["fraction"] * spread,
            rows["weighted_f1"],
            yerr=(rows["weighted_f1"] - rows["low"], rows["high"] - rows["weighted_f1"]),
            fmt="o-",
            markersize=4,
            capsize=2,
            color=colours[system],
            label=system,
        )
    ticks = sorted(100 * table["fraction"].unique())
    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(plt.NullLocator())
    axes.set(
        ylim=(0, 1),
        xlabel="Patients with labels (%)",
        ylabel="Weighted F1, 95 % interval",
    )
    axes.grid(color="#DDDDDD")
    axes.legend(frameon=False, ncols=2)
    plt_show(show, axes.figure)
    return axes.figure
