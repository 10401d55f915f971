"""Seizure typing with the Adaptive Spatio-Graph Pretraining Framework."""

import lazy_loader

__version__ = "0.1.0.dev0"

# The public names and the module of each are listed in __init__.pyi, and are imported when
# they are first asked for: braindecode alone takes seconds, and `--help` needs none of it.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
