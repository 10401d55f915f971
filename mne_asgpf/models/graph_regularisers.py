"""Regularisers of the learned graph: smooth, connected, spread or concentrated."""

import torch

_TINY = 1e-8


def graph_regularisation(graphs, features, valid, *, smoothness=0.0, degree=0.0, sparsity=0.0):
    """Compute the weighted sum of the regularisers of learned graphs, (batch,)."""
    # On W = (A + A^T) / 2 with n nodes, averaged over the observed seconds:
    # sum_ij W_ij mean((x_i - x_j)^2) / (2 n^2), -sum_i log(sum_j W_ij) / n, sum_ij W_ij^2 / n^2
    # (Chen et al., NeurIPS 2020, with the mean over the features instead of their sum, so that the
    # weights do not depend on the number of bins). As the rows of A sum to 1, a positive weight of
    # sparsity spreads the edges and a negative one concentrates them on a few.
    pairs = valid[..., :, None] & valid[..., None, :]
    W = torch.where(pairs, (graphs + graphs.mT) / 2, 0.0)
    n = valid.sum(-1).clamp_min(1)
    squares = features.square().mean(-1)
    products = features @ features.mT / features.shape[-1]
    differences = squares[..., :, None] + squares[..., None, :] - 2 * products
    log_degree = torch.where(valid, (W.sum(-1) + _TINY).log(), 0.0)
    a_second = (
        smoothness * (W * differences).sum((-2, -1)) / (2 * n**2)
        - degree * log_degree.sum(-1) / n
        + sparsity * W.square().sum((-2, -1)) / n**2
    )
    observed = valid.any(-1)
    return torch.where(observed, a_second, 0.0).sum(1) / observed.sum(1).clamp_min(1)
