"""Topographic plot of the evidence for a class."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import mne
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patheffects import withStroke
from mne.viz.utils import plt_show
from numpy.typing import ArrayLike
from scipy.spatial import QhullError

from ..errors import InputError
from .positions import electrode_info


def plot_node_evidence(
    values: ArrayLike,
    ch_names: Sequence[str],
    *,
    label: str = "Evidence (logit)",
    axes: Axes | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot one value per electrode on the head.

    Parameters
    ----------
    values : array-like, shape (n_nodes,)
        The values, for example each node's logit of a class. NaN is missing.
    ch_names : sequence of str
        The electrodes.
    label : str
        The name of the values, with their unit.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure, nose up. If values have both signs, the colours are symmetric about
        zero; otherwise they range from the lowest to the highest value, so that
        different electrodes can be distinguished.

    Raises
    ------
    InputError
        If mne cannot interpolate between the electrodes that have values: there is only one, or
        four or five lie on a circle or a line.
    """
    values = np.asarray(values, float)
    there = np.isfinite(values)
    info = electrode_info(ch_names)
    names = np.array(info.ch_names)
    vlim, cmap = _colours(values[there])
    own = None
    if axes is None:
        own, axes = plt.subplots(figsize=(5, 4.2), layout="constrained")
    try:
        image, _ = mne.viz.plot_topomap(
            values[there],
            mne.pick_info(info, np.flatnonzero(there)),
            names=names[there],
            vlim=vlim,
            cmap=cmap,
            contours=0,
            sensors="w,",  # mne writes names only if there is a marker
            axes=axes,
            show=False,
        )
    except (QhullError, RuntimeError) as error:
        if own is not None:
            plt.close(own)
        raise InputError(
            "ch_names",
            f"there is no topographic plot of {', '.join(names[there])} alone",
            "give values of more electrodes",
        ) from error
    # Interpolated values may exceed those of the electrodes.
    image.set_clim(*_colours(image.get_array().compressed())[0])
    for name in axes.texts:
        name.set(fontsize=9, path_effects=[withStroke(linewidth=2, foreground="white")])
    if not there.all():
        axes.text(
            0.5,
            -0.03,
            f"missing: {', '.join(names[~there])}",
            ha="center",
            va="top",
            fontsize=9,
            transform=axes.transAxes,
        )
    axes.figure.colorbar(image, ax=axes, label=label, shrink=0.8)
    plt_show(show, axes.figure)
    return axes.figure


def _colours(values):
    """Return the range of the colours and their map."""
    low, high = (values.min(), values.max()) if len(values) else (0, 0)
    if low < 0 < high:
        limit = max(-low, high)
        return (-limit, limit), "RdBu_r"
    return (low, high) if low < high else (low - 0.5, high + 0.5), "cividis"
