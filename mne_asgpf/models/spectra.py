"""Log-amplitude spectra of 1-s steps (paper, section on preprocessing)."""

import torch
from torch import nn

#: Samples a second to which amplitudes are referred, whatever the sampling rate.
REFERENCE_SFREQ = 200
_FLOOR = 1e-8  # amplitude that stands for exactly zero, in microvolts


class LogSpectra(nn.Module):
    """Turn signals into the natural logarithm of their 1-s amplitude spectra.

    No window and no detrending; an incomplete last second is dropped. Amplitudes are
    those of the discrete Fourier transform in microvolts at 200 samples a second;
    other sampling rates are scaled to it.

    Parameters
    ----------
    sfreq : float
        The sampling rate in Hz: a whole number that gives every bin.
    n_bins : int
        How many bins of 1 Hz are kept, from 0 Hz on.
    microvolts : float
        How many microvolts the signals' unit is; they are in volts unless told otherwise.

    Raises
    ------
    ValueError
        The sampling rate is not whole or too low for the bins.
    """

    def __init__(self, sfreq=REFERENCE_SFREQ, n_bins=100, microvolts=1e6):
        super().__init__()
        if sfreq != int(sfreq) or sfreq // 2 + 1 < n_bins:
            raise ValueError(
                f"sfreq={sfreq}: 1-s spectra of {n_bins} bins need a whole number of at least "
                f"{2 * (n_bins - 1)} samples a second. Resample first: raw.resample(200)"
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
        # Exactly zero amplitude alone becomes the floor, as in the released scripts.
        amplitude = torch.where(amplitude == 0, _FLOOR, amplitude)
        return amplitude.log().transpose(1, 2)
