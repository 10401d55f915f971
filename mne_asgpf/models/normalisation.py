"""Standardisation of log-spectra, per bin or with one mean and standard deviation."""

import math

import torch
from torch import nn

# The published scaler of 12-s classification clips, used until it is fitted.
_MEAN, _STD = 3.981457343719602, 1.5870710479224472
# ln of the amplitude in microvolts below which a second is flat in every bin above 0 Hz:
# a thousandth of the noise of the quietest amplifier.
_FLAT = math.log(1e-3)
# ln of the amplitude above 0 Hz that rounding an offset to single precision leaves.
_ROUNDING = math.log(1e-6)


class SpectrumNormalisation(nn.Module):
    """Standardise log-spectra with statistics stored as buffers."""

    # An estimator fixes them for its training data. Used alone, the module accumulates them over
    # the batches in training mode. With `n_bins`, each bin has its own statistics.

    mean: torch.Tensor
    std: torch.Tensor
    count: torch.Tensor

    def __init__(self, n_bins=None):
        super().__init__()
        shape = () if n_bins is None else (n_bins,)
        self.register_buffer("mean", torch.full(shape, _MEAN))
        self.register_buffer("std", torch.full(shape, _STD))
        # Number of spectra in the statistics; infinite if they are fixed, which
        # gives every new batch the weight 0 without a branch.
        self.register_buffer("count", torch.tensor(0.0))

    def fix(self, mean, std):
        """Fix the mean and standard deviation of log-spectra, common or one per bin."""
        self.mean.copy_(torch.as_tensor(mean))
        self.std.copy_(torch.as_tensor(std))
        self.count.fill_(math.inf)

    @property
    def is_fixed(self):
        """Whether the statistics are fixed."""
        return bool(self.count.isinf())

    def forward(self, log_spectra, valid):
        """Standardise log-spectra, (batch, seconds, nodes, bins); 0 for missing data."""
        if self.training:
            self._accumulate(log_spectra.detach(), valid)
        return torch.where(valid[..., None], (log_spectra - self.mean) / self.std, 0.0)

    def inverse(self, features):
        """Convert standardised features back to log-spectra."""
        return features * self.std + self.mean

    def moments(self, log_spectra, valid):
        """Return number, mean and variance of the spectra that are observed and not flat."""
        # A disconnected lead has a logarithm far below EEG, and a few seconds of it would bias the
        # statistics.
        counted = (valid & ~is_flat(log_spectra))[..., None]
        n = counted.sum().to(self.count.dtype)
        over = (0, 1, 2) if self.mean.ndim else (0, 1, 2, 3)
        n_values = (n if self.mean.ndim else n * log_spectra.shape[-1]).clamp_min(1)
        mean = torch.where(counted, log_spectra, 0.0).sum(over) / n_values
        squares = torch.where(counted, (log_spectra - mean).square(), 0.0)
        return n, mean, squares.sum(over) / n_values

    def _accumulate(self, log_spectra, valid):
        n, mean, variance = self.moments(log_spectra, valid)
        mean, std, count = pool_moments(
            (self.mean, self.std.square(), self.count), (mean, variance, n)
        )
        self.mean.copy_(mean)
        self.std.copy_(std.clamp_min(1e-12).sqrt())
        self.count.copy_(count)


def is_flat(log_spectra):
    """Return which seconds are flat, with any offset: (..., bins) from 0 Hz -> (...)."""
    if log_spectra.shape[-1] == 1:
        return log_spectra[..., 0] < _FLAT
    return log_spectra[..., 1:].amax(-1) < (log_spectra[..., 0] + _ROUNDING).clamp_min(_FLAT)


def pool_moments(a, b):
    """Pool mean, variance and count of two sets; an infinite count of ``a`` keeps ``a``."""
    (mean_a, variance_a, n_a), (mean_b, variance_b, n_b) = a, b
    n = n_a + n_b
    weight = n_b / n.clamp_min(1)
    shift = mean_b - mean_a
    variance = (1 - weight) * variance_a + weight * variance_b + weight * (1 - weight) * shift**2
    return mean_a + weight * shift, variance, n
