"""The correlation graph: channels with correlated log-spectra are neighbours."""

import torch

from ..normalisation import is_flat
from .self_loops import with_self_loops

# A channel is constant if only rounding error remains without its mean.
_CONSTANT = 1e-5


def spectral_correlation(
    log_spectra: torch.Tensor, valid: torch.Tensor, *, centred: bool = True
) -> torch.Tensor:
    """Correlate the log-spectra of all pairs of channels over a clip.

    Parameters
    ----------
    log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
        ln of amplitudes, not standardised.
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        Observed seconds; others are not used.
    centred : bool
        Whether to leave out flat seconds and to subtract each channel's mean spectrum over
        the clip, which requires at least two seconds. The released scripts do neither,
        which yields .94 to .99 for all pairs.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Absolute correlations in [0, 1], 1 on the diagonal of available channels.
        Constant channels have correlation 0 with others.
    """
    if not centred:
        return correlate(log_spectra, valid)
    # The floor of a flat second would outweigh all EEG; in the released variant it does.
    adjacency = correlate(log_spectra, valid & ~is_flat(log_spectra), centred_over=(1,))
    return with_self_loops(adjacency, valid.any(1))


def correlate(values, valid, centred_over=()):
    """Correlate all pairs of channels over their valid seconds: (batch, nodes, nodes)."""
    # C_ij = abs(f_i . f_j) / (norm(f_i) norm(f_j)), f flattened over seconds and features; each
    # channel's mean over the dimensions `centred_over` is subtracted first.
    observed = valid[..., None]
    values = torch.where(observed, values, 0.0)
    f = values
    if centred_over:
        n = observed.expand_as(values).sum(centred_over, keepdim=True).clamp_min(1)
        mean = values.sum(centred_over, keepdim=True) / n
        f = torch.where(observed, values - mean, 0.0)
    norm = f.norm(dim=(1, 3))
    varies = norm > _CONSTANT * values.norm(dim=(1, 3))
    f = f.transpose(1, 2).flatten(2) / torch.where(varies, norm, torch.inf)[..., None]
    return with_self_loops((f @ f.mT).abs().clamp(max=1), valid.any(1))
