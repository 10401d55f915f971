"""A forecast of some seconds of a recording, beside what happened."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..models.trivial_forecasts import TRIVIAL, trivial_forecasts


@dataclass(frozen=True, eq=False)
class RecordingForecast:
    """What a pre-trainer forecasts at one time of a recording.

    Parameters
    ----------
    ch_names : tuple of str
        The channels.
    start : float
        Where the seconds at hand start, in seconds of the recording.
    past : array, shape (seconds, n_channels, n_bins)
        Log-spectra at hand, ln of amplitudes in microvolts, in bins of 1 Hz from 0 Hz;
        NaN where nothing was observed.
    target : array, shape (seconds ahead, n_channels, n_bins)
        What happened.
    forecast : array, shape (seconds ahead, n_channels, n_bins)
        What was forecast.
    """

    ch_names: tuple
    start: float
    past: np.ndarray
    target: np.ndarray
    forecast: np.ndarray

    @property
    def now(self):
        """The time at which the forecast is made, in seconds of the recording."""
        return self.start + len(self.past)

    def errors(self):
        """Compare with what happened, beside two trivial forecasts.

        Returns
        -------
        errors : pandas.DataFrame
            Mean absolute error of the log-spectra over channels and bins: one row a
            second ahead, columns "forecast" and the trivial forecasts.
        """
        guesses = {"forecast": self.forecast} | {
            TRIVIAL[name]: guess[0] for name, guess in trivial_forecasts(self.past[None]).items()
        }
        seconds = pd.RangeIndex(1, len(self.target) + 1, name="seconds ahead")
        return pd.DataFrame(
            {
                name: np.nanmean(np.abs(guess - self.target), axis=(1, 2))
                for name, guess in guesses.items()
            },
            index=seconds,
        )
