"""One colour and hatching per class, the same in every plot."""

from matplotlib.colors import rgb_to_hsv, to_rgb

from ..labels import BACKGROUND, CLASS_NAMES

# Okabe and Ito's palette, distinct for colour-blind readers; the most distinct ones first.
_PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#F0E442", "#56B4E9", "#000000", "#CC79A7", "#E69F00",
)  # fmt: skip
_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++++", "oo")
BACKGROUND_COLOUR = "#E4E4E4"
OTHER_COLOUR = "#555555"


def class_colours(classes):
    """Return the colour of each class."""
    seizure = [name for name in classes if name != BACKGROUND]
    colours = {name: _PALETTE[i % len(_PALETTE)] for i, name in enumerate(seizure)}
    return colours | {BACKGROUND: BACKGROUND_COLOUR}


def patch_styles(classes):
    """Return the fill style of each class, distinct in colour and in grey."""
    colours = class_colours(classes)
    seizure = [name for name in classes if name != BACKGROUND]
    hatches = {name: _HATCHES[i % len(_HATCHES)] for i, name in enumerate(seizure)}
    return {
        name: {
            "facecolor": colour,
            "hatch": hatches.get(name, ""),
            "edgecolor": "black" if rgb_to_hsv(to_rgb(colour))[2] > 0.8 else "white",
            "linewidth": 0,
        }
        for name, colour in colours.items()
    }


def class_title(name):
    """Return a class with its full name."""
    return f"{name} ({CLASS_NAMES[name]})" if name in CLASS_NAMES else str(name)
