"""The models: spectra and graphs, the Spatio-Graph Learning Cell, encoder, head, forecaster."""

from .asgpf import ASGPF
from .forecaster import ASGPFForecaster

__all__ = ["ASGPF", "ASGPFForecaster"]
