"""A graph given as a matrix."""

import torch


def given_graph(rows: list[list[float]]) -> torch.Tensor:
    """Check a matrix of weights.

    Parameters
    ----------
    rows : list of list of float, shape (nodes, nodes)
        Non-negative weights, in the order of the channels.

    Returns
    -------
    adjacency : torch.Tensor, shape (nodes, nodes)
        The same.

    Raises
    ------
    ValueError
        If it is not a square matrix of finite non-negative numbers.
    """
    # Arrays are silently dropped from a configuration; lists are kept.
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError("graph: the matrix is not a list of lists; use matrix.tolist()")
    if {len(row) for row in rows} != {len(rows)}:
        raise ValueError(f"graph: the matrix is not square: {len(rows)} rows of other lengths")
    adjacency = torch.tensor(rows, dtype=torch.get_default_dtype())
    if not adjacency.isfinite().all() or (adjacency < 0).any():
        raise ValueError("graph: the weights must be finite and not negative")
    return adjacency
