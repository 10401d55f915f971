"""Saved models: a folder of safetensors and JSON, nothing that runs code."""

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
_REMEDY = "give a folder that save() of a mne_asgpf estimator wrote"
# model.json begins with its own hash, made with these zeros in its place.
_BEFORE_SEAL = b'{\n  "sha256": "'
# What a class among the module's options may be; anything else would import what a file names.
_CLASS = re.compile(r"torch\.nn\.modules\.activation\.\w+")


def module_class(kind, objective=None):
    """Give the class of an estimator's module."""
    if kind == "classifier":
        return ASGPF
    return ASGPFForecaster if objective == FORECAST else ASGPFEmbedder


def saved_module_class(metadata):
    """Give the class of the module that metadata are of."""
    return module_class(metadata.kind, getattr(metadata.estimator, "objective", None))


def write_checkpoint(path, module, metadata, *, overwrite=False):
    """Write a model into a folder, whole or not at all.

    Parameters
    ----------
    path : path-like
        The folder.
    module : ASGPF | ASGPFForecaster | ASGPFEmbedder
        The module.
    metadata : dict
        The fields of :mod:`~mne_asgpf.checkpoints.schema` that do not follow from
        the module.
    overwrite : bool
        Whether a folder that is there already may be replaced.

    Raises
    ------
    InputError
        The model holds NaN or infinity, has other layers than its class builds, or what
        shall be said of it is not safe for JSON.
    """
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
            f"what shall be said of the model cannot be written ({first_line(error)})",
            "give strings, finite numbers, lists and dicts with strings as keys",
        ) from error
    _check_tensors(path, checked, tensors, "save a model with the head that it was built with")
    with atomic_folder(path, overwrite=overwrite) as folder:
        (folder / WEIGHTS_FILE).write_bytes(weights)
        (folder / METADATA_FILE).write_bytes(sealed)


def weights_sha256(module):
    """Give the hash that the weights of a module have in a checkpoint.

    Parameters
    ----------
    module : ASGPF | ASGPFForecaster | ASGPFEmbedder
        The module.

    Returns
    -------
    sha256 : str
        ``weights_sha256`` of its model.json.
    """
    return hashlib.sha256(save(_tensors(module), metadata={"format": "pt"})).hexdigest()


def _tensors(module):
    return {name: value.contiguous().cpu() for name, value in module.state_dict().items()}


def read_checkpoint(path):
    """Read a model back.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    module : ASGPF | ASGPFForecaster | ASGPFEmbedder
        The module, in evaluation mode, on the CPU.
    metadata : PretrainerMetadata | ClassifierMetadata
        What is said of it.

    Raises
    ------
    InputError
        The folder holds no model, a damaged or changed one, or one of a later version.
    """
    folder = Path(path)
    metadata = read_metadata(folder)
    weights = _read(folder / WEIGHTS_FILE)
    if hashlib.sha256(weights).hexdigest() != metadata.weights_sha256:
        raise InputError(
            folder / WEIGHTS_FILE, "it is not the file that was saved with model.json", _REMEDY
        )
    try:
        tensors = load(weights)
    except (SafetensorError, ValueError, KeyError) as error:
        raise InputError(
            folder / WEIGHTS_FILE, f"it cannot be loaded ({first_line(error)})", _REMEDY
        ) from error
    module = _build(folder / METADATA_FILE, metadata, tensors)
    _check_finite(folder / WEIGHTS_FILE, tensors, _REMEDY)
    module.eval().load_state_dict(tensors, strict=True)
    _check_agreement(folder / METADATA_FILE, metadata, module)
    if not same_numbers(_run(folder / METADATA_FILE, module), metadata.reference_output):
        raise InputError(
            folder,
            "the loaded model does not give the numbers that the saved one gave",
            "install the versions of the packages named in model.json",
        )
    return module, metadata


def read_metadata(path):
    """Read what is said of a saved model, without its weights."""
    file = Path(path) / METADATA_FILE
    content = _read(file)
    if not content.startswith(_BEFORE_SEAL):
        raise InputError(file, "it describes no model of mne_asgpf", _REMEDY)
    if seal(content, _BEFORE_SEAL) != content:
        raise InputError(file, "it was damaged or changed after it was saved", _REMEDY)
    try:
        head = Head.model_validate_json(content)
    except ValidationError as error:
        raise InputError(file, "it describes no model of mne_asgpf", _REMEDY) from error
    if head.schema_version != SCHEMA_VERSION:
        raise InputError(
            file,
            f"its schema is {head.schema_version}, this version reads {SCHEMA_VERSION}",
            "install the version of mne_asgpf named in its 'versions'",
        )
    try:
        return METADATA.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(file, f"{field}: {first['msg']}", _REMEDY) from error


def _read(file):
    if not file.is_file():
        raise InputError(file.parent, f"it is no saved model: there is no {file.name}", _REMEDY)
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(file, f"it cannot be read ({error.strerror})", _REMEDY) from error


def _build(file, metadata, tensors):
    """Build the module that metadata ask for, once its tensors are known to fit."""
    config = metadata.module.model_dump(exclude_unset=True)
    _check_activations(file, config)
    _check_tensors(file, metadata, tensors, _REMEDY)
    with _any_options(file), torch.random.fork_rng():
        return saved_module_class(metadata).from_config(config)


def _check_tensors(where, metadata, tensors, remedy):
    """Raise if tensors do not fit the module that metadata ask for."""
    config = metadata.module.model_dump(exclude_unset=True)
    with _any_options(where), torch.device("meta"):  # no memory, whatever sizes are asked for
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
    except Exception as error:  # options of any type may be asked for: no class is common
        raise InputError(
            file, f"module: no model runs with these options ({first_line(error)})", _REMEDY
        ) from error


def _check_agreement(file, metadata, module):
    """Raise if what is said twice is not said alike."""
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
    for name, (said, is_so) in stated.items():
        if said != is_so:
            raise InputError(file, f"{name}: {said} is said, the model has {is_so}", _REMEDY)


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
                f"module.{name}: {config[name]!r} is no activation of torch.nn",
                "use one of torch.nn's: nothing else is imported from a file",
            )


def _check_finite(where, tensors, remedy):
    for name, tensor in tensors.items():
        is_count = name.endswith("normalisation.count") and tensor.item() == math.inf
        if tensor.is_floating_point() and not is_count and not torch.isfinite(tensor).all():
            raise InputError(where, f"{name} holds NaN or infinity", remedy)


def first_line(error):
    """Give the first line of what an error says."""
    return (str(error).strip().splitlines() or [repr(error)])[0]
