"""Views of clips: random variations of the log-spectra, which are cheap to compute."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from ...channels import electrode, mirror
from .draws import draw_below, draw_between, draw_some

_STRETCH = (0.85, 1.18)  # range of the factor of frequencies
_AMPLITUDE = (0.6, 1.6)  # range of the factor of amplitudes
_P_ELECTRODE = 0.2  # probability of dropping each electrode
_LEVEL_NOISE, _NOISE = 0.1, 0.2  # in ln: of an electrode's level, of each value
_LEAST = 0.5  # minimal share of a clip's seconds that is kept


class Views(nn.Module):
    """Vary each clip independently, as between days, montages and amplifiers.

    Frequencies are stretched by .85 to 1.18, amplitudes scaled by .6 to 1.6; noise is added to
    levels and values; every other clip is reflected to the other hemisphere if channels
    have mirror images; a fifth of the electrodes is dropped, and a segment of at least half
    of the seconds is kept.

    Parameters
    ----------
    ch_names : sequence of str
        The channels, in any known spelling; empty if they have no names.
    """

    mirrored: torch.Tensor | None

    def __init__(self, ch_names: Sequence[str] = ()) -> None:
        super().__init__()
        self.register_buffer("mirrored", _mirror_order(ch_names), persistent=False)

    @torch.no_grad()
    def forward(self, clips):
        """Vary clips.

        Parameters
        ----------
        clips : Measured
            The clips; missing channels and the time after a clip's end stay missing.

        Returns
        -------
        views : Measured
            The varied clips. Signals are reflected and cropped like the spectra, but not
            stretched, which affects only graphs of signals.
        """
        if self.mirrored is not None and len(self.mirrored) == clips.present.shape[1]:
            clips = reflect(clips, self.mirrored)
        clips = clips._replace(log_spectra=vary_spectra(clips.log_spectra))
        kept = clips.present & ~draw_some(clips.present, _P_ELECTRODE)
        return crop(clips._replace(present=kept, valid=clips.valid & kept[:, None]))


def reflect(clips, mirrored):
    """Swap the hemispheres of about every other clip; ``mirrored`` indexes the other side."""
    n_clips, n_nodes = clips.present.shape
    swapped = torch.rand(n_clips, 1, device=mirrored.device) < 0.5
    order = torch.where(swapped, mirrored, torch.arange(n_nodes, device=mirrored.device))
    return clips._replace(
        signals=clips.signals.take_along_dim(order[:, None, :, None], 2),
        log_spectra=clips.log_spectra.take_along_dim(order[:, None, :, None], 2),
        valid=clips.valid.take_along_dim(order[:, None], 2),
        present=clips.present.take_along_dim(order, 1),
    )


def vary_spectra(log_spectra):
    """Stretch frequencies and change amplitudes."""
    n_bins = log_spectra.shape[-1]
    bins = torch.arange(n_bins, dtype=log_spectra.dtype, device=log_spectra.device)
    factors = draw_between(math.log(_STRETCH[0]), math.log(_STRETCH[1]), log_spectra).exp()
    source = (bins / factors[:, 0]).clamp(max=n_bins - 1)
    between = (1 - (bins[:, None] - source).abs()).clamp(min=0)  # linear, from bin to bin
    stretched = torch.einsum("btnf,bfg->btng", log_spectra, between)
    level = draw_between(math.log(_AMPLITUDE[0]), math.log(_AMPLITUDE[1]), log_spectra)
    of_electrode = _LEVEL_NOISE * torch.randn_like(log_spectra[:, :1, :, :1])
    return stretched + level + of_electrode + _NOISE * torch.randn_like(log_spectra)


def crop(clips):
    """Keep a segment of each clip's seconds, moved to its start."""
    n_seconds = clips.valid.shape[1]
    least = (_LEAST * clips.lengths).ceil().long()
    lengths = least + draw_below(clips.lengths - least + 1)
    first = draw_below(clips.lengths - lengths + 1)
    seconds = torch.arange(n_seconds, device=clips.valid.device)
    source = (first[:, None] + seconds).clamp(max=n_seconds - 1)[:, :, None]
    heard = (seconds < lengths[:, None])[:, :, None]
    return clips._replace(
        signals=clips.signals.take_along_dim(source[..., None], 1),
        log_spectra=clips.log_spectra.take_along_dim(source[..., None], 1),
        valid=clips.valid.take_along_dim(source, 1) & heard,
        lengths=lengths,
    )


def _mirror_order(ch_names):
    names = [electrode(name) for name in ch_names]
    if not names or None in names or {mirror(name) for name in names} != set(names):
        return None
    return torch.tensor([names.index(mirror(name)) for name in names])
