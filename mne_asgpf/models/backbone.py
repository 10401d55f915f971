"""The common part of classifier and pre-training: graphs, encoder and embedding."""

import torch
from torch import nn

from .encoder import Encoded, SpatioGraphEncoder
from .graphs import StartingGraph
from .options import SIZES, cell_options, shared_options
from .read_out import N_COEFFICIENTS, harmonic_projection, pool_time
from .signals_to_graphs import Clip, SignalsToGraphs


class Backbone:
    """Turn clips into states of electrodes, and these into one row of features per clip."""

    # A mixin of the models rather than a separate module, so that encoder and normalisation have
    # the same names in all of them, matching those of the released scripts.

    def build_backbone(self, options: dict, switches: dict[str, str]) -> dict:
        """Build the parts.

        Parameters
        ----------
        options : dict
            The model's arguments with their sizes.
        switches : dict of str to str
            The values of the variant's switches.

        Returns
        -------
        cell_options : dict
            Options for further cells like those of the encoder.
        """
        n_bins = options["n_bins"]
        graph = StartingGraph(options["graph"], options["top_k"], switches, self._chs_info)
        self.shared_options = shared_options(options)
        self.sizes = {name: options[name] for name in SIZES["released"]}
        self.signals_to_graphs = SignalsToGraphs(
            self.sfreq,
            n_bins,
            graph,
            switches,
            options["graph_seconds"],
            self._chs_info,
            options.get("input_unit", "auto"),
        )
        cell = cell_options(options, options["drop_prob"], switches)
        self.encoder = SpatioGraphEncoder(n_bins, options["n_units"], options["n_layers"], **cell)
        self.pools_mean = switches["time_pooling"] == "mean_and_last"
        self.reads_field = switches["read_out"] == "harmonics"
        self.activation_head = options.get("activation_head", nn.ReLU)()
        return cell

    @property
    def embedding_width(self) -> int:
        """Number of features of a clip's embedding."""
        width = self.encoder.n_units * (1 + self.pools_mean)
        return width * N_COEFFICIENTS if self.reads_field else width

    @property
    def known_channels(self) -> tuple[str, ...]:
        """Names of the channels; empty if they are unknown."""
        return tuple(channel["ch_name"] for channel in self._chs_info or ())

    def encode(self, clip: Clip) -> Encoded:
        """Run the encoder.

        Parameters
        ----------
        clip : Clip
            As returned by ``signals_to_graphs``.

        Returns
        -------
        encoded : Encoded
            Hidden states and graphs of every layer and second.
        """
        return self.encoder(clip.features, clip.graph, clip.present, harmonics=clip.harmonics)

    def pool(self, encoded: Encoded, lengths: torch.Tensor) -> torch.Tensor:
        """Pool the top layer's states over time.

        Parameters
        ----------
        encoded : Encoded
            The encoder's output.
        lengths : torch.Tensor of int64, shape (batch,)
            True lengths in seconds.

        Returns
        -------
        pooled : torch.Tensor, shape (batch, nodes, features)
            The states of each electrode.
        """
        return pool_time(encoded.hidden[-1], lengths, with_mean=self.pools_mean)

    def embed_clip(self, clip: Clip) -> torch.Tensor:
        """Turn prepared clips into one row of features each.

        Parameters
        ----------
        clip : Clip
            As returned by ``signals_to_graphs``.

        Returns
        -------
        embedding : torch.Tensor, shape (batch, n_features)
            As returned by :meth:`embed`.
        """
        pooled = self.pool(self.encode(clip), clip.lengths)
        return self.embed(pooled, clip.harmonics, clip.present)

    def embed(
        self, pooled: torch.Tensor, harmonics: torch.Tensor | None, present: torch.Tensor
    ) -> torch.Tensor:
        """Turn states of electrodes into one row of features per clip.

        Parameters
        ----------
        pooled : torch.Tensor, shape (batch, nodes, features)
            States of the electrodes, pooled over time.
        harmonics : torch.Tensor, shape (nodes, 16) | None
            Harmonics of the electrodes' positions.
        present : torch.Tensor of bool, shape (batch, nodes)
            Available channels.

        Returns
        -------
        embedding : torch.Tensor, shape (batch, n_features)
            The coefficients of the field; without a field, the largest value of each feature
            over the electrodes.
        """
        if not self.reads_field:
            return pooled.masked_fill(~present[..., None], -float("inf")).amax(1)
        field = harmonic_projection(harmonics, present) @ self.activation_head(pooled)
        return field.flatten(1)
