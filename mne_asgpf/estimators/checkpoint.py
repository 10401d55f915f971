"""Saved models: a folder of safetensors and JSON, nothing that runs code."""

import json
import math
import platform
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ..atomic import atomic_folder
from ..errors import InputError
from ..models import ASGPF, ASGPFForecaster

SCHEMA = 1
WEIGHTS, DESCRIPTION = "model.safetensors", "model.json"
MODULES = {"classifier": ASGPF, "pretrainer": ASGPFForecaster}
_PACKAGES = ("mne_asgpf", "torch", "braindecode", "mne", "skorch", "numpy")


def write_checkpoint(path, kind, module, description, *, overwrite=False):
    """Write a model into a folder, whole or not at all.

    Parameters
    ----------
    path : path-like
        The folder.
    kind : "classifier" | "pretrainer"
        What it is.
    module : torch.nn.Module
        The module.
    description : dict
        What else must be known to use it; safe for JSON.
    overwrite : bool
        Whether a folder that is there already may be replaced.
    """
    content = {
        "format": "mne_asgpf",
        "schema": SCHEMA,
        "kind": kind,
        "versions": {name: version(name) for name in _PACKAGES}
        | {"python": platform.python_version()},
        "module": module.get_config(),
        **description,
    }
    tensors = {name: value.contiguous().cpu() for name, value in module.state_dict().items()}
    with atomic_folder(path, overwrite=overwrite) as folder:
        save_file(tensors, folder / WEIGHTS)
        text = json.dumps(content, indent=2, allow_nan=False)
        (folder / DESCRIPTION).write_text(text, encoding="utf-8")


def read_checkpoint(path):
    """Read a model back.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    module : torch.nn.Module
        The module, in evaluation mode, on the CPU.
    description : dict
        What was written beside it.

    Raises
    ------
    InputError
        The folder holds no model, a damaged one or one of a later version.
    """
    folder = Path(path)
    remedy = "give a folder that save() of a mne_asgpf estimator wrote"
    for name in (DESCRIPTION, WEIGHTS):
        if not (folder / name).is_file():
            raise InputError(path, f"it is no saved model: there is no {name}", remedy)
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        foreign = description["format"] != "mne_asgpf"
        schema, kind, config = (description[key] for key in ("schema", "kind", "module"))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(folder / DESCRIPTION, f"it cannot be read ({error!r})", remedy) from error
    if foreign or kind not in MODULES:
        raise InputError(folder / DESCRIPTION, "it describes no model of mne_asgpf", remedy)
    if schema != SCHEMA:
        raise InputError(
            folder / DESCRIPTION,
            f"its schema is {schema}, this version reads {SCHEMA}",
            "install the version of mne_asgpf named in its 'versions'",
        )
    try:
        module = MODULES[kind].from_config(config)
        tensors = load_file(folder / WEIGHTS)
        module.load_state_dict(tensors, strict=True)
    except (SafetensorError, RuntimeError, TypeError, ValueError, ImportError) as error:
        first_line = str(error).strip().splitlines()[0]
        raise InputError(folder / WEIGHTS, f"it cannot be loaded: {first_line}", remedy) from error
    damaged = [
        name
        for name, tensor in tensors.items()
        if tensor.is_floating_point()
        and not torch.isfinite(tensor).all()
        and not (name.endswith("normalisation.count") and tensor.item() == math.inf)
    ]
    if damaged:
        raise InputError(folder / WEIGHTS, f"{damaged[0]} holds NaN or infinity", remedy)
    return module.eval(), description
