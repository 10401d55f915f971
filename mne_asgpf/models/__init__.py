"""The models: spectra and graphs, the Spatio-Graph Learning Cell, encoder, heads, forecaster.

Importing this package registers ``ASGPF`` with braindecode by name, in this process.
"""

from ..braindecode_import import import_braindecode

import_braindecode()

from .asgpf import ASGPF
from .embedder import ASGPFEmbedder
from .forecaster import ASGPFForecaster
from .registration import register

register()

__all__ = ["ASGPF", "ASGPFEmbedder", "ASGPFForecaster"]
