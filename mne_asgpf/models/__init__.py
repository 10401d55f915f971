"""The models: spectra and graphs, the Spatio-Graph Learning Cell, encoder, heads, forecaster.

Importing this package registers ``ASGPF`` with braindecode by name, in this process.
"""

from ..braindecode_import import import_braindecode

import_braindecode()

from .asgpf import ASGPF  # noqa: E402  (only after the check of the installation)
from .embedder import ASGPFEmbedder  # noqa: E402
from .forecaster import ASGPFForecaster  # noqa: E402
from .registration import register  # noqa: E402

register()

__all__ = ["ASGPF", "ASGPFEmbedder", "ASGPFForecaster"]
