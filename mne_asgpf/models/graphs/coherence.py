"""The coherence graph: channels with a stable phase difference are neighbours."""

import torch

from .self_loops import with_self_loops

#: Bins of 1 Hz over which coherence is averaged: 1 to 40 Hz, below the mains.
BINS = slice(1, 41)
# Share of a channel's total amplitude below which a bin is considered rounding error.
_ROUNDING = 1e-6


def coherence(signals: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """Compute the magnitude-squared coherence of all pairs of channels over a clip.

    Parameters
    ----------
    signals : torch.Tensor, shape (batch, seconds, nodes, samples)
        Signals, second by second.
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        Observed seconds; others are not used.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Coherence in [0, 1], the mean over 1 to 40 Hz; 1 on the diagonal of available
        channels. Flat channels have coherence 0 with others.

    Notes
    -----
    abs(sum_t X_i conj(X_j))^2 / (sum_t abs(X_i)^2 sum_t abs(X_j)^2), X the Fourier
    transform of second t. Over T seconds, independent channels have an expected value of 1 / T.
    """
    spectra = torch.fft.rfft(signals * valid[..., None]).permute(0, 3, 2, 1)
    # In real numbers, since ONNX has no product of complex ones.
    parts = torch.view_as_real(spectra).movedim(-1, 0)
    rounding = _ROUNDING * parts.square().sum((0, 2, 4)).sqrt()[:, None, :, None]
    parts = parts[:, :, BINS]  # (real and imaginary, batch, bins, nodes, seconds)
    norm = parts.square().sum((0, -1)).sqrt()[..., None]
    re, im = parts / torch.where(norm > rounding, norm, torch.inf)
    # abs(X_i . conj(X_j))^2, shape (batch, bins, nodes, nodes)
    squared = (re @ re.mT + im @ im.mT).square() + (im @ re.mT - re @ im.mT).square()
    return with_self_loops(squared.mean(1).clamp(max=1), valid.any(1))
