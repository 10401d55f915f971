"""Handing a pre-trained encoder to a classifier, strictly, with an account of every tensor."""

import pandas as pd
from mne.utils import logger, warn

from ..errors import InputError
from .weight_files import BACKBONE

TAKEN, NEW, LEFT = "taken", "new", "left"


def transfer_encoder(source, target):
    """Copy encoder and normalisation of a pre-trained model.

    Layers that both models have must fit in every tensor. A target of fewer layers takes
    the lower ones, in one of more layers the upper ones stay as they are: the number of
    layers is the caller's choice.

    Parameters
    ----------
    source : ASGPFForecaster | ASGPFEmbedder | ASGPF
        The pre-trained model.
    target : ASGPF
        The model that takes its encoder.

    Returns
    -------
    account : pandas.DataFrame
        One row a tensor of either model, by its name: ``shape``, and ``outcome``:
        "taken" from the source, "new" in the target or "left" in the source. It is
        logged as well.

    Raises
    ------
    InputError
        The sampling rates differ, or a tensor of a common layer is missing in the source
        or has another shape.
    """
    if source.sfreq != target.sfreq:
        raise InputError(
            "pretrained",
            f"it was trained at {source.sfreq:g} Hz, the classifier takes {target.sfreq:g} Hz, "
            "and spectra depend on it",
            f"ASGPFClassifier(sfreq={source.sfreq:g})",
        )
    given, wanted = source.state_dict(), target.state_dict()
    n_source, n_target = len(source.encoder.cells), len(target.encoder.cells)
    above = tuple(f"encoder.cells.{layer}." for layer in range(n_source, n_target))
    taken = [name for name in wanted if name.startswith(BACKBONE) and not name.startswith(above)]
    unfit = [
        f"{name} {tuple(wanted[name].shape)}"
        for name in taken
        if name not in given or given[name].shape != wanted[name].shape
    ]
    if unfit:
        raise InputError(
            "pretrained",
            f"{len(unfit)} of {len(taken)} tensors of the encoder do not fit: "
            + ", ".join(unfit[:5]),
            "leave out the module options that the encoder brings with it",
        )
    target.load_state_dict({name: given[name] for name in taken}, strict=False)
    _tell_other_options(source, target)
    account = _account(given, wanted, taken)
    counts = account["outcome"].value_counts().reindex([TAKEN, NEW, LEFT], fill_value=0)
    logger.info(
        "Hand-over of the encoder: %d tensors taken, %d new, %d left. "
        "Layers: %d in the pre-training, %d here.\n%s",
        *counts,
        n_source,
        n_target,
        account.to_string(),
    )
    return account


def _account(given, wanted, taken):
    rows = [
        (name, tuple(tensor.shape), TAKEN if name in taken else NEW)
        for name, tensor in wanted.items()
    ]
    rows += [
        (name, tuple(tensor.shape), LEFT) for name, tensor in given.items() if name not in wanted
    ]
    return pd.DataFrame(rows, columns=["tensor", "shape", "outcome"]).set_index("tensor")


def _tell_other_options(source, target):
    """Warn of options that fit the same tensors but make another function of them."""
    before, now = source.shared_options, target.shared_options
    other = [
        f"{name} was {before[name]!r}, is {now[name]!r}"
        for name in now
        if name != "n_layers" and now[name] != before[name]
    ]
    if other:
        warn(f"The encoder runs otherwise than in its pre-training: {'; '.join(other)}.")
