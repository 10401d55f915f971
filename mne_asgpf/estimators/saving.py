"""Saving and rebuilding fitted estimators: parameters as JSON, without objects."""

import math
import re

import numpy as np
import torch
from braindecode.models.util import resolve_type_kwargs
from mne.utils import logger
from skorch.callbacks import EarlyStopping
from skorch.history import History

from ..checkpoints.files import saved_module_class, write_checkpoint
from .training.patients import PatientSplit

# Options of the module that depend on the estimator or its data.
_SIGNALS = {"n_outputs", "n_chans", "chs_info", "n_times", "input_window_seconds", "sfreq"}
_FOLLOWING = _SIGNALS | {"objective", "input_seconds"}
# Functions that affect the loss or the probabilities.
_NEVER_SAVED = ("criterion", "predict_nonlinearity")
# Parameters of the optimiser, the criterion and the loading that affect the training.
_OF_PARTS = re.compile(r"(optimizer|criterion)__\w+|iterator_train__(shuffle|drop_last)")


def save_estimator(estimator, path, *, overwrite=False, notes=None):
    """Save a fitted estimator, completely or not at all, from this process only."""
    estimator.check_is_fitted()
    metadata = {
        "kind": estimator.kind,
        "estimator": _parameters_to_json(estimator, estimator.parameters_schema.model_fields),
        "training_data": [data.model_dump() for data in estimator.training_data_],
        "history": [_scalars(epoch) for epoch in estimator.history],
        "metrics": _metrics(estimator),
        "notes": estimator.notes_ if notes is None else notes,
        **estimator._own_metadata(),
    }
    write_checkpoint(path, estimator.module_, metadata, overwrite=overwrite)


def build_estimator(estimator_class, module, metadata):
    """Rebuild an estimator from its saved metadata."""
    config = resolve_type_kwargs(
        saved_module_class(metadata), metadata.module.model_dump(exclude_unset=True)
    )
    options = {f"module__{name}": config[name] for name in config if name not in _FOLLOWING}
    estimator = estimator_class(**_parameters_from_json(metadata.estimator), **options)
    estimator.signal_options_ = {
        name: config[name] for name in _SIGNALS if config.get(name) is not None
    }
    estimator._take_metadata(metadata, module)
    with torch.random.fork_rng():
        estimator.initialize()
    estimator.module_.load_state_dict(module.state_dict())
    estimator.module_.eval()
    estimator.history_ = History(epoch | {"batches": []} for epoch in metadata.history)
    for group in estimator.optimizer_.param_groups:
        group["initial_lr"] = group["lr"]  # where a resumed schedule starts
    estimator.metrics_ = metadata.metrics
    estimator.training_data_ = metadata.training_data
    estimator.notes_ = metadata.notes
    estimator.versions_ = metadata.versions
    return estimator


def _metrics(estimator):
    """Return the metrics of the epoch whose weights are kept."""
    if estimator.metrics_ is not None or not len(estimator.history):
        return estimator.metrics_ or {}
    kept = [
        callback.best_epoch_
        for _, callback in estimator.callbacks_
        if isinstance(callback, EarlyStopping) and callback.load_best
        if callback.patience is not None and callback.best_epoch_
    ]
    epoch = kept[0] if kept else len(estimator.history)
    return _scalars(next(one for one in estimator.history if one["epoch"] == epoch))


def _scalars(epoch):
    """Return the scalar values of an epoch, None if not finite."""
    values = {key: np.asarray(v).tolist() for key, v in epoch.items() if key != "batches"}
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
        if isinstance(value, (bool, int, float, str))
    }


def _parameters_to_json(estimator, names):
    """Return the parameters that can be saved, by name; log those that cannot."""
    held: dict = {}
    of_parts: dict = {}
    parameters = estimator.get_params(deep=False)
    # Of our own class: those of others may need arguments.
    usual = next(cls for cls in type(estimator).__mro__ if "parameters_schema" in vars(cls))()
    lost = [name for name in _NEVER_SAVED if parameters[name] != getattr(usual, name)]
    for name, value in parameters.items():
        if name not in names and not _OF_PARTS.fullmatch(name):
            continue
        try:
            (held if name in names else of_parts)[name] = _to_json(name, value)
        except TypeError:
            lost.append(name)
    if lost:
        logger.warning(
            "%s: not saved, as they are not plain values; set them again after reading the model.",
            ", ".join(lost),
        )
    return held | {"of_parts": of_parts}


def _parameters_from_json(parameters):
    """Return the parameters of an estimator, without those that are None."""
    values = parameters.model_dump(exclude_unset=True)
    values |= values.pop("of_parts", {})
    if isinstance(values.get("class_weight"), list):
        values["class_weight"] = dict(values["class_weight"])
    if values.get("train_split") is not None:
        values["train_split"] = PatientSplit(**values["train_split"])
    if "optimizer" in values:
        values["optimizer"] = _optimizer(values["optimizer"])
    return values


def _to_json(name, value):
    if name == "optimizer":
        in_torch = getattr(value, "__name__", "")
        if getattr(torch.optim, in_torch, None) is not value:
            raise TypeError
        return in_torch
    if name == "train_split" and type(value) is PatientSplit:
        return {key: _one_value(item) for key, item in value.get_params().items()}
    if name == "class_weight" and isinstance(value, dict):
        return [[_one_value(key), _one_value(weight)] for key, weight in value.items()]
    if name == "channels":
        return [_one_value(channel) for channel in value]
    return _one_value(value)


def _one_value(value):
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise TypeError
    return value


def _optimizer(name):
    optimizer = getattr(torch.optim, name, None)
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        raise ValueError(f"optimizer: torch.optim has no {name}")
    return optimizer
