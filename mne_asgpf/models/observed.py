"""Observed data in a batch of signals: available channels and true lengths."""

from typing import NamedTuple

import torch


class Observed(NamedTuple):
    """Signals without gaps, and which of them were observed."""

    x: torch.Tensor  # (batch, nodes, times); 0 in seconds that are not completely observed.
    present: torch.Tensor  # (batch, nodes)
    lengths: torch.Tensor  # (batch,): true lengths in seconds.


def observe(x, step, lengths=None):
    """Determine missing channels and the end of clips, (batch, nodes, times), from NaN."""
    # Missing data are NaN: a missing channel throughout, the time after the end of a short clip in
    # all channels. A channel with a gap is missing. In clips without any data, all channels and one
    # second count as observed zeros, so that outputs stay finite.
    batch, nodes, times = x.shape
    seconds = times // step
    finite = x.isfinite()
    whole = finite[..., : seconds * step].reshape(batch, nodes, seconds, step).all(-1)
    index = torch.arange(1, seconds + 1, device=x.device)
    if lengths is None:
        lengths = (whole.any(1) * index).amax(-1)
    lengths = lengths.clamp(min=1, max=seconds)
    present = (whole | (index > lengths[:, None])[:, None]).all(-1)
    present = present | ~present.any(-1, keepdim=True)
    # A second with a gap is left out: the edge of the gap would enter its spectrum as a step.
    observed = whole[..., None].expand(batch, nodes, seconds, step).flatten(2)
    observed = torch.nn.functional.pad(observed, (0, times - seconds * step))
    return Observed(torch.where(observed, x, 0.0), present, lengths)
