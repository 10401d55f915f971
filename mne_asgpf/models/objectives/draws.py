"""Random draws on the device that the data are on, from torch's generator."""

import torch


def draw_some(there, probability):
    """Draw some of what is there, but never all.

    Parameters
    ----------
    there : torch.Tensor of bool, shape (batch, n)
        What can be drawn.
    probability : float
        How often each is.

    Returns
    -------
    drawn : torch.Tensor of bool, shape (batch, n)
        What was drawn.
    """
    luck = torch.rand(there.shape, device=there.device).masked_fill(~there, -1)
    return there & (luck < probability) & (luck < luck.amax(-1, keepdim=True))


def draw_below(n):
    """Draw whole numbers, each from 0 to below the one given.

    Parameters
    ----------
    n : torch.Tensor of int64, shape (batch,)
        The numbers, 1 at least.

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
        What the numbers are to be multiplied with.

    Returns
    -------
    drawn : torch.Tensor, shape (batch, 1, ...)
        The numbers.
    """
    luck = torch.rand(len(like), *(1,) * (like.ndim - 1), device=like.device, dtype=like.dtype)
    return low + (high - low) * luck
