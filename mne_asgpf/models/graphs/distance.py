"""The distance graph: electrodes close to each other are neighbours."""

import torch

from .positions import electrode_positions

#: Width of the kernel: the standard deviation of the distances of the 19 electrodes of
#: the 10-20 system, including zeros. Fixed, so that an edge does not depend on
#: other electrodes.
SIGMA = 0.51915
#: Distance above which the weight is 0.
CUTOFF = 0.9


def electrode_distance(chs_info: list[dict]) -> torch.Tensor:
    """Compute weights of pairs of electrodes from their distance.

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
        If the position of a channel is unknown.

    Notes
    -----
    exp(-(d / sigma)^2) up to the cutoff, with d the distance through a head of radius 1. For
    the 19 electrodes this is the usual fixed graph (Tang et al., ICLR 2022).
    """
    positions = torch.as_tensor(electrode_positions(chs_info))
    d = (positions[:, None] - positions[None]).norm(dim=-1)
    weights = torch.where(d <= CUTOFF, (-((d / SIGMA) ** 2)).exp(), 0.0)
    return weights.to(torch.get_default_dtype())
