"""The graph without edges: all edges are learned."""

import torch


def identity(valid: torch.Tensor) -> torch.Tensor:
    """Return a graph in which each channel is connected to itself only.

    Parameters
    ----------
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        Observed seconds.

    Returns
    -------
    adjacency : torch.Tensor of float, shape (batch, nodes, nodes)
        1 on the diagonal of available channels.
    """
    return valid.any(1).float().diag_embed()
