"""Masked objective: hidden electrodes and seconds are reconstructed from the others."""

from typing import TYPE_CHECKING

import torch
from torch import nn

from ..normalisation import is_flat
from .draws import draw_some
from .outcome import Outcome

if TYPE_CHECKING:
    from ..backbone import Backbone

_P_ELECTRODE, _P_SECOND = 0.25, 0.25  # probability of hiding each


class Masked(nn.Module):
    """Reconstruct the standardised spectra of hidden electrodes and seconds.

    Hidden spectra are replaced by a learned one. The starting graph is that of the whole
    clip, as otherwise no message would reach a hidden electrode.

    Parameters
    ----------
    backbone : Backbone
        The model whose encoder is trained.
    """

    contrasts = False
    takes_neighbours = False
    within_patients = False

    def __init__(self, backbone: "Backbone") -> None:
        super().__init__()
        n_bins = backbone.shared_options["n_bins"]
        self.instead = nn.Parameter(torch.zeros(n_bins))
        self.head = nn.Linear(backbone.encoder.n_units, n_bins)

    def forward(self, backbone, clips, patients=None):
        """Compute the loss.

        Parameters
        ----------
        backbone : Backbone
            The model whose encoder is trained.
        clips : tuple of Measured
            The clips.
        patients : torch.Tensor | None
            Not used.

        Returns
        -------
        outcome : Outcome
            The mean absolute error over hidden spectra, and that of :func:`mean_spectra`.
        """
        clip = backbone.signals_to_graphs.assemble(clips[0])
        hidden = draw_hidden(clip)
        features = torch.where(hidden[..., None], self.instead, clip.features)
        states = backbone.encode(clip._replace(features=features)).hidden[-1]
        guess = mean_spectra(clip.features, clip.valid & ~hidden)
        return Outcome(
            error_of(self.head(states), clip.features, hidden),
            error_of(guess, clip.features, hidden),
        )


def draw_hidden(clip):
    """Draw the spectra to hide: some electrodes at all times, some seconds of all electrodes."""
    # Only observed spectra that are not flat are hidden; at least one electrode and one second stay
    # visible.
    seconds = torch.arange(clip.valid.shape[1], device=clip.valid.device)
    electrodes = draw_some(clip.present, _P_ELECTRODE)[:, None]
    seconds = draw_some(seconds < clip.lengths[:, None], _P_SECOND)[..., None]
    return (electrodes | seconds) & clip.valid & ~is_flat(clip.log_spectra)


def mean_spectra(features, visible):
    """Guess each electrode's mean visible spectrum; for a hidden electrode, that of all others."""
    n_seconds = visible.sum(1, keepdim=True)[..., None]
    total = (features * visible[..., None]).sum(1, keepdim=True)
    of_all = total.sum(2, keepdim=True) / n_seconds.sum(2, keepdim=True).clamp_min(1)
    return torch.where(n_seconds > 0, total / n_seconds.clamp_min(1), of_all)


def error_of(guess, features, hidden):
    """Compute the mean absolute error over hidden spectra; 0 without any."""
    error = torch.where(hidden[..., None], (guess - features).abs(), 0.0)
    return error.sum() / (hidden.sum() * features.shape[-1]).clamp_min(1)
