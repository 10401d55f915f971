"""From the states of electrodes to the features of a clip: over time, then over the scalp."""

import torch

#: Coefficients of the field that the scalp is read out by: harmonics up to degree 2.
N_COEFFICIENTS = 9
_SHRINK = 0.05  # of the regularised least squares


def pool_time(states, lengths, *, with_mean):
    """Pool the states of each electrode over the seconds of a clip.

    Parameters
    ----------
    states : torch.Tensor, shape (batch, seconds, nodes, units)
        Hidden states.
    lengths : torch.Tensor of int64, shape (batch,)
        True lengths in seconds.
    with_mean : bool
        Whether the mean over the true seconds is put beside the last state.

    Returns
    -------
    pooled : torch.Tensor, shape (batch, nodes, units or 2 * units)
        The last true state, or the mean followed by the last state.
    """
    end = (lengths - 1)[:, None, None, None].expand(-1, 1, *states.shape[2:])
    last = states.gather(1, end).squeeze(1)
    if not with_mean:
        return last
    seconds = torch.arange(states.shape[1], device=states.device)
    heard = (seconds < lengths[:, None])[:, :, None, None]
    mean = (states * heard).sum(1) / lengths[:, None, None]
    return torch.cat([mean, last], -1)


def harmonic_projection(harmonics, present):
    """Give the matrix that turns values at electrodes into a smooth field on the scalp.

    A regularised least-squares fit of spherical harmonics to the values at the electrodes
    at hand, so that it fits any montage and does without missing electrodes.

    Parameters
    ----------
    harmonics : torch.Tensor, shape (nodes, n)
        Harmonics of the electrodes, those of degree 2 and less first.
    present : torch.Tensor of bool, shape (batch, nodes)
        Channels at hand.

    Returns
    -------
    projection : torch.Tensor, shape (batch, 9, nodes)
        (Y^T Y + .05 n I)^-1 Y^T over the n channels at hand; 0 for the others.
    """
    Y = torch.where(present[..., None], harmonics[:, :N_COEFFICIENTS], 0.0)
    n = present.sum(-1).to(Y.dtype)[:, None, None]
    identity = torch.eye(N_COEFFICIENTS, dtype=Y.dtype, device=Y.device)
    system = torch.cat([Y.mT @ Y + _SHRINK * n * identity, Y.mT], -1)
    # Gauss-Jordan: the matrix is positive definite, and ONNX knows no solver.
    for k, unit in enumerate(identity):
        row = system[:, k] / system[:, k, k, None]
        system = system - (system[:, :, k] - unit)[..., None] * row[:, None]
    return system[..., N_COEFFICIENTS:]
