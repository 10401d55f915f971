"""Registration of the classifier with braindecode by name."""

from braindecode.models.util import models_dict
from mne.utils import warn

from .asgpf import ASGPF


def register(model_class=ASGPF):
    """Register a model with braindecode under the name of its class.

    Importing :mod:`mne_asgpf.models` registers :class:`ASGPF`, so that
    ``EEGClassifier("ASGPF", ...)`` works. Registering it again has no
    effect. If another class has the name already, it is kept, with a warning.

    Parameters
    ----------
    model_class : type
        The class of the model.

    Notes
    -----
    braindecode has no entry point for models of other packages: the name is known in
    this process only. A joblib worker, or a process that unpickles an estimator and
    fits it again, knows it after ``import mne_asgpf.models``. Pass the class instead
    of its name, as the estimators of this package do, to avoid the look-up.
    """
    name = model_class.__name__
    holder = models_dict.setdefault(name, model_class)
    if holder is not model_class:
        warn(
            f"braindecode has another model with the name {name!r} "
            f"({holder.__module__}.{holder.__qualname__}), which is kept. "
            f"Pass the class {model_class.__module__}.{name} instead of the name.",
            RuntimeWarning,
        )
