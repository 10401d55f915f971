"""How an objective went on a batch."""

from typing import NamedTuple

import torch


class Outcome(NamedTuple):
    """The loss of an objective on a batch, beside that of guessing.

    Parameters
    ----------
    loss : torch.Tensor, shape ()
        The loss.
    chance : torch.Tensor, shape ()
        What guessing gives on the same batch.
    """

    loss: torch.Tensor
    chance: torch.Tensor
