"""Plot of forecast and observed spectra."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator
from mne.viz.utils import plt_show

from ..errors import InputError

if TYPE_CHECKING:
    from ..estimators.forecast_results import RecordingForecast

_COLOURS = ("#332288", "#CC6677", "#999933")


def plot_forecast(
    forecast: "RecordingForecast",
    *,
    channel: str | None = None,
    axes: Sequence[Axes] | None = None,
    show: bool = True,
) -> FigureBase:
    """Plot forecast and observed spectra.

    Parameters
    ----------
    forecast : RecordingForecast
        The forecast, from :meth:`mne_asgpf.ASGPFPretrainer.forecast`.
    channel : str | None
        The channel whose spectra are shown; None: the mean over the channels.
    axes : sequence of matplotlib.axes.Axes | None
        Three axes to draw in: observed, forecast, errors. None makes a new
        figure.
    show : bool
        Whether to show the figure.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure. A line marks the start of the forecast; the errors are those of all
        channels, with those of two naive forecasts.

    Raises
    ------
    InputError
        If the channel is not in the forecast.
    """
    if channel is not None and channel not in forecast.ch_names:
        raise InputError(
            "channel", f"unknown channel: {channel!r}", f"choose one of {forecast.ch_names}"
        )
    if axes is None:
        _, axes = plt.subplots(
            1, 3, figsize=(12, 3.6), layout="constrained", width_ratios=(3, 3, 2)
        )
    happened = np.concatenate([forecast.past, forecast.target])
    expected = np.concatenate([forecast.past, forecast.forecast])
    shown = [_of_channel(spectra, forecast.ch_names, channel) for spectra in (happened, expected)]
    limits = np.nanmin(shown[0]), np.nanmax(shown[0])
    n_seconds, n_bins = shown[0].shape
    extent = (forecast.start, forecast.start + n_seconds, -0.5, n_bins - 0.5)
    place = channel or "mean over the channels"
    for ax, spectra, title in zip(axes[:2], shown, ("Observed", "Forecast"), strict=True):
        image = ax.imshow(
            spectra.T,
            origin="lower",
            aspect="auto",
            extent=extent,
            vmin=limits[0],
            vmax=limits[1],
            interpolation="nearest",
        )
        ax.axvline(forecast.now, color="white", linestyle="--")
        ax.set(xlabel="Time (s)", ylabel="Frequency (Hz)", title=f"{title}, {place}")
    axes[1].figure.colorbar(image, ax=axes[1], label="ln of amplitude (µV)")
    errors = forecast.errors()
    for name, colour in zip(errors, _COLOURS, strict=True):
        axes[2].plot(errors.index, errors[name], ".-", color=colour, label=name)
    axes[2].set(xlabel="Seconds ahead", ylabel="Mean absolute error (ln amplitude)", ylim=(0, None))
    axes[2].xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes[2].grid(color="#DDDDDD")
    axes[2].legend(frameon=False)
    plt_show(show, axes[0].figure)
    return axes[0].figure


def _of_channel(spectra, ch_names, channel):
    if channel is None:
        return np.nanmean(spectra, axis=1)
    return spectra[:, ch_names.index(channel)]
