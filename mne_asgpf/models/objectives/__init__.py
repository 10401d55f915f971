"""Objectives of pre-training other than the forecast, which need no labels."""

from .contrastive import Contrastive
from .masked import Masked
from .neighbours import Neighbours, WithinPatient
from .outcome import Outcome
from .table import FORECAST, OBJECTIVES, objective_parts
from .views import Views

__all__ = [
    "FORECAST",
    "OBJECTIVES",
    "Contrastive",
    "Masked",
    "Neighbours",
    "Outcome",
    "Views",
    "WithinPatient",
    "objective_parts",
]
