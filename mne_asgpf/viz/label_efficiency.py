"""Plot of scores by the number of labelled patients."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show

from .colours import class_colours


def plot_label_efficiency(
    table: pd.DataFrame,
    *,
    score: str = "auc",
    label: str = "AUC",
    axes: Axes | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot a score of systems by the number of labelled patients.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per system and number of patients, with ``system``, ``n_labelled``, the score
        and its interval, for example ``auc``, ``auc_low`` and ``auc_high``.
    score : str
        The column of the score.
    label : str
        The name of the score.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, with numbers of patients on a logarithmic axis and 95 % intervals as bars.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(8, 4.6), layout="constrained")
    systems = table["system"].unique()
    colours = class_colours(systems)
    for i, system in enumerate(systems):
        rows = table[table["system"] == system].sort_values("n_labelled")
        spread = 1.03 ** (i - (len(systems) - 1) / 2)  # draws bars next to each other
        axes.errorbar(
            rows["n_labelled"] * spread,
            rows[score],
            yerr=(rows[score] - rows[f"{score}_low"], rows[f"{score}_high"] - rows[score]),
            fmt="o-",
            markersize=4,
            capsize=2,
            color=colours[system],
            label=system,
        )
    ticks = sorted(table["n_labelled"].unique())
    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(plt.NullLocator())
    axes.set(ylim=(None, 1), xlabel="Patients with labels", ylabel=f"{label}, 95 % interval")
    axes.grid(color="#DDDDDD")
    axes.legend(frameon=False, ncols=2)
    plt_show(show, axes.figure)
    return axes.figure
