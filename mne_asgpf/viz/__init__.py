"""Plots of recordings, events, learned graphs and scores."""

from .confidence import plot_reliability, plot_risk_coverage
from .confusion import plot_confusion
from .forecast import plot_forecast
from .graph import plot_graph, plot_graphs
from .label_efficiency import plot_label_efficiency
from .probabilities import plot_probabilities
from .scores import plot_scores
from .topomap import plot_node_evidence
from .traces import event_pages, plot_event
from .training import plot_training

__all__ = [
    "event_pages",
    "plot_confusion",
    "plot_event",
    "plot_forecast",
    "plot_graph",
    "plot_graphs",
    "plot_label_efficiency",
    "plot_node_evidence",
    "plot_probabilities",
    "plot_reliability",
    "plot_risk_coverage",
    "plot_scores",
    "plot_training",
]
