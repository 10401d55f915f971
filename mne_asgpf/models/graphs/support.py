"""From an adjacency to the support for propagation."""

from typing import NamedTuple

import torch


class StartGraph(NamedTuple):
    """The starting graph of a clip.

    Parameters
    ----------
    edges : torch.Tensor, shape (batch, nodes, nodes)
        Symmetric non-negative weights W, with self loops.
    support : torch.Tensor, shape (batch, nodes, nodes)
        S0, derived from them.
    """

    edges: torch.Tensor
    support: torch.Tensor


def start_graph(
    adjacency: torch.Tensor, kind: str = "random_walk", lambda_max: float | None = 2.0
) -> StartGraph:
    """Compute the starting graph from an adjacency.

    Parameters
    ----------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        Non-negative weights, possibly directed; rows and columns of missing channels
        are 0.
    kind : "random_walk" | "scaled_laplacian"
        D^-1 W, or 2 L / lambda_max - I with L = I - D^-1/2 W D^-1/2.
    lambda_max : float | None
        The largest eigenvalue of L; None: it is computed.

    Returns
    -------
    graph : StartGraph
        W = max(A, A^T) and its support.
    """
    edges = torch.maximum(adjacency, adjacency.mT)
    degree = edges.sum(-1, keepdim=True)
    inverse = torch.where(degree > 0, 1 / degree.clamp_min(1e-30), 0.0)
    if kind == "random_walk":
        return StartGraph(edges, edges * inverse)
    root = inverse.sqrt()
    normalised = root * edges * root.mT
    if lambda_max == 2:  # the identities cancel
        return StartGraph(edges, -normalised)
    identity = (degree > 0).to(edges.dtype).squeeze(-1).diag_embed()
    laplacian = identity - normalised
    if lambda_max is None:
        lambda_max = _largest_eigenvalue(laplacian).clamp_min(1e-6)
    return StartGraph(edges, 2 * laplacian / lambda_max - identity)


def _largest_eigenvalue(laplacian):
    """Square repeatedly until one eigenvalue dominates, since ONNX has no decomposition."""
    power = laplacian
    for _ in range(16):
        power = power @ power
        power = power / power.diagonal(dim1=-2, dim2=-1).sum(-1).clamp_min(1e-30)[..., None, None]
    return (laplacian * power).sum((-2, -1), keepdim=True)
