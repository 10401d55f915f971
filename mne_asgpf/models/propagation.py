"""Gated graph propagation: nodes exchange messages along a graph, a few times."""

import torch
from torch import nn


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

    def forward(self, S, x, h):
        """Propagate and read out.

        Parameters
        ----------
        S : torch.Tensor, shape (batch, nodes, nodes)
            The graph.
        x : torch.Tensor, shape (batch, nodes, features)
            Node inputs.
        h : torch.Tensor, shape (batch, nodes, units)
            Hidden states.

        Returns
        -------
        out : torch.Tensor, shape (batch, nodes, outputs)
            The read-out.
        """
        v = torch.cat([x, h], -1)
        for _ in range(self.n_steps):
            v = self.propagate(S, v)
        return self.read_out(v)

    def propagate(self, S, v):
        """Take one propagation step.

        Parameters
        ----------
        S : torch.Tensor, shape (batch, nodes, nodes)
            The graph.
        v : torch.Tensor, shape (batch, nodes, width)
            Node values.

        Returns
        -------
        v : torch.Tensor, shape (batch, nodes, width)
            Node values one step later.
        """
        i, o = S @ v, S.mT @ v
        messages = torch.cat([i, o, v], -1)
        r = self.reset(messages).sigmoid()
        z = self.update(messages).sigmoid()
        c = self.transform(torch.cat([i, o, r * v], -1)).tanh()
        return (1 - z) * v + z * c
