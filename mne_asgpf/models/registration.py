"""Registration of the classifier with braindecode by name."""

from braindecode.models.util import models_dict
from mne.utils import warn

from .asgpf import ASGPF


def register(model_class=ASGPF):
    """Register a model with braindecode under the name of its class, unless another has it."""
    # Importing mne_asgpf.models registers ASGPF, so that EEGClassifier("ASGPF", ...) works.
    name = model_class.__name__
    holder = models_dict.setdefault(name, model_class)
    if holder is not model_class:
        warn(
            f"braindecode has another model with the name {name!r} "
            f"({holder.__module__}.{holder.__qualname__}), which is kept. "
            f"Pass the class {model_class.__module__}.{name} instead of the name.",
            RuntimeWarning,
        )
