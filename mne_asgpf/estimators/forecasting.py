"""Forecasts of a fitted pre-trainer."""

import numpy as np
import torch

from ..errors import InputError
from ..windows.adaptation import typical_spectrum
from .recording_forecast import RecordingForecast
from .recordings import load_one_recording


class Forecasting:
    """Forecast recordings with a fitted pre-trainer."""

    def forecast(self, raw, *, start=0.0):
        """Forecast the spectra of some seconds of a recording from those before them.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        start : float
            Where the seconds at hand start, in seconds of the recording.

        Returns
        -------
        forecast : RecordingForecast
            The forecast beside what happened, of adapted windows where there is ``adaptation``.

        Raises
        ------
        InputError
            The recording does not hold the seconds at hand and those to forecast, or the
            objective was another one.
        """
        self.check_is_fitted()
        if not self._forecasts:
            raise InputError(
                "objective",
                f"it was {self.objective!r}, and nothing learned to forecast",
                "pre-train with objective='forecast'",
            )
        raw = load_one_recording(raw, **self.wanted)
        first, n_times = round(start * self.sfreq), self.module_.n_times
        if not 0 <= first <= raw.n_times - n_times:
            raise InputError(
                "start",
                f"{start:g} s and the {n_times / self.sfreq:g} s after it are not within the "
                f"recording's {raw.n_times / self.sfreq:g} s",
                "give another start or a longer recording",
            )
        window = raw.get_data(start=first, stop=first + n_times).astype(np.float32)
        if self.adaptation is not None:
            window = typical_spectrum(raw).apply(window)
        x = torch.from_numpy(window)
        self.module_.eval()
        with torch.no_grad():
            made = self.module_(x[None].to(self.device))
        observed = made.observed[..., None]
        missing = ~observed.any(1, keepdim=True)
        return RecordingForecast(
            ch_names=tuple(raw.ch_names),
            start=first / self.sfreq,
            past=made.past.masked_fill(missing, torch.nan)[0].cpu().numpy(),
            target=made.target.masked_fill(~observed, torch.nan)[0].cpu().numpy(),
            forecast=made.forecast.masked_fill(missing, torch.nan)[0].cpu().numpy(),
        )
