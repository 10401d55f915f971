"""Saved models: a folder of safetensors and JSON, without executable code."""

import hashlib
import json
import math
import platform
import re
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from ..atomic import atomic_folder
from ..channels import electrode
from ..errors import InputError
from ..models import ASGPF, ASGPFEmbedder, ASGPFForecaster
from ..models.objectives import FORECAST
from ..models.weight_files import unfit
from .reference_output import reference_output, same_numbers
from .schema import METADATA, SCHEMA_VERSION, Head
from .seal import NO_SEAL, seal

WEIGHTS_FILE, METADATA_FILE = "model.safetensors", "model.json"
_PACKAGES = ("mne_asgpf", "torch", "braindecode", "mne", "skorch", "numpy")
_REMEDY = "give a folder written by save() of a mne_asgpf estimator"
# model.json begins with its own hash, made with these zeros in its place.
_BEFORE_SEAL = b'{\n  "sha256": "'
# Classes allowed among the module's options; others would be imported from names in a file.
_CLASS = re.compile(r"torch\.nn\.modules\.activation\.\w+")


def module_class(kind, objective=None):
    """Return the class of an estimator's module."""
    if kind == "classifier":
        return ASGPF
    return ASGPFForecaster if objective == FORECAST else ASGPFEmbedder


def saved_module_class(metadata):
    """Return the class of the module described by metadata."""
    return module_class(metadata.kind, getattr(metadata.estimator, "objective", None))


def write_checkpoint(path, module, metadata, *, overwrite=False):
    """Write a model into a folder, completely or not at all; NaN and infinity are refused."""
    # `metadata` holds the fields of the schema that are not derived from the module.
    tensors = _tensors(module)
    _check_finite(path, tensors, "the training diverged: train again with a smaller lr")
    weights = save(tensors, metadata={"format": "pt"})
    config = module.get_config()
    _check_activations(path, config)
    content = {
        "format": "mne_asgpf",
        "schema_version": SCHEMA_VERSION,
        "versions": {name: version(name) for name in _PACKAGES}
        | {"python": platform.python_version()},
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "reference_output": reference_output(module),
        "unit": "V",
        "normalisation": {name: value.tolist() for name, value in _statistics(module).items()},
        "module": config,
        **metadata,
    }
    try:
        text = json.dumps({"sha256": NO_SEAL.decode()} | content, indent=2, allow_nan=False)
        sealed = seal(text.encode(), _BEFORE_SEAL)
        checked = METADATA.validate_json(sealed)
    except (TypeError, ValueError) as error:
        raise InputError(
            path,
            f"the metadata cannot be written ({first_line(error)})",
            "give strings, finite numbers, lists and dicts with strings as keys",
        ) from error
    _check_tensors(path, checked, tensors, "save a model with the head that it was built with")
    with atomic_folder(path, overwrite=overwrite) as folder:
        (folder / WEIGHTS_FILE).write_bytes(weights)
        (folder / METADATA_FILE).write_bytes(sealed)


def weights_sha256(module):
    """Give the hash that the weights of a module have in a checkpoint."""
    return hashlib.sha256(save(_tensors(module), metadata={"format": "pt"})).hexdigest()


def _tensors(module):
    return {name: value.contiguous().cpu() for name, value in module.state_dict().items()}


def read_checkpoint(path):
    """Read a module, in evaluation mode on the CPU, and its metadata from a folder."""
    folder = Path(path)
    metadata = read_metadata(folder)
    weights = _read(folder / WEIGHTS_FILE)
    if hashlib.sha256(weights).hexdigest() != metadata.weights_sha256:
        raise InputError(folder / WEIGHTS_FILE, "does not match model.json", _REMEDY)
    try:
        tensors = load(weights)
    except (SafetensorError, ValueError, KeyError) as error:
        raise InputError(
            folder / WEIGHTS_FILE, f"cannot be loaded ({first_line(error)})", _REMEDY
        ) from error
    module = _build(folder / METADATA_FILE, metadata, tensors)
    _check_finite(folder / WEIGHTS_FILE, tensors, _REMEDY)
    module.eval().load_state_dict(tensors, strict=True)
    _check_agreement(folder / METADATA_FILE, metadata, module)
    if not same_numbers(_run(folder / METADATA_FILE, module), metadata.reference_output):
        raise InputError(
            folder,
            "the loaded model does not reproduce the reference output",
            "install the package versions listed in model.json",
        )
    return module, metadata


def read_metadata(path):
    """Read the metadata of a saved model, without its weights."""
    file = Path(path) / METADATA_FILE
    content = _read(file)
    if not content.startswith(_BEFORE_SEAL):
        raise InputError(file, "does not describe a model of mne_asgpf", _REMEDY)
    if seal(content, _BEFORE_SEAL) != content:
        raise InputError(file, "was damaged or modified after saving", _REMEDY)
    try:
        head = Head.model_validate_json(content)
    except ValidationError as error:
        raise InputError(file, "does not describe a model of mne_asgpf", _REMEDY) from error
    if head.schema_version != SCHEMA_VERSION:
        raise InputError(
            file,
            f"has schema version {head.schema_version}, expected {SCHEMA_VERSION}",
            "install the version of mne_asgpf listed in its 'versions'",
        )
    try:
        return METADATA.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(file, f"{field}: {first['msg']}", _REMEDY) from error


def _read(file):
    if not file.is_file():
        raise InputError(file.parent, f"is not a saved model: {file.name} does not exist", _REMEDY)
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(file, f"cannot be read ({error.strerror})", _REMEDY) from error


def _build(file, metadata, tensors):
    """Build the module described by metadata, after checking that its tensors fit."""
    config = metadata.module.model_dump(exclude_unset=True)
    _check_activations(file, config)
    _check_tensors(file, metadata, tensors, _REMEDY)
    with _any_options(file), torch.random.fork_rng():
        return saved_module_class(metadata).from_config(config)


def _check_tensors(where, metadata, tensors, remedy):
    """Raise if tensors do not fit the module that metadata ask for."""
    config = metadata.module.model_dump(exclude_unset=True)
    with _any_options(where), torch.device("meta"):  # without memory, for any sizes
        account = unfit(saved_module_class(metadata).from_config(config), tensors)
    for kind, names in account.items():
        if names:
            raise InputError(where, f"{len(names)} tensors are {kind}: {names[0]}", remedy)


def _run(file, module):
    with _any_options(file):
        return reference_output(module)


@contextmanager
def _any_options(file):
    try:
        yield
    except Exception as error:  # invalid options raise errors of many classes
        raise InputError(
            file, f"module: a model does not run with these options ({first_line(error)})", _REMEDY
        ) from error


def _check_agreement(file, metadata, module):
    """Raise if metadata contradict the model."""
    statistics = _statistics(module)
    stated = {
        "estimator.sfreq": (metadata.estimator.sfreq, module.sfreq),
        "normalisation.mean": (metadata.normalisation.mean, statistics["mean"].tolist()),
        "normalisation.std": (metadata.normalisation.std, statistics["std"].tolist()),
    }
    if module.known_channels:
        stated["estimator.channels"] = (
            _spelt_alike(metadata.estimator.channels),
            _spelt_alike(module.known_channels),
        )
    if hasattr(module, "objectives"):
        stated["estimator.objective"] = (
            metadata.estimator.objective,
            "+".join(module.objectives),
        )
    if metadata.kind == "classifier":
        stated["classes"] = (len(metadata.classes), module.n_outputs)
        if metadata.class_weights is not None:
            stated["class_weights"] = (len(metadata.class_weights), module.n_outputs)
        if metadata.calibration is not None:
            columns = len(metadata.calibration.probabilities[0])
            stated["calibration.probabilities"] = (columns, module.n_outputs)
    for name, (value, actual) in stated.items():
        if value != actual:
            raise InputError(file, f"{name} is {value}, but the model has {actual}", _REMEDY)


def _spelt_alike(channels):
    return [electrode(name) or name for name in channels]


def _statistics(module):
    normalisation = module.signals_to_graphs.normalisation
    return {"mean": normalisation.mean, "std": normalisation.std}


def _check_activations(where, config):
    for name in ("activation", "activation_head"):
        if name in config and not (
            isinstance(config[name], str) and _CLASS.fullmatch(config[name])
        ):
            raise InputError(
                where,
                f"module.{name}: {config[name]!r} is not an activation of torch.nn",
                "use one of torch.nn: others are not imported from a file",
            )


def _check_finite(where, tensors, remedy):
    for name, tensor in tensors.items():
        is_count = name.endswith("normalisation.count") and tensor.item() == math.inf
        if tensor.is_floating_point() and not is_count and not torch.isfinite(tensor).all():
            raise InputError(where, f"{name} holds NaN or infinity", remedy)


def first_line(error):
    """Return the first line of an error message."""
    return (str(error).strip().splitlines() or [repr(error)])[0]
