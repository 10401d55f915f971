"""Random draws on the device of the data, from torch's generator."""

import torch


def draw_some(there, probability):
    """Draw a subset of the candidates, (batch, n) of bool, but never all."""
    luck = torch.rand(there.shape, device=there.device).masked_fill(~there, -1)
    return there & (luck < probability) & (luck < luck.amax(-1, keepdim=True))


def draw_below(n):
    """Draw whole numbers, each from 0 to below the given one."""
    drawn = (torch.rand(n.shape, device=n.device) * n).long()
    return torch.minimum(drawn, n - 1)  # the product may be rounded up


def draw_between(low, high, like):
    """Draw a number for each clip, (batch, 1, ...), to be multiplied with ``like``."""
    luck = torch.rand(len(like), *(1,) * (like.ndim - 1), device=like.device, dtype=like.dtype)
    return low + (high - low) * luck
