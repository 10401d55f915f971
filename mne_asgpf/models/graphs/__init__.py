"""Starting graphs, and the supports for propagation along them."""

from .coherence import coherence
from .correlation import spectral_correlation
from .distance import electrode_distance
from .given import given_graph
from .identity import identity
from .signal_correlation import signal_correlation
from .sparsify import keep_strongest
from .support import StartGraph, start_graph
from .table import GRAPHS, StartingGraph

__all__ = [
    "GRAPHS",
    "StartGraph",
    "StartingGraph",
    "coherence",
    "electrode_distance",
    "given_graph",
    "identity",
    "keep_strongest",
    "signal_correlation",
    "spectral_correlation",
    "start_graph",
]
