"""Saved estimators, read back."""

from ..errors import InputError
from .checkpoint import read_checkpoint
from .classifier import ASGPFClassifier
from .pretrainer import ASGPFPretrainer

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
        The fitted estimator. What was noted when it was saved is in ``notes_``.

    Raises
    ------
    InputError
        The folder holds no model, a damaged one or one of a later version.
    """
    module, description = read_checkpoint(path)
    try:
        return _ESTIMATORS[description["kind"]]._from_checkpoint(module, description)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            path,
            f"its description is incomplete ({error!r})",
            "give a folder that save() of a mne_asgpf estimator wrote",
        ) from error
