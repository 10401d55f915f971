"""Plots of the learned graph."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import mne
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show
from numpy.typing import ArrayLike

from ..errors import InputError
from .positions import electrode_info

_COLOURS = "viridis_r"


def plot_graph(
    adjacency: ArrayLike,
    ch_names: Sequence[str],
    *,
    top: float = 0.15,
    axes: Sequence[Axes] | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot a graph between electrodes on the head and as a matrix.

    Parameters
    ----------
    adjacency : array-like, shape (n_nodes, n_nodes)
        The weights, 0 or above, with a row for each receiving node. Weights from a node
        to itself are not shown. NaN is missing.
    ch_names : sequence of str
        The electrodes.
    top : float
        The share of all pairs drawn on the head, the strongest first, 0 to 1.
        The weight of a pair is the mean of both directions.
    axes : sequence of matplotlib.axes.Axes | None
        Two axes to draw in, for the head and for the matrix; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, nose up; a missing electrode is grey.

    Raises
    ------
    InputError
        If the matrix does not match the channels.
    """
    weights = np.array(adjacency, float)
    n = len(ch_names)
    if weights.shape != (n, n):
        raise InputError(
            "adjacency", f"has shape {weights.shape}, expected ({n}, {n})", "give a square matrix"
        )
    np.fill_diagonal(weights, np.nan)
    norm = _norm(weights)
    if axes is None:
        _, axes = plt.subplots(1, 2, figsize=(10, 4.3), layout="constrained")
    head, matrix = axes
    info = electrode_info(ch_names)
    _draw_head(head, weights, info, top, norm)

    matrix.imshow(weights, norm=norm, cmap=_COLOURS)
    matrix.set_xticks(range(n), info.ch_names, fontsize=7, rotation=90)
    matrix.set_yticks(range(n), info.ch_names, fontsize=7)
    matrix.set(xlabel="From electrode", ylabel="To electrode")
    matrix.figure.colorbar(ScalarMappable(norm, _COLOURS), ax=matrix, label="Edge weight (no unit)")
    plt_show(show, head.figure)
    return head.figure


def _norm(weights):
    """Scale the colour map from the lowest to the highest weight."""
    finite = weights[np.isfinite(weights)]
    return Normalize(*((finite.min(), finite.max()) if len(finite) else (0, 1)))


def plot_graphs(
    graphs: dict[str, ArrayLike], ch_names: Sequence[str], *, top: float = 0.15, show: bool = True
) -> FigureBase:
    """Plot graphs side by side on the head, with a common colour map.

    Parameters
    ----------
    graphs : dict of str to array-like, shape (n_nodes, n_nodes)
        The graphs by name, as in :func:`plot_graph`.
    ch_names : sequence of str
        The electrodes.
    top : float
        The share of all pairs that is drawn, the strongest first, 0 to 1.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, nose up; a missing electrode is grey.

    Raises
    ------
    InputError
        If an electrode has no position.
    """
    weights = np.array(list(graphs.values()), float)
    weights[:, np.eye(len(ch_names), dtype=bool)] = np.nan
    norm = _norm(weights)
    figure, axes = plt.subplots(1, len(graphs), figsize=(7, 4), layout="constrained", squeeze=False)
    info = electrode_info(ch_names)
    for panel, name, one in zip(axes[0], graphs, weights, strict=True):
        _draw_head(panel, one, info, top, norm)
        panel.set_title(f"{name}: {panel.get_title().lower()}", fontsize=10)
    figure.colorbar(
        ScalarMappable(norm, _COLOURS),
        ax=axes,
        label="Edge weight (no unit)",
        orientation="horizontal",
        shrink=0.6,
    )
    plt_show(show, figure)
    return figure


def _draw_head(axes, weights, info, top, norm):
    mne.viz.plot_sensors(info, kind="topomap", axes=axes, show=False, pointsize=1)
    positions = np.asarray(axes.collections[0].get_offsets())
    rows, columns = np.triu_indices(len(weights), 1)
    pairs = ((weights + weights.T) / 2)[rows, columns]
    n_drawn = round(top * len(pairs))
    usable = np.flatnonzero(pairs > 0)
    # The strongest are drawn last, on top of the others.
    drawn = usable[np.argsort(pairs[usable], kind="stable")][max(len(usable) - n_drawn, 0) :]
    relative = np.clip(norm(pairs[drawn]).filled(1), 0, 1)
    axes.add_collection(
        LineCollection(
            [*np.stack([positions[rows[drawn]], positions[columns[drawn]]], axis=1)],
            array=pairs[drawn],
            norm=norm,
            cmap=_COLOURS,
            linewidths=0.5 + 4 * relative,
            zorder=2,
        )
    )
    missing = np.isnan(weights).all(axis=1)
    fill = np.where(missing, "#DDDDDD", "white")
    axes.scatter(*positions.T, s=330, c=fill, edgecolor="#555555", zorder=3)
    for name, (x, y) in zip(info.ch_names, positions, strict=True):
        axes.text(x, y, name, ha="center", va="center", fontsize=8, zorder=4)
    axes.set_title(f"The strongest {100 * top:.0f} % of pairs", fontsize=10)
