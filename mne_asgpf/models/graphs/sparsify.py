"""Selection of the strongest edges of a graph."""

import torch


def keep_strongest(adjacency: torch.Tensor, k: int) -> torch.Tensor:
    """Keep the ``k`` strongest edges from each node, in addition to its self loop.

    Parameters
    ----------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Non-negative weights.
    k : int
        Number of edges kept per row, without the diagonal.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        The same weights, 0 elsewhere; directed.
    """
    nodes = adjacency.shape[-1]
    if k >= nodes - 1:
        return adjacency
    diagonal = torch.eye(nodes, dtype=torch.bool, device=adjacency.device)
    strongest = adjacency.masked_fill(diagonal, torch.inf).topk(k + 1).indices
    keep = torch.zeros_like(adjacency, dtype=torch.bool).scatter(-1, strongest, True)
    return torch.where(keep, adjacency, 0.0)
