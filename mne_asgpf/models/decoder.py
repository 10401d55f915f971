"""The decoder: cells that forecast the following seconds (pre-training)."""

from typing import Any

import torch
from torch import nn

from .cell import SpatioGraphLearningCell


class SpatioGraphDecoder(nn.Module):
    """Forecast seconds one by one from the encoder's last hidden states.

    The first cell has its own weights; all upper layers share one cell.

    Parameters
    ----------
    n_features : int
        Width D of a second's spectra.
    n_units : int
        Width H of the hidden states.
    n_layers : int
        Number of layers L.
    drop_prob : float
        Dropout before the projection, and of the attention if the variant uses it.
    switches : dict of str to str
        The values of the variant's switches.
    **cell_options : dict
        Passed to :class:`~mne_asgpf.models.cell.SpatioGraphLearningCell`.
    """

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
        """Forecast the following seconds.

        Parameters
        ----------
        hidden : list of torch.Tensor, each of shape (batch, nodes, units)
            The encoder's last hidden state of every layer.
        graph : StartGraph
            The starting graph.
        present : torch.Tensor of bool, shape (batch, nodes)
            Available channels.
        n_seconds : int
            Number of seconds to forecast.
        target : torch.Tensor, shape (batch, seconds, nodes, features) | None
            The true spectra, for scheduled sampling.
        teach : torch.Tensor of bool, shape (seconds,) | None
            Seconds after which the target is the next input instead of the forecast.
        record : list | None
            Receives one ``(S, h)`` per second and layer, in this order.

        Returns
        -------
        forecast : torch.Tensor, shape (batch, seconds, nodes, features)
            Standardised spectra.
        """
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
