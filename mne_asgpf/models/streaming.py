"""Classification second by second, with the same logits as for a whole clip."""

from typing import NamedTuple

import torch

from .encoder import LayerStates
from .graphs import StartGraph


class StreamState(NamedTuple):
    """The state carried from one second to the next."""

    layers: LayerStates
    graph: StartGraph
    present: torch.Tensor  # (batch, nodes): available channels.
    seconds: torch.Tensor  # Their number so far, a scalar.
    total: torch.Tensor  # (batch, nodes, units): the sum of the top layer's states over them.


class Streaming:
    """Classify a clip second by second."""

    # After t + 1 steps, `step` returns the result of a whole clip at its second t if both have the
    # same starting graph: one that does not depend on the signals, or one computed from the clip's
    # first seconds (`graph_seconds`), which `start` receives. The default graph is computed from
    # the whole clip: passed to `start`, it yields the clip's logits, but it is not available in a
    # live stream. ASGPFStream takes any model.

    def start(self, x: torch.Tensor) -> StreamState:
        """Return the state before the first second.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            Signals in volts from which the starting graph and the available channels are
            determined: at least the first ``graph_seconds``, or else the whole
            clip; the input of :meth:`step` may start with them, or follow them.

        Returns
        -------
        state : StreamState
            The state.

        Raises
        ------
        ValueError
            If the model is not causal, or its graph needs more seconds.
        """
        if self.encoder.threads_graph:
            raise ValueError(
                "layer_start='previous_layer' needs the whole clip before its second layer "
                "starts: stream with switches={'layer_start': 'input_graph'}"
            )
        front = self.signals_to_graphs
        n_seconds = x.shape[-1] // front.spectra.step
        if front.starting_graph.looks_at_signals and n_seconds < (front.graph_seconds or 0):
            raise ValueError(
                f"the graph needs the first {front.graph_seconds} s (graph_seconds), but "
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
        """Classify the clip up to and including this second.

        Parameters
        ----------
        second : torch.Tensor, shape (batch, nodes, samples)
            One second of signals in volts. A channel that is NaN is left out of
            this second; a channel missing at the start stays missing.
        state : StreamState | None
            The state after the previous second; None: this second is the first. Then the
            starting graph must not depend on the signals, or on this second only
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
            If it is not one second, the model is not causal, or its graph needs more than the
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
                    f"graph={front.starting_graph.measure!r} needs the whole clip, but this is one "
                    "second of it: give the whole clip to start() first, build the model "
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
