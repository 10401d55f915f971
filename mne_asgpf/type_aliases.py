"""Names for the types that public signatures share."""

import os

import numpy as np

PathLike = str | os.PathLike[str]
RandomState = int | np.random.RandomState | None
Verbose = bool | str | int | None
