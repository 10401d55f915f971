"""The classifier's module, from raw signals to logits."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from braindecode.models.base import EEGModuleMixin
from torch import nn

from .backbone import Backbone
from .graph_regularisers import graph_regularisation
from .module import ASGPFModule
from .options import with_sizes
from .read_out import harmonic_projection
from .released_names import released_mapping, without_surplus
from .signals_to_graphs import Clip
from .streaming import Streaming
from .variant import resolve_variant


class ClassifierOutput(NamedTuple):
    """The model's outputs for clips, by node and second."""

    logits: torch.Tensor  # (batch, outputs)
    # (batch, nodes, outputs); -inf for missing channels. With the harmonic read-out, the
    # contribution of each electrode relative to the logits of zero states; contributions add up if
    # the head is linear.
    node_logits: torch.Tensor
    # (batch, nodes, features): the top layer's hidden states, pooled over time.
    features: torch.Tensor
    # (batch, n_features): the input of the head's linear layer; with the node maximum, the largest
    # feature over the electrodes.
    embedding: torch.Tensor
    graphs: torch.Tensor  # (batch, seconds, nodes, nodes): the learned graphs of the top layer.
    regularisation: torch.Tensor  # (batch,): what the graphs' regularisers add to the loss.


class ASGPF(ASGPFModule, Backbone, Streaming, EEGModuleMixin, nn.Module):
    """Adaptive Spatio-Graph Pretraining Framework, from Hu et al. (2025) [1]_.

    :bdg-light:`Graph Neural Network` :bdg-secondary:`Recurrent`
    :bdg-danger:`Foundation Model`

    Log-spectra of 1-s steps are processed by layers of Spatio-Graph Learning Cells, each
    of which learns a graph between the electrodes, propagates along it and updates a
    hidden state. The top layer's last state and its mean over time are projected on the
    spherical harmonics of the scalp and classified. The weights do not depend on the number or
    the order of the channels: electrodes are identified by their positions.

    Parameters
    ----------
    n_outputs : int
        Number of classes.
    n_chans : int
        Number of channels.
    chs_info : list of dict
        Information about each channel, as in ``raw.info["chs"]``.
    n_times : int
        Number of samples of a window.
    input_window_seconds : float
        Length of a window in seconds.
    sfreq : float
        Sampling rate in Hz, a whole number of at least ``2 * (n_bins - 1)``.
    n_units : int | None
        Width H of the hidden states. If None, this and the next three are as published in the
        released variant (64 units, 2 layers, 100 bins, 5 steps) and smaller in the others
        (32, 1, 50, 1).
    n_layers : int | None
        Number of layers of cells.
    n_bins : int | None
        Number of 1-Hz bins of the spectra.
    n_propagation_steps : int | None
        Number of propagation steps P.
    graph_hidden_size, n_heads : int
        Width and number of heads of the graph learner.
    epsilon : float
        Threshold of the released variant's learned graph.
    graph_skip : float
        Share s of the previous second's graph that is kept.
    graph : str | list of list of float
        The starting graph: "correlation" (of log-spectra), "signal_correlation",
        "coherence", "distance" (of the electrodes in ``chs_info``), "identity" (no
        edges: all are learned), or weights in the order of the channels.
    graph_seconds : int | None
        Seconds from the start of a clip from which its graph is computed, so that the state of
        a second does not depend on later ones; None: the whole clip.
    top_k : int
        Number of edges kept from each node of a starting graph computed from signals.
    graph_smoothness, graph_degree, graph_sparsity : float
        Weights of the learned graph's regularisers
        (:func:`~mne_asgpf.models.graph_regularisers.graph_regularisation`), which
        :class:`~mne_asgpf.ASGPFClassifier` adds to the loss.
    drop_prob : float | None
        Dropout; None: .5 in the released variant, .1 in the others.
    activation : type of torch.nn.Module
        Activation of the candidate state.
    activation_head : type of torch.nn.Module
        Activation of the head.
    variant : "repaired" | "released" | "light"
        The published method with repairs, the exact computation of the released scripts, or
        the repaired model with a single narrow propagation per cell, for speed.
    switches : dict of str to str | None
        Single switches with other values (:mod:`mne_asgpf.models.variant`).
    input_unit : "auto" | "V" | "mV" | "uV"
        The unit of the signals. "auto": volts, mne's unit; clips that cannot be EEG in volts,
        such as microvolts and standardised signals, are recognised by their scale and shifted to
        the level that the normalisation expects, with a warning. Their amplitude is used
        only if a unit is given.

    References
    ----------
    .. [1] Hu et al., IEEE Transactions on Biomedical Engineering, 2025,
       doi:10.1109/TBME.2025.3605790.
    """

    def __init__(
        self,
        n_outputs: int | None = None,
        n_chans: int | None = None,
        chs_info: list[dict] | None = None,
        n_times: int | None = None,
        input_window_seconds: float | None = None,
        sfreq: float | None = None,
        *,
        n_units: int | None = None,
        n_layers: int | None = None,
        n_bins: int | None = None,
        n_propagation_steps: int | None = None,
        graph_hidden_size: int = 70,
        n_heads: int = 8,
        epsilon: float = 0.3,
        graph_skip: float = 0.3,
        graph: str | list = "correlation",
        graph_seconds: int | None = None,
        top_k: int = 18,
        graph_smoothness: float = 0.0,
        graph_degree: float = 0.0,
        graph_sparsity: float = 0.0,
        drop_prob: float | None = None,
        activation: type[nn.Module] = nn.Tanh,
        activation_head: type[nn.Module] = nn.ReLU,
        variant: str = "repaired",
        switches: dict | None = None,
        input_unit: str = "auto",
    ) -> None:
        values = resolve_variant(variant, switches)
        options = with_sizes(locals(), variant)
        super().__init__(
            n_outputs=n_outputs,
            n_chans=n_chans,
            chs_info=chs_info,
            n_times=n_times,
            input_window_seconds=input_window_seconds,
            sfreq=sfreq,
        )
        del n_outputs, n_chans, chs_info, n_times, input_window_seconds, sfreq
        self.graph_weights = {
            "smoothness": graph_smoothness,
            "degree": graph_degree,
            "sparsity": graph_sparsity,
        }
        self.build_backbone(options, values)
        self.dropout = nn.Dropout(options["drop_prob"])
        n_classes: int = self.n_outputs  # type: ignore[assignment]  # mypy misses the property
        self.final_layer = nn.Linear(self.embedding_width, n_classes)
        self.mapping = released_mapping(self)

    def forward(self, x, lengths=None, return_features=False):
        """Classify clips.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_chans, n_times)
            Signals in ``input_unit``, float32. Missing data are NaN: a channel
            throughout, or all channels after the end of a short clip.
        lengths : torch.Tensor of int64, shape (batch,) | None
            True lengths in seconds if they are not marked by NaN.
        return_features : bool
            Whether to return features instead of logits.

        Returns
        -------
        logits : torch.Tensor, shape (batch, n_outputs)
            The logits; or a dict with ``features`` (batch, n_chans, n_features), the states
            of the electrodes, and ``cls_token`` (batch, n_features), the clip's embedding.
        """
        clip = self.signals_to_graphs(x, lengths)
        pooled = self.pool(self.encode(clip), clip.lengths)
        embedding = self.embed(pooled, clip.harmonics, clip.present)
        if return_features:
            return {"features": pooled, "cls_token": embedding}
        return self.classify(pooled, embedding, clip.present)

    def explain(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> ClassifierOutput:
        """Classify clips and return the contributions of electrodes and graphs.

        Parameters
        ----------
        x, lengths : torch.Tensor
            As in :meth:`forward`.

        Returns
        -------
        typing : ClassifierOutput
            Logits, node logits, features, learned graphs and their regularisation.
        """
        return self.explain_clip(self.signals_to_graphs(x, lengths))

    def explain_clip(self, clip: Clip) -> ClassifierOutput:
        """Classify prepared clips, as in :meth:`explain`.

        Parameters
        ----------
        clip : Clip
            As returned by ``signals_to_graphs``.

        Returns
        -------
        typing : ClassifierOutput
            As in :meth:`explain`.
        """
        encoded = self.encode(clip)
        pooled = self.pool(encoded, clip.lengths)
        embedding = self.embed(pooled, clip.harmonics, clip.present)
        node_logits = self._node_logits(pooled, clip.harmonics, clip.present)
        if self.reads_field:
            logits = self.classify(pooled, embedding, clip.present)
        else:
            logits = node_logits.amax(1)
        regularisation = logits.new_zeros(logits.shape[0])
        if self.regularises_graphs:
            layers = [
                graph_regularisation(graphs, clip.features, clip.valid, **self.graph_weights)
                for graphs in encoded.graphs
            ]
            regularisation = torch.stack(layers).mean(0)
        return ClassifierOutput(
            logits, node_logits, pooled, embedding, encoded.graphs[-1], regularisation
        )

    @property
    def regularises_graphs(self) -> bool:
        """Whether any regulariser of the learned graph has a weight."""
        return any(self.graph_weights.values())

    def classify(
        self, pooled: torch.Tensor, embedding: torch.Tensor, present: torch.Tensor
    ) -> torch.Tensor:
        """Run the head.

        Parameters
        ----------
        pooled : torch.Tensor, shape (batch, nodes, features)
            States of the electrodes, pooled over time.
        embedding : torch.Tensor, shape (batch, n_features)
            As returned by :meth:`embed`.
        present : torch.Tensor of bool, shape (batch, nodes)
            Available channels.

        Returns
        -------
        logits : torch.Tensor, shape (batch, n_outputs)
            The logits.
        """
        if not self.reads_field:
            return self._each_node(pooled, present).amax(1)
        return self.final_layer(self.dropout(embedding))

    def _each_node(self, pooled, present):
        rows = self.activation_head(self.dropout(pooled))
        return self._head_of_nodes(rows).masked_fill(~present[..., None], -torch.inf)

    def _head_of_nodes(self, x):
        # As a batch of rows, which a head supplied by a user expects.
        return self.final_layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])

    def _node_logits(self, pooled, harmonics, present):
        """Return the contribution of each electrode to the logits."""
        if not self.reads_field:
            return self._each_node(pooled, present)
        projection = harmonic_projection(harmonics, present).mT[..., None]
        shares = (projection * self.activation_head(pooled)[:, :, None]).flatten(2)
        silence = self._head_of_nodes(torch.zeros_like(shares[:1, :1]))
        added = self._head_of_nodes(shares) - silence
        return added.masked_fill(~present[..., None], -torch.inf)

    def load_state_dict(self, state_dict: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Load weights with the names of this package or of the released scripts.

        Parameters
        ----------
        state_dict : dict of str to torch.Tensor
            The weights.
        *args, **kwargs : tuple, dict
            As in :meth:`torch.nn.Module.load_state_dict`.

        Returns
        -------
        keys : NamedTuple
            Missing and unexpected keys, as in torch.
        """
        return super().load_state_dict(without_surplus(state_dict), *args, **kwargs)

    def reset_head(self, n_outputs: int) -> None:
        """Replace the head for another number of classes.

        Parameters
        ----------
        n_outputs : int
            The new number of classes.
        """
        self._set_n_outputs(n_outputs)  # type: ignore[operator]  # of braindecode
        head = nn.Linear(self.embedding_width, n_outputs)
        self.final_layer = head.to(next(self.encoder.parameters()))
