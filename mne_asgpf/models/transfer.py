"""Strict weight transfer from a pre-trained encoder to a classifier, with a report."""

import pandas as pd
from mne.utils import logger, warn

from ..errors import InputError
from .weight_files import BACKBONE

TAKEN, NEW, LEFT = "taken", "new", "left"


def transfer_encoder(source, target):
    """Copy encoder and normalisation of a pre-trained model; return the outcome of each tensor."""
    # Layers in both models must match in every tensor. A target with fewer layers gets the lower
    # ones; in one with more layers, the upper ones are unchanged: the number of layers is the
    # caller's choice. The outcome is "taken" from the source, "new" in the target or "left" in the
    # source.
    if source.sfreq != target.sfreq:
        raise InputError(
            "pretrained",
            f"was trained at {source.sfreq:g} Hz, but the classifier takes {target.sfreq:g} Hz, "
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
            "omit the module options that are set by the encoder",
        )
    target.load_state_dict({name: given[name] for name in taken}, strict=False)
    _tell_other_options(source, target)
    account = _account(given, wanted, taken)
    counts = account["outcome"].value_counts().reindex([TAKEN, NEW, LEFT], fill_value=0)
    logger.info(
        "Weight transfer of the encoder: %d tensors taken, %d new, %d left. "
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
    """Warn of different options that do not affect the shapes of tensors."""
    before, now = source.shared_options, target.shared_options
    other = [
        f"{name} was {before[name]!r}, is {now[name]!r}"
        for name in now
        if name != "n_layers" and now[name] != before[name]
    ]
    if other:
        warn(f"The encoder uses other options than in pre-training: {'; '.join(other)}.")
