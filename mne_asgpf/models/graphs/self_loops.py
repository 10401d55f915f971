"""The diagonal of a graph: self loops of available channels."""


def with_self_loops(weights, present):
    """Set the diagonal to 1 for available channels and to 0 for the others."""
    return weights.tril(-1) + weights.triu(1) + present.to(weights.dtype).diag_embed()
