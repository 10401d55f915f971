"""Second by second: the same logits as of a whole clip, as the signal comes in."""

from typing import NamedTuple

import torch

from .encoder import LayerStates
from .graphs import StartGraph


class StreamState(NamedTuple):
    """What is carried from one second to the next.

    Parameters
    ----------
    layers : LayerStates
        Hidden state and graph of every layer.
    graph : StartGraph
        The graph that the stream started from.
    present : torch.Tensor of bool, shape (batch, nodes)
        Channels at hand.
    seconds : torch.Tensor of int64, shape ()
        Seconds seen.
    total : torch.Tensor, shape (batch, nodes, units)
        Sum of the top layer's states over them.
    """

    layers: LayerStates
    graph: StartGraph
    present: torch.Tensor
    seconds: torch.Tensor
    total: torch.Tensor


class Streaming:
    """Classify a clip second by second.

    What a whole clip gives at its second t, :meth:`step` gives after t + 1 steps, if
    both start from the same graph: one that the signals do not enter, or one made from
    the clip's first seconds (``graph_seconds``), which :meth:`start` is given. The default
    graph is made from the whole clip: given to :meth:`start`, it leads to the clip's logits,
    but a live stream does not have it. :class:`mne_asgpf.ASGPFStream` takes any model.
    """

    def start(self, x: torch.Tensor) -> StreamState:
        """Make the state before the first second.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            Signals in volts that the starting graph is made from and that tell which
            channels are at hand: the first ``graph_seconds`` at least, or else the whole
            clip; what :meth:`step` is given may begin with them, or follow.

        Returns
        -------
        state : StreamState
            The state.

        Raises
        ------
        ValueError
            The model is not causal, or its graph is made from more seconds.
        """
        if self.encoder.threads_graph:
            raise ValueError(
                "layer_start='previous_layer' looks at the whole clip before its second layer "
                "begins: stream with switches={'layer_start': 'input_graph'}"
            )
        front = self.signals_to_graphs
        n_seconds = x.shape[-1] // front.spectra.step
        if front.starting_graph.looks_at_signals and n_seconds < (front.graph_seconds or 0):
            raise ValueError(
                f"the graph is made from the first {front.graph_seconds} s (graph_seconds), and "
                f"there are {n_seconds}: give start() all of them"
            )
        clip = front(x)
        layers = self.encoder.start(clip.graph)
        seconds = torch.zeros_like(clip.lengths[0])
        return StreamState(
            layers, clip.graph, clip.present, seconds, torch.zeros_like(layers.hidden[-1])
        )

    def step(
        self, second: torch.Tensor, state: StreamState | None = None
    ) -> tuple[torch.Tensor, StreamState]:
        """Classify what was heard up to and including this second.

        Parameters
        ----------
        second : torch.Tensor, shape (batch, nodes, samples)
            One second of signals in volts. A channel that is NaN here is left out of
            this second; it cannot join in if it was missing at the start.
        state : StreamState | None
            The state after the second before; None: this second is the first. Then the
            signals must not enter the starting graph, or this second alone
            (``graph_seconds=1``).

        Returns
        -------
        logits : torch.Tensor, shape (batch, outputs)
            The logits.
        state : StreamState
            The state after this second.

        Raises
        ------
        ValueError
            It is not one second, the model is not causal, or its graph needs more than the
            first second.
        """
        if second.shape[-1] != self.signals_to_graphs.spectra.step:
            raise ValueError(
                f"second has {second.shape[-1]} samples: give one second, "
                f"{self.signals_to_graphs.spectra.step} samples"
            )
        front = self.signals_to_graphs
        if state is None:
            state = self.start(second)
            if front.starting_graph.looks_at_signals and front.graph_seconds is None:
                raise ValueError(
                    f"graph={front.starting_graph.measure!r} is made from the whole clip, and this "
                    "is one second of it: give the whole clip to start() first, build the model "
                    "with graph='distance' or graph_seconds=1, or use mne_asgpf.ASGPFStream, which "
                    "takes any graph"
                )
        log_spectra, valid, present, _ = front.observed_spectra(second)
        features = front.normalisation(log_spectra, valid & state.present[:, None])
        heard = present & state.present
        heard = torch.where(heard.any(-1, keepdim=True), heard, state.present)
        pairs = heard[:, :, None] & heard[:, None, :]
        graphs = tuple(torch.where(pairs, S, 0.0) for S in state.layers.graphs)
        layers = state.layers._replace(graphs=graphs)
        harmonics = front.electrodes and front.electrodes(features)
        encoded = self.encoder(features, state.graph, heard, layers, harmonics=harmonics)
        pooled, seconds = encoded.hidden[-1][:, -1], state.seconds + 1
        total = state.total + pooled
        if self.pools_mean:
            pooled = torch.cat([total / seconds, pooled], -1)
        logits = self.classify(pooled, self.embed(pooled, harmonics, heard), heard)
        layers = encoded.last()
        return logits, state._replace(layers=layers, seconds=seconds, total=total)
