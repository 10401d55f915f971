"""The Spatio-Graph Learning Cell (SGLC)."""

from typing import Any

import torch
from torch import nn

from .graph_learner import GraphLearner
from .propagation import GatedGraphPropagation, messages_along

_MEMORY = 11  # longest initial time constant of a unit, in seconds


class SpatioGraphLearningCell(nn.Module):
    """Process one second: learn the graph, propagate along it, update the hidden state."""

    # S' = s S + (1 - s) A(x) with the share s of the previous graph;
    # [r, u] = sigm(gate(S', x, h)); c = tanh(candidate(S', x, r h)); h' = u h + (1 - u) c.
    # With a shared propagation, [r, u, a, b] is its read-out and c = tanh(a + sigm(r) b).
    # If the gates start open, u has the biases log(U(1, 11)): units initially remember for 1 to 11
    # seconds (chrono initialisation, Tallec & Ollivier, ICLR 2018, for clips of 12 s), and the
    # propagation's update gates the bias -1.5.

    def __init__(
        self,
        n_features,
        n_units,
        *,
        n_steps,
        hidden_size,
        n_heads,
        epsilon,
        skip,
        activation,
        drop_prob,
        switches,
    ):
        super().__init__()
        self.skip = skip
        self.gate_by_edges = switches["gate"] == "edges"
        self.learner_sees_state = switches["learner_input"] == "input_and_state"
        seen = n_features + n_units * self.learner_sees_state
        self.messages = switches["messages"]
        self.graph_learner: Any = None
        if self.messages == "learned":
            learner = seen, hidden_size, n_heads, epsilon, drop_prob, switches
            self.graph_learner = GraphLearner(*learner)
        self.shares_propagation = switches["propagation"] == "shared"
        opens = switches["initialisation"] == "open"
        if self.shares_propagation:
            sizes = n_features, n_units, 4 * n_units, n_steps
            self.propagation = GatedGraphPropagation(*sizes, narrow=True, open_gates=opens)
        else:
            sizes = n_features, n_units, 2 * n_units, n_steps
            self.gate = GatedGraphPropagation(*sizes, open_gates=opens)
            sizes = n_features, n_units, n_units, n_steps
            self.candidate = GatedGraphPropagation(*sizes, open_gates=opens)
        self.activation = activation()
        if opens:
            gates = self.propagation if self.shares_propagation else self.gate
            keep = gates.read_out.bias.detach()[n_units : 2 * n_units]  # of u in [r, u, ...]
            keep.copy_(torch.empty(n_units).uniform_(1, _MEMORY).log())

    def forward(self, x, h, S, edges, present, e=None):
        """Return the graph (batch, nodes, nodes) and states (batch, nodes, units) of one second."""
        # x: (batch, nodes, features); S, edges: (batch, nodes, nodes), the previous graph and the
        # starting one; e: (batch, heads, nodes, nodes), the graph learner's scores if they are
        # known.
        if self.messages == "learned":
            if e is None:
                seen = torch.cat([x, h], -1) if self.learner_sees_state else x
                e = self.graph_learner.scores(seen)
            A = self.graph_learner(e, edges if self.gate_by_edges else S, present)
            S = torch.lerp(A, S, self.skip)  # s S + (1 - s) A
        elif self.messages == "none":
            S = torch.eye(S.shape[-1], dtype=S.dtype, device=S.device).expand_as(S)
        G = messages_along(S)
        if self.shares_propagation:
            r, u, a, b = self.propagation(G, x, h).chunk(4, -1)
            u, c = u.sigmoid(), self.activation(a + r.sigmoid() * b)
        else:
            r, u = self.gate(G, x, h).sigmoid().chunk(2, -1)
            c = self.activation(self.candidate(G, x, r * h))
        return S, torch.addcmul(c, u, h - c)  # u h + (1 - u) c

    def scores(self, x):
        """Return ``e`` of each second of x, (batch, seconds, nodes, features), or Nones."""
        # Scores that depend on inputs only are computed for all seconds at once.
        if self.learner_sees_state or self.graph_learner is None:
            return (None,) * x.shape[1]
        return self.graph_learner.scores(x).unbind(1)
