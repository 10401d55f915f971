"""Saved estimators, read back."""

from mne.utils import logger, verbose

from ..checkpoints.files import read_checkpoint
from ..checkpoints.hub import local_folder
from ..checkpoints.model_card import SYNTHETIC_ONLY
from ..checkpoints.taxonomy import warn_of_changed_classes
from ..errors import InputError
from ..type_aliases import PathLike, Verbose
from .classifier import ASGPFClassifier
from .pretrainer import ASGPFPretrainer
from .saving import build_estimator

_ESTIMATORS = {"classifier": ASGPFClassifier, "pretrainer": ASGPFPretrainer}


@verbose
def read_asgpf(
    path: PathLike, *, revision: str | None = None, verbose: Verbose = None
) -> ASGPFClassifier | ASGPFPretrainer:
    """Read an estimator that ``save`` or ``push_to_hub`` wrote.

    Parameters
    ----------
    path : path-like | str
        The folder, a repository of the Hugging Face hub as ``user/name``, or the name of a
        released model (:doc:`/pretraining`).
    revision : str | None
        The branch, tag or commit of the repository.
    %(verbose)s

    Returns
    -------
    estimator : ASGPFClassifier | ASGPFPretrainer
        The fitted estimator. What was noted when it was saved is in ``notes_``, what it
        was trained on in ``training_data_``. A model that has seen synthetic data only is
        logged as such.

    Raises
    ------
    InputError
        The folder holds no model, a damaged or changed one, or one of a later version;
        or there is no such repository or released model.
    """
    path = local_folder(path, revision=revision)
    module, metadata = read_checkpoint(path)
    if metadata.kind == "classifier":
        warn_of_changed_classes(path, metadata)
    if metadata.notes.get("synthetic"):
        logger.warning("%s: %s", path, SYNTHETIC_ONLY)
    try:
        return build_estimator(_ESTIMATORS[metadata.kind], module, metadata)
    except (TypeError, ValueError) as error:
        raise InputError(
            path,
            f"no estimator has the parameters that are said of it ({error})",
            "give a folder that save() of a mne_asgpf estimator wrote",
        ) from error
