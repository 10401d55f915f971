"""The graph of signals: channels whose samples go together are neighbours."""

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
        What was observed; nothing else enters.
    centred : bool
        Whether each channel's mean over the clip is taken off first.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Absolute correlations in [0, 1], 1 on the diagonal of channels that are
        present. Constant channels correlate with none.
    """
    return correlate(signals, valid, centred_over=(1, 3) if centred else ())
