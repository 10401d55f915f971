"""A forecast of the spectra of a recording, with the observed ones."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..errors import InputError
from ..models.naive_forecasts import NAIVE_FORECASTS, naive_forecasts
from ..viz.forecast import plot_forecast
from ..windows.adaptation import typical_spectrum
from .inputs.recordings import load_one_recording


@dataclass(frozen=True, eq=False, repr=False)
class RecordingForecast:
    """The forecast of a pre-trainer at one time of a recording.

    Parameters
    ----------
    ch_names : tuple of str
        The channels.
    start : float
        Start of the input, in seconds of the recording.
    past : array, shape (seconds, n_channels, n_bins)
        Log-spectra of the input, ln of amplitudes in microvolts, in bins of 1 Hz from 0 Hz;
        NaN for missing data.
    target : array, shape (seconds ahead, n_channels, n_bins)
        The observed spectra.
    forecast : array, shape (seconds ahead, n_channels, n_bins)
        The forecast spectra.
    """

    ch_names: tuple[str, ...]
    start: float
    past: np.ndarray
    target: np.ndarray
    forecast: np.ndarray

    @property
    def now(self) -> float:
        """The time at which the forecast is made, in seconds of the recording."""
        return self.start + len(self.past)

    def to_data_frame(self) -> pd.DataFrame:
        """Give one row a second, channel and frequency.

        Returns
        -------
        spectra : pandas.DataFrame
            The index levels ``time`` (where the second starts, in seconds of the recording),
            ``channel`` and ``frequency`` (Hz), and the columns ``target`` and ``forecast``.
        """
        seconds, _, n_bins = self.target.shape
        levels = {
            "time": self.now + np.arange(seconds),
            "channel": self.ch_names,
            "frequency": np.arange(n_bins),
        }
        index = pd.MultiIndex.from_product(levels.values(), names=[*levels])
        spectra = {"target": self.target.ravel(), "forecast": self.forecast.ravel()}
        return pd.DataFrame(spectra, index)

    def plot(
        self,
        channel: str | None = None,
        *,
        axes: Sequence[Axes] | None = None,
        show: bool = True,
    ) -> FigureBase:
        """Plot the forecast with :func:`mne_asgpf.viz.plot_forecast`.

        Parameters
        ----------
        channel : str | None
            The channel whose spectra are shown; None: the mean over the channels.
        axes : sequence of matplotlib.axes.Axes | None
            Three axes to draw in; None makes a new figure.
        show : bool
            Whether to show the figure.

        Returns
        -------
        figure : matplotlib.figure.Figure
            The figure.

        Raises
        ------
        InputError
            The channel is not among those of the forecast.
        """
        return plot_forecast(self, channel=channel, axes=axes, show=show)

    def __repr__(self) -> str:
        return (
            f"<RecordingForecast | {len(self.target)} s from {self.now:g} s on, made from "
            f"{len(self.past)} s, {len(self.ch_names)} channels>"
        )

    def _repr_html_(self) -> str:
        table = self.errors().to_html(float_format="{:.3f}".format, border=0)
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{table}"

    def errors(self) -> pd.DataFrame:
        """Compute the errors of the forecast and of two naive forecasts.

        Returns
        -------
        errors : pandas.DataFrame
            Mean absolute error of the log-spectra over channels and bins: one row per
            second ahead, columns "forecast" and the naive forecasts.
        """
        guesses = {"forecast": self.forecast} | {
            NAIVE_FORECASTS[name]: guess[0]
            for name, guess in naive_forecasts(self.past[None]).items()
        }
        seconds = pd.RangeIndex(1, len(self.target) + 1, name="seconds ahead")
        return pd.DataFrame(
            {
                name: np.nanmean(np.abs(guess - self.target), axis=(1, 2))
                for name, guess in guesses.items()
            },
            index=seconds,
        )


def forecast_recording(pretrainer, raw, start):
    """Forecast the seconds of a recording that follow the input from ``start``, in s."""
    pretrainer.check_is_fitted()
    if not pretrainer.forecasts:
        raise InputError(
            "objective",
            f"is {pretrainer.objective!r}, which does not learn to forecast",
            "pre-train with objective='forecast'",
        )
    raw = load_one_recording(raw, **pretrainer.wanted)
    first, n_times = round(start * pretrainer.sfreq), pretrainer.module_.n_times
    if not 0 <= first <= raw.n_times - n_times:
        raise InputError(
            "start",
            f"{start:g} s and the {n_times / pretrainer.sfreq:g} s after it are not within the "
            f"recording's {raw.n_times / pretrainer.sfreq:g} s",
            "give another start or a longer recording",
        )
    window = raw.get_data(start=first, stop=first + n_times).astype(np.float32)
    if pretrainer.adaptation is not None:
        window = typical_spectrum(raw).apply(window)
    x = torch.from_numpy(window)
    pretrainer.module_.eval()
    with torch.no_grad():
        made = pretrainer.module_(x[None].to(pretrainer.device))
    observed = made.observed[..., None]
    missing = ~observed.any(1, keepdim=True)
    return RecordingForecast(
        ch_names=tuple(raw.ch_names),
        start=first / pretrainer.sfreq,
        past=made.past.masked_fill(missing, torch.nan)[0].cpu().numpy(),
        target=made.target.masked_fill(~observed, torch.nan)[0].cpu().numpy(),
        forecast=made.forecast.masked_fill(missing, torch.nan)[0].cpu().numpy(),
    )
