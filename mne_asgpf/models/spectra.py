"""Log-amplitude spectra of 1-s steps (paper, section on preprocessing)."""

import torch
from torch import nn

#: Samples per second to which amplitudes are scaled.
REFERENCE_SFREQ = 200
_FLOOR = 1e-8  # amplitude that replaces exact zeros, in microvolts


class LogSpectra(nn.Module):
    """Compute the natural logarithm of the amplitude spectra of 1-s steps.

    No window and no detrending; an incomplete last second is dropped. Amplitudes are
    those of the discrete Fourier transform in microvolts at 200 samples a second;
    other sampling rates are scaled to it.

    Parameters
    ----------
    sfreq : float
        The sampling rate in Hz: a whole number sufficient for all bins.
    n_bins : int
        Number of 1-Hz bins, from 0 Hz.
    microvolts : float
        The signals' unit in microvolts; volts by default.

    Raises
    ------
    ValueError
        If the sampling rate is not a whole number or too low for the bins.
    """

    def __init__(self, sfreq=REFERENCE_SFREQ, n_bins=100, microvolts=1e6):
        super().__init__()
        if sfreq != int(sfreq) or sfreq // 2 + 1 < n_bins:
            raise ValueError(
                f"sfreq={sfreq}: 1-s spectra of {n_bins} bins need a whole number of at least "
                f"{2 * (n_bins - 1)} samples per second. Resample first: raw.resample(200)"
            )
        self.step = int(sfreq)
        self.n_bins = n_bins
        self.scale = microvolts * REFERENCE_SFREQ / self.step

    def forward(self, x):
        """Compute the spectra.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            Signals, float.

        Returns
        -------
        log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
            ln of the amplitude in microvolts.
        """
        batch, nodes, times = x.shape
        seconds = times // self.step
        steps = x[..., : seconds * self.step].reshape(batch, nodes, seconds, self.step)
        amplitude = torch.fft.rfft(steps)[..., : self.n_bins].abs() * self.scale
        # Only exact zeros are replaced by the floor, as in the released scripts.
        amplitude = torch.where(amplitude == 0, _FLOOR, amplitude)
        return amplitude.log().transpose(1, 2)
