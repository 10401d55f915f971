"""The parameters of estimators as JSON, which knows no classes and no objects."""

import re

import numpy as np
import torch
from mne.utils import logger

from .patient_split import PatientSplit

# Of the optimiser, the criterion and the loading: what changes what is learned.
_OF_PARTS = re.compile(r"(optimizer|criterion)__\w+|iterator_train__(shuffle|drop_last)")


def parameters_to_json(estimator, names):
    """Give the parameters of an estimator that a description holds; tell of what none can.

    Parameters
    ----------
    estimator : Stage
        The estimator.
    names : collection of str
        The fields of its schema.

    Returns
    -------
    parameters : dict
        Parameter -> value, safe for JSON.
    """
    held, of_parts, lost = {}, {}, []
    for name, value in estimator.get_params(deep=False).items():
        if name not in names and not _OF_PARTS.fullmatch(name):
            continue
        try:
            (held if name in names else of_parts)[name] = _to_json(name, value)
        except TypeError:
            lost.append(name)
    if lost:
        logger.warning(
            "%s: no file of a model holds such values; give them again to who reads it.",
            ", ".join(lost),
        )
    return held | {"of_parts": of_parts}


def parameters_from_json(parameters):
    """Give the parameters that an estimator is built with.

    Parameters
    ----------
    parameters : Parameters
        What a description says.

    Returns
    -------
    parameters : dict
        Parameter -> value; none for what the description does not tell.

    Raises
    ------
    ValueError
        It names an optimiser that torch does not have.
    """
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
        if getattr(torch.optim, getattr(value, "__name__", ""), None) is not value:
            raise TypeError
        return value.__name__
    if name == "train_split" and type(value) is PatientSplit:
        return {key: _plain(item) for key, item in value.get_params().items()}
    if name == "class_weight" and isinstance(value, dict):
        return [[_plain(key), _plain(weight)] for key, weight in value.items()]
    if name == "channels":
        return [_plain(channel) for channel in value]
    return _plain(value)


def _plain(value):
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise TypeError
    return value


def _optimizer(name):
    optimizer = getattr(torch.optim, name, None)
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        raise ValueError(f"optimizer: torch.optim has no {name}")
    return optimizer
