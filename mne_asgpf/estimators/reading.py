"""Saved estimators, read back."""

from .checkpoint import read_checkpoint
from .classifier import ASGPFClassifier
from .pretrainer import ASGPFPretrainer
from .taxonomy import check_classes

_ESTIMATORS = {"classifier": ASGPFClassifier, "pretrainer": ASGPFPretrainer}


def read_asgpf(path):
    """Read an estimator that ``save`` wrote.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    estimator : ASGPFClassifier | ASGPFPretrainer
        The fitted estimator. What was noted when it was saved is in ``notes_``, what it
        was trained on in ``training_data_``.

    Raises
    ------
    InputError
        The folder holds no model, a damaged or changed one, or one of a later version.
    """
    module, description = read_checkpoint(path)
    if description.kind == "classifier":
        check_classes(path, description)
    return _ESTIMATORS[description.kind]._from_checkpoint(module, description)
