"""Log-amplitude spectra of 1-s steps (paper, section on preprocessing)."""

import torch
from torch import nn

from ..errors import InputError

#: Samples per second to which amplitudes are scaled.
REFERENCE_SFREQ = 200
_FLOOR = 1e-8  # amplitude that replaces exact zeros, in microvolts


class LogSpectra(nn.Module):
    """Compute the ln of the amplitude spectra of 1-s steps, in microvolts, from 0 Hz."""

    # No window and no detrending; an incomplete last second is dropped. Amplitudes are those of the
    # discrete Fourier transform at 200 samples a second; other sampling rates, which must be whole
    # numbers, are scaled to it. `microvolts` is the signals' unit.

    def __init__(self, sfreq=REFERENCE_SFREQ, n_bins=100, microvolts=1e6):
        super().__init__()
        if sfreq != int(sfreq) or sfreq // 2 + 1 < n_bins:
            raise InputError(
                f"sfreq={sfreq:g}",
                f"does not allow 1-s spectra of {n_bins} bins, which need a whole number of at "
                f"least {2 * (n_bins - 1)} samples per second",
                "resample to 200 Hz, or set fewer bins",
            )
        self.step = int(sfreq)
        self.n_bins = n_bins
        self.scale = microvolts * REFERENCE_SFREQ / self.step

    def forward(self, x):
        """Compute log-spectra: (batch, nodes, times) -> (batch, seconds, nodes, bins)."""
        batch, nodes, times = x.shape
        seconds = times // self.step
        steps = x[..., : seconds * self.step].reshape(batch, nodes, seconds, self.step)
        amplitude = torch.fft.rfft(steps)[..., : self.n_bins].abs() * self.scale
        # Only exact zeros are replaced by the floor, as in the released scripts.
        amplitude = torch.where(amplitude == 0, _FLOOR, amplitude)
        return amplitude.log().transpose(1, 2)
