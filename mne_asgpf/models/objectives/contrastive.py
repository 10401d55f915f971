"""Contrastive objective: two views of a clip are closer than views of different clips."""

from typing import TYPE_CHECKING

import torch
from torch import nn

from ..signals_to_graphs import Measured
from .outcome import Outcome
from .views import Views

if TYPE_CHECKING:
    from ..backbone import Backbone

_TEMPERATURE = 0.2
_N_HIDDEN, _N_PROJECTED = 128, 64  # of the projection that the loss is computed on


class Contrastive(nn.Module):
    """Find two views of each clip among the views of all clips of the batch.

    The loss is that of SimCLR (Chen et al., 2020), which is harder with more clips in a batch.

    Parameters
    ----------
    backbone : Backbone
        The model whose encoder is trained.
    """

    contrasts = True
    takes_neighbours = False
    within_patients = False

    def __init__(self, backbone: "Backbone") -> None:
        super().__init__()
        self.views = Views(backbone.known_channels)
        self.projection = nn.Sequential(
            nn.Linear(backbone.embedding_width, _N_HIDDEN),
            nn.ReLU(),
            nn.Linear(_N_HIDDEN, _N_PROJECTED),
        )

    def forward(self, backbone, clips, patients=None):
        """Compute the loss.

        Parameters
        ----------
        backbone : Backbone
            The model whose encoder is trained.
        clips : tuple of Measured
            The clips; for neighbours, followed by the next clip of each.
        patients : torch.Tensor of int64, shape (batch,) | None
            The patient of each clip, for objectives within patients. None: all are compared.

        Returns
        -------
        outcome : Outcome
            The loss, and that of chance.
        """
        pair = self.pair(clips)
        both = Measured(*(torch.cat(parts) for parts in zip(*pair, strict=True)))
        clip = backbone.signals_to_graphs.assemble(self.views(both))
        projected = self.projection(backbone.embed_clip(clip))
        return contrast(projected, patients if self.within_patients else None)

    def pair(self, clips: tuple[Measured, ...]) -> tuple[Measured, ...]:
        """Return the pairs that should be similar, before augmentation.

        Parameters
        ----------
        clips : tuple of Measured
            As in :meth:`forward`.

        Returns
        -------
        pair : tuple of Measured
            The same clips twice.
        """
        return clips[0], clips[0]


def contrast(projected, patients=None, temperature=_TEMPERATURE):
    """Compute the normalised cross entropy of finding partners, half the rows apart (NT-Xent)."""
    projected = nn.functional.normalize(projected, dim=-1)
    n_rows = len(projected)
    excluded = torch.eye(n_rows, dtype=torch.bool, device=projected.device)
    if patients is not None:
        whose = patients.repeat(2)
        excluded = excluded | (whose[:, None] != whose)
    similarity = (projected @ projected.mT / temperature).masked_fill(excluded, -torch.inf)
    partner = torch.arange(n_rows, device=projected.device).roll(n_rows // 2)
    n_candidates = (~excluded).sum(1).to(projected.dtype)
    return Outcome(nn.functional.cross_entropy(similarity, partner), n_candidates.log().mean())
