"""The decoder: cells that forecast the following seconds (pre-training)."""

from typing import Any

import torch
from torch import nn

from .cell import SpatioGraphLearningCell


class SpatioGraphDecoder(nn.Module):
    """Forecast seconds one by one from the encoder's last hidden states."""

    # The first cell has its own weights; all upper layers share one cell.

    def __init__(self, n_features, n_units, n_layers, *, drop_prob, switches, **cell_options):
        super().__init__()
        options = dict(drop_prob=drop_prob, switches=switches, **cell_options)
        self.n_layers = n_layers
        self.first_cell = SpatioGraphLearningCell(n_features, n_units, **options)
        self.upper_cell: Any = (
            SpatioGraphLearningCell(n_units, n_units, **options) if n_layers > 1 else None
        )
        self.dropout = nn.Dropout(drop_prob)
        self.projection = nn.Linear(n_units, n_features)

    def forward(self, hidden, graph, present, n_seconds, target=None, teach=None, record=None):
        """Forecast standardised spectra, (batch, seconds, nodes, features)."""
        # hidden: one (batch, nodes, units) per layer. target, of the shape of the forecast, is the
        # next input after the seconds in teach, for scheduled sampling. record receives one (S, h)
        # per second and layer.
        hidden = list(hidden)
        S = graph.support
        x = hidden[0].new_zeros(*hidden[0].shape[:2], self.projection.out_features)
        forecast = []
        for t in range(n_seconds):
            v = x
            for layer in range(self.n_layers):
                cell = self.upper_cell if layer else self.first_cell
                S, v = cell(v, hidden[layer], S, graph.edges, present)
                hidden[layer] = v
                if record is not None:
                    record.append((S, v))
            y = self.projection(self.dropout(v))
            forecast.append(y)
            x = y if teach is None else torch.where(teach[t], target[:, t], y)
        return torch.stack(forecast, 1)
