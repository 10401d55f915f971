"""The encoder: layers of cells over the seconds of a clip."""

from typing import NamedTuple

import torch
from torch import nn

from .cell import SpatioGraphLearningCell
from .electrodes import N_HARMONICS

_FAINT = 0.05  # initial scale of the position's weights, for spectra of deviation 1


class LayerStates(NamedTuple):
    """The states of all layers after a second."""

    hidden: tuple[torch.Tensor, ...]  # (batch, nodes, units) each
    graphs: tuple[torch.Tensor, ...]  # (batch, nodes, nodes) each


class Encoded(NamedTuple):
    """The hidden states and graphs of every layer for a clip."""

    hidden: list[torch.Tensor]  # (batch, seconds, nodes, units) each
    graphs: list[torch.Tensor]  # (batch, seconds, nodes, nodes) each

    def last(self):
        """Return the states of the layers after the last second."""
        return LayerStates(
            tuple(hidden[:, -1] for hidden in self.hidden),
            tuple(graphs[:, -1] for graphs in self.graphs),
        )


class SpatioGraphEncoder(nn.Module):
    """Run layers of cells over the seconds of a clip."""

    def __init__(self, n_features, n_units, n_layers, *, switches, **cell_options):
        super().__init__()
        self.n_units = n_units
        self.position = None
        if switches["position"] == "harmonics":
            self.position = nn.Linear(N_HARMONICS, n_features, bias=False)
            nn.init.normal_(self.position.weight, std=_FAINT)
        self.threads_graph = switches["layer_start"] == "previous_layer"
        self.cells = nn.ModuleList(
            SpatioGraphLearningCell(
                n_units if layer else n_features, n_units, switches=switches, **cell_options
            )
            for layer in range(n_layers)
        )

    def start(self, graph):
        """Return the states of the layers before the first second."""
        S = graph.support
        h = S.new_zeros(*S.shape[:2], self.n_units)
        return LayerStates((h,) * len(self.cells), (S,) * len(self.cells))

    def forward(self, x, graph, present, states=None, *, harmonics=None):
        """Encode standardised spectra, (batch, seconds, nodes, features), from given states on."""
        if self.position is not None:
            x = x + self.position(harmonics)
        encoded = Encoded([], [])
        states = self.start(graph) if states is None else states
        for cell, h, S in zip(self.cells, *states, strict=True):
            if self.threads_graph and encoded.graphs:
                S = encoded.graphs[-1][:, -1]
            hidden, graphs = [], []
            for x_t, e in zip(x.unbind(1), cell.scores(x), strict=True):
                S, h = cell(x_t, h, S, graph.edges, present, e)
                hidden.append(h)
                graphs.append(S)
            x = torch.stack(hidden, 1)
            encoded.hidden.append(x)
            encoded.graphs.append(torch.stack(graphs, 1))
        return encoded
