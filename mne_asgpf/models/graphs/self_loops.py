"""The diagonal of a graph: self loops of available channels."""


def with_self_loops(weights, present):
    """Set the diagonal to 1 for available channels and to 0 for the others.

    Parameters
    ----------
    weights : torch.Tensor, shape (batch, nodes, nodes)
        Weights of the pairs; their diagonal is not used.
    present : torch.Tensor of bool, shape (batch, nodes)
        Available channels.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        The same weights with the new diagonal.
    """
    return weights.tril(-1) + weights.triu(1) + present.to(weights.dtype).diag_embed()
