"""The table of starting graphs, and the module that computes the chosen one."""

import torch
from torch import nn

from .coherence import coherence
from .correlation import spectral_correlation
from .distance import electrode_distance
from .given import given_graph
from .identity import identity
from .signal_correlation import signal_correlation
from .sparsify import keep_strongest
from .support import start_graph

#: Graphs computed from a clip: (signals, log-spectra, valid, centred) -> adjacency.
MEASURED = {
    "correlation": lambda signals, spectra, valid, centred: spectral_correlation(
        spectra, valid, centred=centred
    ),
    "signal_correlation": lambda signals, spectra, valid, centred: signal_correlation(
        signals, valid, centred=centred
    ),
    "coherence": lambda signals, spectra, valid, centred: coherence(signals, valid),
    "identity": lambda signals, spectra, valid, centred: identity(valid),
}
#: Those that depend on the signals and not only on the log-spectra.
LISTENING = ("signal_correlation", "coherence")
#: Graphs computed from the channels only: chs_info -> adjacency.
FIXED = {"distance": electrode_distance}
#: The values of the models' option ``graph``, other than a matrix.
GRAPHS = (*MEASURED, *FIXED)


class StartingGraph(nn.Module):
    """Compute the starting graph of each clip.

    Parameters
    ----------
    graph : str | list of list of float
        One of ``GRAPHS``, or weights in the order of the channels.
    top_k : int
        Number of edges kept from each node of a graph computed from signals.
    switches : dict of str to str
        The values of the variant's switches.
    chs_info : list of dict | None
        Information about each channel, for the distance graph.

    Raises
    ------
    ValueError
        If the graph is unknown or not a valid matrix, or channels lack information.
    """

    adjacency: torch.Tensor

    def __init__(
        self,
        graph: str | list[list[float]],
        top_k: int,
        switches: dict[str, str],
        chs_info: list[dict] | None = None,
    ) -> None:
        super().__init__()
        name = graph if isinstance(graph, str) else None
        if name and name not in GRAPHS:
            raise ValueError(f"graph must be one of {GRAPHS} or a matrix, not {name!r}")
        self.top_k = top_k
        self.centred = switches["correlation"] == "centred"
        self.support = switches["support"]
        # As usual: only the distance graph's largest eigenvalue is computed.
        self.lambda_max = None if name == "distance" else 2.0
        # Without initial edges, they cannot gate the learned ones.
        self.gates = name != "identity"
        # By name, as functions of a table cannot be pickled.
        self.measure = name if name in MEASURED else None
        #: Whether it depends on the signals themselves.
        self.listens = self.measure in LISTENING
        #: Whether it depends on signals, themselves or as spectra.
        self.looks_at_signals = self.measure is not None and self.gates
        if self.measure is None:
            fixed = _fixed_graph(graph, chs_info) if isinstance(graph, str) else given_graph(graph)
            # It depends on the options only, so it is not in checkpoints.
            self.register_buffer("adjacency", fixed, persistent=False)

    def forward(self, signals, log_spectra, valid):
        """Compute the graphs of a batch of clips.

        Parameters
        ----------
        signals : torch.Tensor, shape (batch, seconds, nodes, samples)
            Signals in microvolts; any tensor if the graph does not depend on them.
        log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
            ln of amplitudes in microvolts.
        valid : torch.Tensor of bool, shape (batch, seconds, nodes)
            Observed seconds.

        Returns
        -------
        graph : StartGraph
            Edges and support; rows and columns of missing channels are 0.
        """
        present = valid.any(1)
        pairs = (present[:, :, None] & present[:, None, :]).to(log_spectra.dtype)
        if self.measure is None:
            adjacency = self._for_channels(present.shape[1]) * pairs
        else:
            measure = MEASURED[self.measure]
            adjacency = measure(signals, log_spectra, valid, self.centred).to(pairs.dtype)
            adjacency = keep_strongest(adjacency, self.top_k)
        graph = start_graph(adjacency, self.support, self.lambda_max)
        return graph if self.gates else graph._replace(edges=pairs)

    def _for_channels(self, n_chans):
        if n_chans != len(self.adjacency):
            raise ValueError(
                f"the graph was built for {len(self.adjacency)} channels, but the signals have "
                f"{n_chans}: build the model for these channels; its weights fit any number"
            )
        return self.adjacency


def _fixed_graph(name, chs_info):
    if chs_info is None:
        raise ValueError(
            f"graph={name!r} requires the electrodes: give chs_info=raw.info['chs'], "
            "or chs_info=[{'ch_name': 'Fp1'}, ...]"
        )
    return FIXED[name](chs_info)
