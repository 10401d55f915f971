"""The diagonal of a graph: every channel at hand is its own neighbour."""


def with_self_loops(weights, present):
    """Put 1 on the diagonal for the channels at hand and 0 for the others.

    Parameters
    ----------
    weights : torch.Tensor, shape (batch, nodes, nodes)
        Weights of the pairs; what is on their diagonal is not used.
    present : torch.Tensor of bool, shape (batch, nodes)
        Channels at hand.

    Returns
    -------
    adjacency : torch.Tensor, shape (batch, nodes, nodes)
        The same weights around the new diagonal.
    """
    return weights.tril(-1) + weights.triu(1) + present.to(weights.dtype).diag_embed()
