"""Gated graph propagation: nodes exchange messages along a graph, a few times."""

import torch
from torch import nn

from .propagation_steps import propagate_steps

_KEEPING = -1.5  # bias of an update gate that lets a fifth of the new value in


class GatedGraphPropagation(nn.Module):
    """Propagate node values along a graph and read out (Li et al., ICLR 2016)."""

    # On v = [x, h], or Wn [x, h] + bn of width H where narrow, P times: i = S v; o = S^T v;
    # r = sigm(Wr [i, o, v] + br); z = sigm(Wz [i, o, v] + bz); c = tanh(Wc [i, o, r v] + bc);
    # v <- (1 - z) v + z c. Then out = Wf v + bf.
    # With open gates, bz starts at -1.5, so that nodes mostly keep their values.

    def __init__(self, n_features, n_units, n_outputs, n_steps, *, narrow=False, open_gates=False):
        super().__init__()
        width = n_units if narrow else n_features + n_units
        self.n_steps = n_steps
        self.read_in = nn.Linear(n_features + n_units, width) if narrow else nn.Identity()
        self.reset = nn.Linear(3 * width, width)
        self.update = nn.Linear(3 * width, width)
        self.transform = nn.Linear(3 * width, width)
        self.read_out = nn.Linear(width, n_outputs)
        if open_gates:
            nn.init.constant_(self.update.bias, _KEEPING)

    def forward(self, G, x, h):
        """Propagate (batch, nodes, features or units) and read out (batch, nodes, outputs)."""
        v = self.read_in(torch.cat([x, h], -1))
        gates = self.reset, self.update, self.transform
        if all(map(_is_plain, gates)):
            weights = [w for gate in gates for w in (gate.weight, gate.bias)]
            v = propagate_steps(v, G, self.n_steps, *weights)
        else:
            for _ in range(self.n_steps):
                v = self._step(v, G)
        return self.read_out(v).view(*h.shape[:2], -1)

    def _step(self, v, G):
        """Compute one step with the modules' own forward, for adapters and hooks."""
        width = v.shape[-1]
        messages = torch.bmm(G, v).view(*v.shape[:2], 3 * width)  # [i, o, v]
        r, z = self.reset(messages).sigmoid(), self.update(messages).sigmoid()
        messages = torch.cat([messages[..., : 2 * width], r * v], -1)
        return v.lerp(self.transform(messages).tanh().to(v), z.to(v))


def _is_plain(linear):
    """Return whether a linear layer consists of its weight and bias only."""
    return type(linear) is nn.Linear and not (linear._forward_hooks or linear._forward_pre_hooks)


def messages_along(S):
    """Arrange S so that one product with v gives the messages [i, o, v] of every node."""
    # (batch, nodes, nodes) -> (batch, 3 * nodes, nodes): for every node its row of S, of S^T and of
    # the identity.
    same = torch.eye(S.shape[-1], dtype=S.dtype, device=S.device)
    return torch.stack([S, S.mT, same.expand_as(S)], -2).flatten(-3, -2)
