"""Standardising of log-spectra by one mean and one standard deviation."""

import math

import torch
from torch import nn

# The published scaler of 12-s classification clips, until other data are seen.
_MEAN, _STD = 3.981457343719602, 1.5870710479224472


class ScalarNormalisation(nn.Module):
    """Standardise by one scalar mean and standard deviation, kept as buffers.

    An estimator fixes them from its training data with :meth:`fix`. Used bare, the
    module accumulates them over the batches it sees in training mode.
    """

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN))
        self.register_buffer("std", torch.tensor(_STD))
        # How many values the statistics rest on; infinite when they are fixed, which
        # gives every new batch the weight 0 without a branch.
        self.register_buffer("count", torch.tensor(0.0))

    def fix(self, mean, std):
        """Fix the statistics.

        Parameters
        ----------
        mean, std : float
            Mean and standard deviation of the log-spectra.
        """
        self.mean.fill_(mean)
        self.std.fill_(std)
        self.count.fill_(math.inf)

    @property
    def is_fixed(self):
        """Whether the statistics are fixed."""
        return bool(self.count.isinf())

    def forward(self, log_spectra, valid):
        """Standardise.

        Parameters
        ----------
        log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
            ln of amplitudes.
        valid : torch.Tensor of bool, shape (batch, seconds, nodes)
            What was observed.

        Returns
        -------
        features : torch.Tensor, shape (batch, seconds, nodes, bins)
            Standardised; 0 where nothing was observed.
        """
        if self.training:
            self._accumulate(log_spectra.detach(), valid)
        return torch.where(valid[..., None], (log_spectra - self.mean) / self.std, 0.0)

    def inverse(self, features):
        """Turn standardised features back into log-spectra.

        Parameters
        ----------
        features : torch.Tensor
            Standardised features.

        Returns
        -------
        log_spectra : torch.Tensor
            ln of amplitudes.
        """
        return features * self.std + self.mean

    def _accumulate(self, log_spectra, valid):
        valid = valid[..., None].expand_as(log_spectra)
        n = valid.sum().to(self.count.dtype)
        mean = torch.where(valid, log_spectra, 0.0).sum() / n
        variance = torch.where(valid, (log_spectra - mean).square(), 0.0).sum() / n
        weight = n / (self.count + n)
        shift = mean - self.mean
        pooled = (
            (1 - weight) * self.std.square()
            + weight * variance
            + weight * (1 - weight) * shift.square()
        )
        self.mean.copy_(self.mean + weight * shift)
        self.std.copy_(pooled.clamp_min(1e-12).sqrt())
        self.count.copy_(self.count + n)
