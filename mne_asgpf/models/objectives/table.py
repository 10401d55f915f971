"""The table of objectives of the pre-training."""

from typing import Any

from ...errors import InputError
from .contrastive import Contrastive
from .masked import Masked
from .neighbours import Neighbours

#: The published objective, which has a module of its own (ASGPFForecaster).
FORECAST = "forecast"
#: All others: name -> class. Joined by "+", the mean of their losses is taken.
OBJECTIVES: dict[str, Any] = {
    "masked": Masked,
    "contrastive": Contrastive,
    "neighbours": Neighbours,
}


def objective_parts(objective: str) -> tuple[str, ...]:
    """Give the names of the objectives that an option stands for.

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
        There is no such objective, one is named twice, or the forecast is combined.
    """
    parts = tuple(objective.split("+")) if isinstance(objective, str) else (objective,)
    names = {*OBJECTIVES, FORECAST}
    if set(parts) <= names and len(set(parts)) == len(parts):
        if FORECAST not in parts or len(parts) == 1:
            return parts
        problem = f"{objective!r} combines the forecast, which stands alone"
    else:
        problem = f"there is no {objective!r}"
    others = ", ".join(map(repr, OBJECTIVES))
    raise InputError(
        "objective",
        problem,
        f"give {FORECAST!r}, one of {others}, or several of these as 'contrastive+masked'",
    )
