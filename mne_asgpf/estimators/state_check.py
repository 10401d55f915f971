"""A state that is whole may still be made up: what does not fit is refused."""

from contextlib import contextmanager
from typing import Any

import torch
from pydantic import BaseModel, Field, NonNegativeInt

from ..errors import InputError

REMEDY = "remove the folder to begin anew"


class TrainingState(BaseModel, extra="forbid"):
    """What a state holds, as far as it can be told before the training goes on from it.

    Parameters
    ----------
    name : str
        Tells the training from others.
    settings : dict
        Setting -> a description of its value.
    first_epoch : int
        Epochs that the estimator was trained before.
    rows : list of str
        SHA-256 of the figures of each epoch.
    parts : dict of str to dict
        State of the module, the criterion and the optimiser.
    callbacks : dict of str to dict
        Callback -> attribute -> what it knows.
    transforms : list
        States of the generators that the user made.
    generators : list of dict
        States of the random generators of each process.
    """

    name: str
    settings: dict[str, Any]
    first_epoch: NonNegativeInt
    rows: list[str] = Field(min_length=1)
    parts: dict[str, dict]
    callbacks: dict[str, dict[str, dict]]
    transforms: list
    generators: list[dict]


@contextmanager
def refusing(path, is_unproven=lambda: True):
    """Name the file where nobody can go on from what it holds.

    Torch, numpy and the callbacks refuse what they cannot take up each in its own way, some
    only as they use it: so errors count until it is proven that a training goes on.

    Parameters
    ----------
    path : path-like
        The file.
    is_unproven : callable
        Tells whether errors still count.

    Yields
    ------
    nothing : None
        Nothing.

    Raises
    ------
    InputError
        Instead of such an error.
    """
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
        problem = f"no training can go on from what it holds ({type(error).__name__}: {first})"
        raise InputError(path, problem, REMEDY) from error
