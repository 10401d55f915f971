"""The graph of signals: channels with correlated samples are neighbours."""

import torch

from .correlation import correlate


def signal_correlation(
    signals: torch.Tensor, valid: torch.Tensor, *, centred: bool = True
) -> torch.Tensor:
    """Correlate the samples of all pairs of channels over a clip.

    Parameters
    ----------
    signals : torch.Tensor, shape (batch, seconds, nodes, samples)
        Signals, second by second.
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        Observed seconds; others are not used.
    centred : bool
        Whether to subtract each channel's mean over the clip.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Absolute correlations in [0, 1], 1 on the diagonal of available channels.
        Constant channels have correlation 0 with others.
    """
    return correlate(signals, valid, centred_over=(1, 3) if centred else ())
