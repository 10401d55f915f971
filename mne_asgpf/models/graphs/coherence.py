"""The coherence graph: channels that keep their phase to each other are neighbours."""

import torch

from .self_loops import with_self_loops

#: Bins of 1 Hz over which coherence is averaged: 1 to 40 Hz, below the mains.
BINS = slice(1, 41)
# Share of a channel's whole amplitude below which a bin holds nothing but rounding error.
_ROUNDING = 1e-6


def coherence(signals, valid):
    """Compute the magnitude-squared coherence of all pairs of channels over a clip.

    Parameters
    ----------
    signals : torch.Tensor, shape (batch, seconds, nodes, samples)
        Signals, second by second.
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        What was observed; nothing else enters.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Coherence in [0, 1], the mean over 1 to 40 Hz; 1 on the diagonal of channels
        that are present. Flat channels cohere with none.

    Notes
    -----
    abs(sum_t X_i conj(X_j))^2 / (sum_t abs(X_i)^2 sum_t abs(X_j)^2), X the Fourier
    transform of second t. Over T seconds, independent channels come to 1 / T.
    """
    spectra = torch.fft.rfft(signals * valid[..., None]).permute(0, 3, 2, 1)
    rounding = _ROUNDING * spectra.norm(dim=(1, 3))[:, None, :, None]
    spectra = spectra[:, BINS]  # (batch, bins, nodes, seconds)
    norm = spectra.norm(dim=-1, keepdim=True)
    spectra = spectra / torch.where(norm > rounding, norm, torch.inf)
    squared = (spectra @ spectra.mH).abs().square()  # (batch, bins, nodes, nodes)
    return with_self_loops(squared.mean(1).clamp(max=1), valid.any(1))
