"""Which clips a model can say anything about."""

import math

import torch

from .normalisation import is_flat

#: Why a clip cannot be assessed, by the number that :func:`why_not_assessable` gives.
REASONS = ("", "no data", "flat", "out of range")
# ln of how many times a clip may be stronger or weaker than those that the model has seen.
# The strongest seizures are less; millivolts taken for volts are more.
_FARTHEST = math.log(100)


@torch.no_grad()
def why_not_assessable(front, x, n_needed):
    """Tell which clips cannot be assessed, and why.

    Parameters
    ----------
    front : SignalsToGraphs
        The front of the model.
    x : torch.Tensor, shape (batch, nodes, times)
        Signals in volts, NaN where nothing was observed.
    n_needed : int
        How many channels a clip needs: without gaps, not flat for more than half of its
        length, and about as strong as what the normalisation rests on.

    Returns
    -------
    codes : torch.Tensor of int64, shape (batch,)
        Places in ``REASONS``, the first that applies; 0 where the clip can be assessed.
    """
    log_spectra, _, _, lengths = front.observed_spectra(x)
    whole = front.whole_seconds(x)
    until_end = torch.arange(whole.shape[1], device=x.device) < lengths[:, None]
    until_end = until_end[..., None]
    at_hand = (whole | ~until_end).all(1) & whole.any(1)
    live = whole & ~is_flat(log_spectra)
    lively = at_hand & (2 * live.sum(1) >= lengths[:, None])
    distance = (log_spectra - front.normalisation.mean).mean(-1)
    level = torch.where(live, distance, 0.0).sum(1) / live.sum(1).clamp_min(1)
    in_range = lively & (level.abs() < _FARTHEST)
    enough = torch.stack([part.sum(1) >= n_needed for part in (at_hand, lively, in_range)], 1)
    return torch.where(enough.all(1), 0, 1 + enough.to(torch.int64).argmin(1))
