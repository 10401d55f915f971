"""Weight transfer from a pre-trained estimator to a classifier."""

from ..checkpoints.files import read_checkpoint
from ..checkpoints.hub import local_folder
from ..errors import InputError


def pretrained_module(pretrained, adaptation):
    """Return the pre-trained module, if any, and its training data."""
    if pretrained is None:
        return None, []
    if hasattr(pretrained, "module_"):
        _check_adaptation(adaptation, pretrained.adaptation)
        return pretrained.module_, pretrained.training_data_
    if hasattr(pretrained, "fit"):
        raise InputError(
            "pretrained", "the estimator is not fitted", "fit it first, or give a saved one"
        )
    module, metadata = read_checkpoint(local_folder(pretrained))
    _check_adaptation(adaptation, metadata.estimator.adaptation)
    return module, metadata.training_data


def check_freeze(freeze, pretrained):
    """Refuse to freeze random weights in a new fit; saved classifiers have trained ones."""
    if freeze is not None and pretrained is None:
        raise InputError(
            "freeze",
            "without a pre-trained encoder, frozen weights remain random",
            "give pretrained= as well, or omit freeze",
        )


def _check_adaptation(ours, theirs):
    if theirs != ours:
        raise InputError(
            "adaptation",
            f"the encoder was pre-trained with adaptation={theirs!r}, this classifier has "
            f"adaptation={ours!r}",
            f"give adaptation={theirs!r}, or another encoder",
        )
