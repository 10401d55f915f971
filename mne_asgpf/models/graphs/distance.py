"""The distance graph: electrodes that are close to each other are neighbours."""

import torch

from .positions import electrode_positions

#: Width of the kernel: the standard deviation of the distances of the 19 electrodes of
#: the 10-20 system, themselves included. Fixed, so that two electrodes have the same edge
#: whichever others there are.
SIGMA = 0.51915
#: Distance beyond which there is no edge.
CUTOFF = 0.9


def electrode_distance(chs_info: list[dict]) -> torch.Tensor:
    """Weigh pairs of electrodes by their distance.

    Parameters
    ----------
    chs_info : list of dict
        Information about each channel, as in ``raw.info["chs"]``.

    Returns
    -------
    adjacency : torch.Tensor, shape (nodes, nodes)
        Weights in [0, 1], 1 on the diagonal.

    Raises
    ------
    InputError
        The position of some channel is not known.

    Notes
    -----
    exp(-(d / sigma)^2) up to the cutoff, d the distance through a head of radius 1. On
    the 19 electrodes it is the fixed graph of the field (Tang et al., ICLR 2022).
    """
    positions = torch.as_tensor(electrode_positions(chs_info))
    d = (positions[:, None] - positions[None]).norm(dim=-1)
    weights = torch.where(d <= CUTOFF, (-((d / SIGMA) ** 2)).exp(), 0.0)
    return weights.to(torch.get_default_dtype())
