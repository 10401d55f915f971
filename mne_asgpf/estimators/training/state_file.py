"""The state of a training: its parts, and the hashed file that holds them.

Tensors are kept as safetensors, the rest as JSON.
"""

import json
from contextlib import contextmanager
from functools import partial
from numbers import Number
from pathlib import Path, PurePath

import numpy as np
import torch
from pydantic import BaseModel, Field, JsonValue, NonNegativeInt
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ...atomic import write_bytes
from ...checkpoints.seal import NO_SEAL, seal
from ...errors import InputError

REMEDY = "remove the folder to start again"

_FORMAT = "mne_asgpf training 2"
_BEFORE_SEAL = b'"sha256":"'  # in the file's header; quotes in the state's text are escaped


def write_state(path, state):
    """Write a state, completely or not at all."""
    tensors: dict = {}
    metadata = {"format": _FORMAT, "state": json.dumps(_pack(state, tensors))}
    content = save(tensors, metadata | {"sha256": NO_SEAL.decode()})
    write_bytes(path, seal(content, _BEFORE_SEAL))


def read_state(path):
    """Read a state."""
    try:
        content = Path(path).read_bytes()
        if _BEFORE_SEAL not in content or seal(content, _BEFORE_SEAL) != content:
            raise ValueError("it was damaged or changed after it was written")
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != _FORMAT:
                raise ValueError("it does not hold a training of this version of mne_asgpf")
            state = _unpack(json.loads(metadata["state"]), file)
        if not isinstance(state, dict):
            raise ValueError("it does not hold a training")
        return state
    except (
        *(OSError, SafetensorError, ValueError, LookupError, TypeError),
        *(AttributeError, RecursionError),
    ) as error:
        raise InputError(path, f"cannot be read ({error})", REMEDY) from error


def _pack(value, tensors):
    """Return what JSON can hold; tensors and arrays are moved to ``tensors`` and named instead."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        name = str(len(tensors))
        tensors[name] = torch.as_tensor(value).detach().cpu().contiguous().clone()
        return {"array" if isinstance(value, np.ndarray) else "tensor": name}
    if isinstance(value, dict):  # with any keys: an optimiser's are numbers
        return {"dict": [[key, _pack(item, tensors)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        packed = [_pack(item, tensors) for item in value]
        return {"tuple": packed} if isinstance(value, tuple) else packed
    return value.item() if isinstance(value, np.generic) else value


def _unpack(value, file):
    if isinstance(value, list):
        return [_unpack(item, file) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "dict":
        return {key: _unpack(item, file) for key, item in content}
    if kind == "tuple":
        return tuple(_unpack(item, file) for item in content)
    tensor = file.get_tensor(content)
    return tensor.numpy() if kind == "array" else tensor


class TrainingState(BaseModel, extra="forbid"):
    """The content of a state, as far as it can be validated before the training resumes."""

    name: str  # Identifies the training.
    settings: dict[str, JsonValue]  # A description of each value.
    first_epoch: NonNegativeInt  # Number of epochs of earlier trainings of the estimator.
    rows: list[str] = Field(min_length=1)  # SHA-256 of the losses of each epoch.
    parts: dict[str, dict]  # Of the module, the criterion and the optimiser.
    callbacks: dict[str, dict[str, dict]]  # Callback -> attribute -> its value.
    transforms: list  # States of the user's generators.
    generators: list[dict]  # States of the random generators of each process.


@contextmanager
def refusing(path, is_unproven=lambda: True):
    """Report the file if a training cannot resume from its content."""
    # Torch, numpy and the callbacks report invalid states in different ways, some only when they
    # are used: so errors are attributed to the file until the training has resumed.
    try:
        yield
    except (InputError, torch.OutOfMemoryError):
        raise
    except (
        *(LookupError, TypeError, ValueError, AttributeError, RuntimeError),
        *(ArithmeticError, AssertionError),
    ) as error:
        if not is_unproven():
            raise
        (first, *_) = str(error).strip().splitlines() or [""]
        problem = f"training cannot resume from its content ({type(error).__name__}: {first})"
        raise InputError(path, problem, REMEDY) from error


def describe_setting(value, depth=9):
    """Describe a parameter so that equal ones have equal descriptions in any process."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (np.generic, np.ndarray, torch.Tensor)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [describe_setting(item, depth) for item in value]
    if isinstance(value, dict):
        return [
            [describe_setting(name), describe_setting(item, depth)] for name, item in value.items()
        ]
    if isinstance(value, partial):
        return ["partial", *map(describe_setting, (value.func, value.args, value.keywords))]
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "__qualname__"):  # a class or a function
        return f"{value.__module__}.{value.__qualname__}"
    if hasattr(value, "get_params"):
        return [type(value).__qualname__, describe_setting(value.get_params(deep=False))]
    public = (
        {name: item for name, item in getattr(value, "__dict__", {}).items() if name[0] != "_"}
        if depth
        else {}
    )
    return [type(value).__qualname__, describe_setting(public, depth - 1)]


def callback_state(name, callback):
    """Return the state of a callback: numbers, text, tensors, and objects with a state."""
    known = {}
    for attribute, value in vars(callback).items():
        if _is_known(attribute):
            if hasattr(value, "state_dict") and not isinstance(value, type):
                if not _is_kept(value.state_dict()):
                    raise InputError(
                        f"callbacks: {name}",
                        f"the state of its {attribute} cannot be written",
                        "use one with numbers and functions only, or train without resume_dir",
                    )
                known[attribute] = {"state_dict": value.state_dict()}
            elif _is_kept(value):
                known[attribute] = {"value": value}
    return known


def _is_known(attribute):
    """Return whether an attribute of a callback is part of its state."""
    return attribute.endswith("_") and not attribute.endswith("__")


def set_callback_state(callback, known, module):
    """Restore the state of a callback, its best weights if they fit the module."""
    for name, content in known.items():
        if "value" in content:
            if not _is_known(name):
                raise ValueError(f"{name} is not an attribute of a callback")
            if name == "best_model_weights_" and content["value"] is not None:
                _check_weights(content["value"], module)  # they are loaded after the training
            if isinstance(getattr(callback, name, None), Number) and np.ndim(content["value"]):
                raise ValueError(f"{name} is not a single number")
            setattr(callback, name, content["value"])
        elif getattr(callback, name, None) is not None:
            getattr(callback, name).load_state_dict(content["state_dict"])


def _check_weights(weights, module):
    shapes, own = (
        {name: tensor.shape for name, tensor in tensors.items()}
        for tensors in (weights, module.state_dict())
    )
    if shapes != own:
        raise ValueError("its best weights are those of another module")


def _is_kept(value):
    if isinstance(value, dict):
        return all(map(_is_kept, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_kept, value))
    kinds = (bool, int, float, str, np.generic, np.ndarray, torch.Tensor)
    return value is None or isinstance(value, kinds)


def own_generators(net):
    """Return the user's generators: of transforms (ours are created anew) and loading."""
    loading = net.get_params_for("iterator_train").get("generator")
    own = [] if loading is None else [loading]
    if net.augmentation is None or isinstance(net.augmentation, str):
        return own
    return own + [rng for transform in net.augmentation for rng in _generators(transform)]


def _generators(transform):
    yield transform.rng
    for part in getattr(transform, "transforms", ()):
        yield from _generators(part)
