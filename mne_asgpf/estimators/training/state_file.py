"""The state of a training in one hashed file: tensors as safetensors, the rest as JSON."""

import json
from pathlib import Path

import numpy as np
import torch
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
