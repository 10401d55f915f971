"""Graphs to start from, and the supports that are propagated along."""

from .correlation import spectral_correlation
from .sparsify import keep_strongest
from .support import StartGraph, start_graph

__all__ = ["StartGraph", "keep_strongest", "spectral_correlation", "start_graph"]
