"""Weights in a safetensors file, loaded strictly, with a report of mismatches."""

from mne.utils import warn
from safetensors import SafetensorError
from safetensors.torch import load_file

from ..errors import InputError
from .released_names import without_surplus

#: Prefixes of the tensors that are transferred from pre-training.
BACKBONE = ("encoder.", "signals_to_graphs.normalisation.")
_NAMED_AT_MOST = 5  # tensors of a kind listed in the report


def load_weights(module, path, *, strict=True, device="cpu"):
    """Load safetensors with the names of this package or of the released scripts into a model."""
    # Unless `strict`, tensors that are missing or unexpected are listed in a warning, missing ones
    # keep their initial values, and only a wrong shape raises an error.
    try:
        tensors = without_surplus(load_file(path, device=device))
    except (OSError, SafetensorError) as error:
        raise InputError(
            path,
            f"the weights cannot be read ({error})",
            "give a folder or repository with model.safetensors, as written by save_pretrained",
        ) from error
    account = unfit(module, tensors)
    if account["wrong shape"] or (strict and any(account.values())):
        raise InputError(
            path,
            _describe(account),
            "build the model with the options that the weights were trained with",
        )
    if any(account.values()):
        warn(f"{path}: {_describe(account)}", RuntimeWarning)
    module.load_state_dict(tensors, strict=False)


def unfit(module, tensors):
    """List the "missing", "unexpected" and "wrong shape" tensors for a model, with shapes."""
    given = {module.mapping.get(name, name): tuple(value.shape) for name, value in tensors.items()}
    wanted = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    return {
        "missing": [f"{name} {wanted[name]}" for name in wanted if name not in given],
        "unexpected": [f"{name} {given[name]}" for name in given if name not in wanted],
        "wrong shape": [
            f"{name} {given[name]} instead of {wanted[name]}"
            for name in wanted
            if name in given and given[name] != wanted[name]
        ],
    }


def _describe(account):
    return "the weights do not fit the model: " + "; ".join(
        f"{len(names)} {kind} ({', '.join(names[:_NAMED_AT_MOST])}"
        + (", ...)" if len(names) > _NAMED_AT_MOST else ")")
        for kind, names in account.items()
        if names
    )
