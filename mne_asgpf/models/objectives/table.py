"""The table of objectives of pre-training."""

from typing import Any

from ...errors import InputError
from .contrastive import Contrastive
from .masked import Masked
from .neighbours import Neighbours, WithinPatient

#: The published objective, with a module of its own (ASGPFForecaster).
FORECAST = "forecast"
#: All others: name -> class. If joined by "+", their losses are averaged.
OBJECTIVES: dict[str, Any] = {
    "masked": Masked,
    "contrastive": Contrastive,
    "neighbours": Neighbours,
    "within_patient": WithinPatient,
}


def objective_parts(objective: str) -> tuple[str, ...]:
    """Return the names of the objectives in an option.

    Parameters
    ----------
    objective : str
        "forecast", one of ``OBJECTIVES``, or several of them joined by "+".

    Returns
    -------
    parts : tuple of str
        Their names.

    Raises
    ------
    InputError
        If an objective is unknown or repeated, or the forecast is combined with others.
    """
    parts = tuple(objective.split("+")) if isinstance(objective, str) else (objective,)
    names = {*OBJECTIVES, FORECAST}
    if set(parts) <= names and len(set(parts)) == len(parts):
        if FORECAST not in parts or len(parts) == 1:
            return parts
        problem = f"{objective!r} combines the forecast with others, which is not possible"
    else:
        problem = f"unknown objective: {objective!r}"
    others = ", ".join(map(repr, OBJECTIVES))
    raise InputError(
        "objective",
        problem,
        f"give {FORECAST!r}, one of {others}, or several of these as 'contrastive+masked'",
    )
