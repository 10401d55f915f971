"""Plot of the losses of a training."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator
from mne.viz.utils import plt_show
from skorch.history import History


def plot_training(
    history: History | Sequence[dict],
    *,
    label: str = "Loss",
    axes: Axes | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot the losses of a training by epoch.

    Parameters
    ----------
    history : skorch.history.History | sequence of dict
        One entry per epoch with ``train_loss`` and, if validated, ``valid_loss``.
    label : str
        The name of the loss, with its unit if it has one.
    axes : matplotlib.axes.Axes | None
        The axes to draw in; None makes a new figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure. A circle marks the epoch of the lowest validation loss.
    """
    if axes is None:
        _, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
    for key, name, colour in (
        ("train_loss", "training", "#88CCEE"),
        ("valid_loss", "validation", "#332288"),
    ):
        losses = {
            i: epoch[key] for i, epoch in enumerate(history, start=1) if epoch.get(key) is not None
        }
        if losses:
            axes.plot([*losses], [*losses.values()], ".-", color=colour, label=name)
        if losses and key == "valid_loss":
            best = min(losses, key=losses.__getitem__)
            axes.plot(
                best,
                losses[best],
                "o",
                markersize=11,
                fillstyle="none",
                color=colour,
                label=f"lowest, {losses[best]:.3f} in epoch {best}",
            )
    axes.set(xlabel="Epoch", ylabel=label)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.grid(color="#DDDDDD")
    axes.legend(frameon=False)
    plt_show(show, axes.figure)
    return axes.figure
