"""Handing a pre-trained encoder to a classifier, strictly."""

from mne.utils import logger

from ..errors import InputError


def transfer_encoder(source, target):
    """Copy encoder and normalisation of a pre-trained model.

    A target of fewer layers takes the lower ones. Nothing is left out silently: the
    account is logged.

    Parameters
    ----------
    source : ASGPFForecaster | ASGPF
        The pre-trained model.
    target : ASGPF
        The model that takes its encoder.

    Raises
    ------
    InputError
        A tensor of the target's encoder is missing in the source or has another shape.
    """
    given = source.encoder.state_dict()
    wanted = target.encoder.state_dict()
    unfit = [
        f"{name} {tuple(tensor.shape)}"
        for name, tensor in wanted.items()
        if name not in given or given[name].shape != tensor.shape
    ]
    if unfit:
        raise InputError(
            "pretrained",
            f"{len(unfit)} of {len(wanted)} tensors of the encoder do not fit: "
            + ", ".join(unfit[:5]),
            "give the classifier the module options of the pre-training, and no more layers",
        )
    target.encoder.load_state_dict({name: given[name] for name in wanted})
    target.signals_to_graphs.normalisation.load_state_dict(
        source.signals_to_graphs.normalisation.state_dict()
    )
    left = sorted(set(given) - set(wanted))
    logger.info(
        "Taken from the pre-training: %d tensors of the encoder and the normalisation. "
        "New: the head. Left: %s.",
        len(wanted),
        f"{len(left)} tensors of upper layers and the decoder" if left else "the decoder",
    )
