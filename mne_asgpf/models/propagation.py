"""Gated graph propagation: nodes exchange messages along a graph, a few times."""

import torch
from torch import nn

from .propagation_steps import PropagationSteps


class GatedGraphPropagation(nn.Module):
    """Propagate node values along a graph and read out (Li et al., ICLR 2016).

    Parameters
    ----------
    n_features : int
        Width d of the input.
    n_units : int
        Width H of the hidden state.
    n_outputs : int
        Width of the read-out.
    n_steps : int
        Propagation steps P, all with the same weights.

    Notes
    -----
    On v = [x, h], P times: i = S v; o = S^T v; r = sigm(Wr [i, o, v] + br);
    z = sigm(Wz [i, o, v] + bz); c = tanh(Wc [i, o, r v] + bc); v <- (1 - z) v + z c.
    Then out = Wf v + bf.
    """

    def __init__(self, n_features, n_units, n_outputs, n_steps):
        super().__init__()
        width = n_features + n_units
        self.n_steps = n_steps
        self.reset = nn.Linear(3 * width, width)
        self.update = nn.Linear(3 * width, width)
        self.transform = nn.Linear(3 * width, width)
        self.read_out = nn.Linear(width, n_outputs)

    def forward(self, SS, x, h):
        """Propagate and read out.

        Parameters
        ----------
        SS : torch.Tensor, shape (batch, 2 * nodes, nodes)
            The graph both ways, from :func:`both_ways`.
        x : torch.Tensor, shape (batch, nodes, features)
            Node inputs.
        h : torch.Tensor, shape (batch, nodes, units)
            Hidden states.

        Returns
        -------
        out : torch.Tensor, shape (batch, nodes, outputs)
            The read-out.
        """
        gates = self.reset, self.update, self.transform
        W = torch.cat([gate.weight for gate in gates]).mT
        b = torch.cat([gate.bias for gate in gates])
        v = PropagationSteps.apply(torch.cat([x, h], -1), SS, W, b, self.n_steps)
        return self.read_out(v)


def both_ways(S):
    """Lay S and S^T out so that one product with v gives [i, o] of every node.

    Parameters
    ----------
    S : torch.Tensor, shape (batch, nodes, nodes)
        The graph.

    Returns
    -------
    SS : torch.Tensor, shape (batch, 2 * nodes, nodes)
        Every node's row of S, followed by its row of S^T.
    """
    return torch.stack([S, S.mT], -2).flatten(-3, -2)
