"""From states of electrodes to features of a clip: pooled over time, then over the scalp."""

import torch

#: Number of coefficients of the scalp field: harmonics up to degree 2.
N_COEFFICIENTS = 9
_SHRINK = 0.05  # of the regularised least squares


def pool_time(states, lengths, *, with_mean):
    """Return the last true state of each electrode, after the mean if ``with_mean``."""
    # (batch, seconds, nodes, units) -> (batch, nodes, units or 2 * units)
    end = (lengths - 1)[:, None, None, None].expand(-1, 1, *states.shape[2:])
    last = states.gather(1, end).squeeze(1)
    if not with_mean:
        return last
    seconds = torch.arange(states.shape[1], device=states.device)
    heard = (seconds < lengths[:, None])[:, :, None, None]
    mean = (states * heard).sum(1) / lengths[:, None, None]
    return torch.cat([mean, last], -1)


def harmonic_projection(harmonics, present):
    """Compute the matrix, (batch, 9, nodes), from values of electrodes to a smooth field."""
    # A regularised least-squares fit of spherical harmonics of degree 2 or less to the values at
    # the n available electrodes, (Y^T Y + .05 n I)^-1 Y^T, so that it applies to any montage and to
    # missing electrodes.
    Y = torch.where(present[..., None], harmonics[:, :N_COEFFICIENTS], 0.0)
    n = present.sum(-1).to(Y.dtype)[:, None, None]
    identity = torch.eye(N_COEFFICIENTS, dtype=Y.dtype, device=Y.device)
    system = torch.cat([Y.mT @ Y + _SHRINK * n * identity, Y.mT], -1)
    # Gauss-Jordan: the matrix is positive definite, and ONNX has no solver.
    for k, unit in enumerate(identity):
        row = system[:, k] / system[:, k, k, None]
        system = system - (system[:, :, k] - unit)[..., None] * row[:, None]
    return system[..., N_COEFFICIENTS:]
