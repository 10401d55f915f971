"""The result of an objective on a batch."""

from typing import NamedTuple

import torch


class Outcome(NamedTuple):
    """The loss of an objective on a batch, and that of guessing.

    Parameters
    ----------
    loss : torch.Tensor, shape ()
        The loss.
    chance : torch.Tensor, shape ()
        The loss of guessing on the same batch.
    """

    loss: torch.Tensor
    chance: torch.Tensor
