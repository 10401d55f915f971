"""Check of which clips a model can assess."""

import math

import torch

from .normalisation import is_flat

#: Why a clip cannot be assessed, by the codes of :func:`why_not_assessable`.
REASONS = ("", "no data", "flat", "out of range")
# ln of the factor by which a clip may be stronger or weaker than the training data.
# The strongest seizures are below it; millivolts read as volts are above.
_FARTHEST = math.log(100)


@torch.no_grad()
def why_not_assessable(front, x, n_needed):
    """Return why clips cannot be assessed: indices in ``REASONS``, (batch,), 0 if they can."""
    # `n_needed` channels have to be usable: without gaps, not flat for more than half of the clip,
    # and about as strong as the data of the normalisation. The first reason that applies is given.
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
