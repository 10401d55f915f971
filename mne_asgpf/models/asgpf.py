"""The classifier's module: raw signals in, logits out."""

from typing import NamedTuple

import torch
from braindecode.models.base import EEGModuleMixin
from torch import nn

from .encoder import SpatioGraphEncoder
from .graph_regularisers import graph_regularisation
from .graphs import StartingGraph
from .module import ASGPFModule
from .options import cell_options, shared_options
from .released_names import released_mapping, without_surplus
from .signals_to_graphs import SignalsToGraphs
from .streaming import Streaming
from .variant import resolve_variant


class Typing(NamedTuple):
    """What the model makes of clips, node by node and second by second.

    Parameters
    ----------
    logits : torch.Tensor, shape (batch, outputs)
        One row a clip.
    node_logits : torch.Tensor, shape (batch, nodes, outputs)
        What each electrode says; -inf for channels that are missing.
    features : torch.Tensor, shape (batch, nodes, units)
        The top layer's hidden state at the last true second.
    graphs : torch.Tensor, shape (batch, seconds, nodes, nodes)
        The top layer's learned graphs.
    regularisation : torch.Tensor, shape (batch,)
        What the graphs' regularisers add to the loss, 0 where none is weighed.
    """

    logits: torch.Tensor
    node_logits: torch.Tensor
    features: torch.Tensor
    graphs: torch.Tensor
    regularisation: torch.Tensor


class ASGPF(ASGPFModule, Streaming, EEGModuleMixin, nn.Module):
    """Adaptive Spatio-Graph Pretraining Framework, from Hu et al. (2025) [1]_.

    :bdg-light:`Graph Neural Network` :bdg-secondary:`Recurrent`
    :bdg-danger:`Foundation Model`

    Log-spectra of 1-s steps run through layers of Spatio-Graph Learning Cells, each
    of which learns a graph between the electrodes, propagates along it and updates a
    hidden state; the top layer's last state is classified node by node, and the
    maximum over the nodes is the clip's logit. Nothing depends on the number or the
    order of the channels.

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
    n_units : int
        Width H of the hidden states.
    n_layers : int
        Layers of cells.
    n_bins : int
        Bins of 1 Hz of the spectra.
    n_propagation_steps : int | None
        Propagation steps P; None: 5, or 1 in the light variant.
    graph_hidden_size, n_heads : int
        Width and number of heads of the graph learner.
    epsilon : float
        Threshold of the released variant's learned graph.
    graph_skip : float
        Share s of the previous second's graph that is kept.
    graph : str | list of list of float
        The graph to start from: "correlation" (of log-spectra), "signal_correlation",
        "coherence", "distance" (of the electrodes in ``chs_info``), "identity" (no
        edges: all is learned), or weights in the order of the channels.
    graph_seconds : int | None
        Seconds from the start of a clip that its graph is made from, so that nothing
        later enters the state of a second; None: the whole clip.
    top_k : int
        Edges kept out of each node of a starting graph that is made from signals.
    graph_smoothness, graph_degree, graph_sparsity : float
        Weights of the learned graph's regularisers
        (:func:`~mne_asgpf.models.graph_regularisers.graph_regularisation`), which
        :class:`~mne_asgpf.ASGPFClassifier` adds to the loss.
    drop_prob : float
        Dropout.
    activation : type of torch.nn.Module
        Activation of the candidate state.
    activation_head : type of torch.nn.Module
        Activation of the head.
    variant : "repaired" | "released" | "light"
        The published idea made to work, exactly what the released scripts compute, or
        the repaired model with one narrow propagation a cell, for who counts seconds.
    switches : dict of str to str | None
        Single switches that stand otherwise (:mod:`mne_asgpf.models.variant`).

    References
    ----------
    .. [1] Hu et al., IEEE Transactions on Biomedical Engineering, 2025,
       doi:10.1109/TBME.2025.3605790.
    """

    def __init__(
        self,
        n_outputs=None,
        n_chans=None,
        chs_info=None,
        n_times=None,
        input_window_seconds=None,
        sfreq=None,
        *,
        n_units: int = 64,
        n_layers: int = 2,
        n_bins: int = 100,
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
        drop_prob: float = 0.5,
        activation: type[nn.Module] = nn.Tanh,
        activation_head: type[nn.Module] = nn.ReLU,
        variant: str = "repaired",
        switches: dict | None = None,
    ):
        options = shared_options(locals())
        super().__init__(
            n_outputs=n_outputs,
            n_chans=n_chans,
            chs_info=chs_info,
            n_times=n_times,
            input_window_seconds=input_window_seconds,
            sfreq=sfreq,
        )
        del n_outputs, n_chans, chs_info, n_times, input_window_seconds, sfreq
        values = resolve_variant(variant, switches)
        self.shared_options = options
        self.graph_weights = {
            "smoothness": graph_smoothness,
            "degree": graph_degree,
            "sparsity": graph_sparsity,
        }
        starting_graph = StartingGraph(graph, top_k, values, self._chs_info)
        self.signals_to_graphs = SignalsToGraphs(self.sfreq, n_bins, starting_graph, graph_seconds)
        self.encoder = SpatioGraphEncoder(
            n_bins, n_units, n_layers, **cell_options(options, drop_prob, values)
        )
        self.dropout = nn.Dropout(drop_prob)
        n_classes: int = self.n_outputs  # type: ignore[assignment]  # mypy misses the property
        self.final_layer = nn.Linear(n_units, n_classes)
        self.activation_head = activation_head()
        self.mapping = released_mapping(self)

    def forward(self, x, lengths=None, return_features=False):
        """Classify clips.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_chans, n_times)
            Signals in volts, float32. NaN marks what is missing: a channel
            throughout, or all channels after the end of a short clip.
        lengths : torch.Tensor of int64, shape (batch,) | None
            True lengths in seconds where they are not marked by NaN.
        return_features : bool
            Whether to return features instead of logits.

        Returns
        -------
        logits : torch.Tensor, shape (batch, n_outputs)
            The logits; or a dict with ``features`` (batch, n_chans, n_units) and
            ``cls_token`` (None).
        """
        typing = self.describe(x, lengths)
        if return_features:
            return {"features": typing.features, "cls_token": None}
        return typing.logits

    def describe(self, x, lengths=None):
        """Classify clips and say what each electrode and each graph contributed.

        Parameters
        ----------
        x, lengths : torch.Tensor
            As in :meth:`forward`.

        Returns
        -------
        typing : Typing
            Logits, node logits, features, learned graphs and their regularisation.
        """
        clip = self.signals_to_graphs(x, lengths)
        encoded = self.encoder(clip.features, clip.graph, clip.present)
        typing = self.classify(encoded, clip.lengths, clip.present)
        if not self.regularises_graphs:
            return typing
        layers = [
            graph_regularisation(graphs, clip.features, clip.valid, **self.graph_weights)
            for graphs in encoded.graphs
        ]
        return typing._replace(regularisation=torch.stack(layers).mean(0))

    @property
    def regularises_graphs(self):
        """Whether any of the learned graph's regularisers has a weight."""
        return any(self.graph_weights.values())

    def classify(self, encoded, lengths, present):
        """Run the head on encoded clips.

        Parameters
        ----------
        encoded : Encoded
            The encoder's output.
        lengths : torch.Tensor of int64, shape (batch,)
            True lengths in seconds.
        present : torch.Tensor of bool, shape (batch, nodes)
            Channels at hand.

        Returns
        -------
        typing : Typing
            Logits, node logits, features and learned graphs; no regularisation.
        """
        top = encoded.hidden[-1]
        last = (lengths - 1)[:, None, None, None].expand(-1, 1, *top.shape[2:])
        h = top.gather(1, last).squeeze(1)
        node_logits = self.final_layer(self.activation_head(self.dropout(h)))
        node_logits = node_logits.masked_fill(~present[..., None], -torch.inf)
        none = h.new_zeros(h.shape[0])
        return Typing(node_logits.amax(1), node_logits, h, encoded.graphs[-1], none)

    def load_state_dict(self, state_dict, *args, **kwargs):
        """Load weights under this package's or the released scripts' names.

        Parameters
        ----------
        state_dict : dict of str to torch.Tensor
            The weights.
        *args, **kwargs : tuple, dict
            As in :meth:`torch.nn.Module.load_state_dict`.

        Returns
        -------
        keys : NamedTuple
            Missing and unexpected keys, as torch gives them.
        """
        return super().load_state_dict(without_surplus(state_dict), *args, **kwargs)

    def reset_head(self, n_outputs):
        """Replace the head for another number of classes.

        Parameters
        ----------
        n_outputs : int
            The new number of classes.
        """
        self._set_n_outputs(n_outputs)
        weight = self.final_layer.weight
        self.final_layer = nn.Linear(weight.shape[1], n_outputs).to(weight.device)
