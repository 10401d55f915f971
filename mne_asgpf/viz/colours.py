"""One colour a class, the same in every picture."""

from ..labels import BACKGROUND, CLASS_NAMES

# Paul Tol's muted scheme, told apart by colour-blind readers too.
_PALETTE = (
    "#332288", "#CC6677", "#DDCC77", "#44AA99", "#88CCEE", "#882255", "#117733", "#999933",
    "#AA4499",
)  # fmt: skip
BACKGROUND_COLOUR = "#E4E4E4"
OTHER_COLOUR = "#555555"


def class_colours(classes):
    """Give each class its colour."""
    seizure = [name for name in classes if name != BACKGROUND]
    colours = {name: _PALETTE[i % len(_PALETTE)] for i, name in enumerate(seizure)}
    return colours | {BACKGROUND: BACKGROUND_COLOUR}


def class_title(name):
    """Give a class with its name in words."""
    return f"{name} ({CLASS_NAMES[name]})" if name in CLASS_NAMES else str(name)
