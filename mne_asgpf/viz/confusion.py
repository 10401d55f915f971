"""Plot of the confusion matrix."""

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from mne.viz.utils import plt_show

from .colours import class_title

if TYPE_CHECKING:
    from ..evaluation.scores import ClipScores


def plot_confusion(
    scores: "ClipScores", *, axes: Axes | None = None, show: bool = True
) -> FigureBase:
    """Plot the confusion matrix of a classifier.

    Parameters
    ----------
    scores : ClipScores
        The scores, from :func:`~mne_asgpf.evaluation.score_clips`.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure. Cells show the number of clips and its share of the true class,
        which also determines the colour.
    """
    counts = scores.confusion.to_numpy()
    support = counts.sum(axis=1, keepdims=True)
    share = 100 * counts / np.maximum(support, 1)
    n = len(scores.classes)
    if axes is None:
        _, axes = plt.subplots(figsize=(4.2 + 0.75 * n, 1.6 + 0.65 * n), layout="constrained")
    image = axes.imshow(share, cmap="Blues", vmin=0, vmax=100)
    for row, column in np.ndindex(n, n):
        axes.text(
            column,
            row,
            f"{counts[row, column]}\n{share[row, column]:.0f} %",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if share[row, column] > 55 else "black",
        )
    axes.set_xticks(range(n), scores.classes)
    axes.set_yticks(
        range(n),
        [f"{class_title(c)}\nn = {k}" for c, k in zip(scores.classes, support[:, 0], strict=True)],
    )
    axes.set(xlabel="Predicted class", ylabel="True class")
    axes.figure.colorbar(image, ax=axes, label="Share of the true class (%)")
    plt_show(show, axes.figure)
    return axes.figure
