"""Random draws on the device of the data, from torch's generator."""

import torch


def draw_some(there, probability):
    """Draw a subset, but never all.

    Parameters
    ----------
    there : torch.Tensor of bool, shape (batch, n)
        The candidates.
    probability : float
        Probability of each candidate.

    Returns
    -------
    drawn : torch.Tensor of bool, shape (batch, n)
        The drawn candidates.
    """
    luck = torch.rand(there.shape, device=there.device).masked_fill(~there, -1)
    return there & (luck < probability) & (luck < luck.amax(-1, keepdim=True))


def draw_below(n):
    """Draw whole numbers, each from 0 to below the given one.

    Parameters
    ----------
    n : torch.Tensor of int64, shape (batch,)
        The limits, at least 1.

    Returns
    -------
    drawn : torch.Tensor of int64, shape (batch,)
        Whole numbers.
    """
    drawn = (torch.rand(n.shape, device=n.device) * n).long()
    return torch.minimum(drawn, n - 1)  # the product may be rounded up


def draw_between(low, high, like):
    """Draw a number for each clip.

    Parameters
    ----------
    low, high : float
        The draw is uniform between them.
    like : torch.Tensor, shape (batch, ...)
        The tensor to be multiplied with the numbers.

    Returns
    -------
    drawn : torch.Tensor, shape (batch, 1, ...)
        The numbers.
    """
    luck = torch.rand(len(like), *(1,) * (like.ndim - 1), device=like.device, dtype=like.dtype)
    return low + (high - low) * luck
