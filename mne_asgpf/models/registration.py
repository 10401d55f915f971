"""Finding the classifier by its name, as braindecode's own models are found."""

from braindecode.models.util import models_dict
from mne.utils import warn

from .asgpf import ASGPF


def register(model_class=ASGPF):
    """Make a model known to braindecode under the name of its class.

    Importing :mod:`mne_asgpf.models` registers :class:`ASGPF`, so that
    ``EEGClassifier("ASGPF", ...)`` works. Once registered, registering again changes
    nothing. A name that another class holds stays with that class, with a warning.
    """
    name = model_class.__name__
    holder = models_dict.setdefault(name, model_class)
    if holder is not model_class:
        warn(
            f"braindecode knows another model by the name {name!r} "
            f"({holder.__module__}.{holder.__qualname__}); that one is kept. "
            f"Pass the class {model_class.__module__}.{name} instead of the name.",
            RuntimeWarning,
        )
