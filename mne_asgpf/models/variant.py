"""The table of what the released scripts do and what the repaired model does instead.

One row is one switch, so that an ablation can toggle one at a time. The light variant is
the repaired one but for the switches that say otherwise. The chapter on the method in
the documentation shows this table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Switch:
    """One place where the variants differ.

    Parameters
    ----------
    name : str
        The key of the switch.
    released, repaired : str
        Its value in either variant.
    meaning : str
        What it decides.
    light : str | None
        Its value in the light variant; None: as repaired.
    """

    name: str
    released: str
    repaired: str
    meaning: str
    light: str | None = None


SWITCHES = (
    Switch(
        "normalisation",
        "scalar",
        "bin",
        "Standardising of the log-spectra: one mean and standard deviation for all, which leaves "
        "the slope of the spectrum in every input, or one a bin.",
    ),
    Switch(
        "position",
        "none",
        "harmonics",
        "Whether a linear map of the spherical harmonics of its position, up to degree 3, is "
        "added to what an electrode's spectrum says.",
    ),
    Switch(
        "initialisation",
        "uniform",
        "open",
        "Where the gates start: at one half, so that five steps keep 3 % of a node's own value and "
        "a cell forgets within seconds; or open to what is there (update gates' bias -1.5; the "
        "cell's, u, at time constants of 1 to 11 s: chrono initialisation).",
    ),
    Switch(
        "time_pooling",
        "last_second",
        "mean_and_last",
        "What the head sees of an electrode's states: the last one, or their mean as well.",
    ),
    Switch(
        "read_out",
        "node_maximum",
        "harmonics",
        "From electrodes to a clip: each is classified and the maximum taken, whichever "
        "electrode it is; or the states are projected on the spherical harmonics of the scalp up "
        "to degree 2 and classified together.",
    ),
    Switch(
        "gate",
        "support_sign",
        "edges",
        "What gates the attention: the sign of the current support, which is negative at the "
        "start, so that nothing is gated or the strong edges are shut out; or the edges of the "
        "starting graph, by their weight.",
    ),
    Switch(
        "support",
        "scaled_laplacian",
        "random_walk",
        "What is propagated along at the start: -D^-1/2 W D^-1/2, or D^-1 W, row-stochastic as "
        "the learned graph is.",
    ),
    Switch(
        "correlation",
        "uncentred",
        "centred",
        "Correlation of the log-spectra themselves, .94 to .99 for all pairs of channels, or of "
        "their deviations from each channel's mean spectrum.",
    ),
    Switch(
        "heads",
        "shared",
        "own",
        "All attention heads share one set of weights, or each has its own.",
    ),
    Switch(
        "attention_dropout",
        "fixed",
        "drop_prob",
        "Dropout of the attention: always .5, or the model's drop_prob.",
    ),
    Switch(
        "learned_graph",
        "thresholded",
        "attention",
        "softmax(softplus(m where m > epsilon)), dense and close to uniform with next to no "
        "gradient, or the heads' mean attention m itself.",
    ),
    Switch(
        "messages",
        "learned",
        "learned",
        "Which graph electrodes exchange messages along: the one that is learned second by second "
        "('learned'), the starting graph ('starting'), or none ('none'): each electrode alone. "
        "The last two are there to tell what the learned graph is worth.",
    ),
    Switch(
        "learner_input",
        "input",
        "input",
        "Whether the graph learner sees the cell's input alone ('input') or the hidden state "
        "as well ('input_and_state').",
    ),
    Switch(
        "propagation",
        "separate",
        "separate",
        "Whether the gates and the candidate state of a cell are propagated one after the other, "
        "on [input, state] ('separate'), or read out of one propagation that is as narrow as the "
        "state ('shared').",
        light="shared",
    ),
    Switch(
        "layer_start",
        "previous_layer",
        "input_graph",
        "The graph a layer starts from: the one the layer below ended with, which is not causal "
        "and lets padding leak, or the starting graph.",
    ),
    Switch(
        "decoder_start",
        "input_graph",
        "encoder_graph",
        "The graph the decoder starts from: the starting graph, or the one the encoder's top "
        "layer ended with.",
    ),
    Switch(
        "forecast",
        "spectrum",
        "deviation",
        "What the decoder forecasts: the spectra, or how they deviate from the mean spectrum of "
        "the seconds at hand.",
    ),
    Switch(
        "pretraining_loss",
        "rmse",
        "mae",
        "The loss of pre-training: the root mean square error that the scripts optimise, or the "
        "mean absolute error that the paper names.",
    ),
)

VARIANTS = ("repaired", "released", "light")
_CHOICES = {
    "normalisation": ("scalar", "bin"),
    "position": ("none", "harmonics"),
    "initialisation": ("uniform", "open"),
    "time_pooling": ("last_second", "mean_and_last"),
    "read_out": ("node_maximum", "harmonics"),
    "gate": ("support_sign", "edges"),
    "support": ("scaled_laplacian", "random_walk"),
    "correlation": ("uncentred", "centred"),
    "heads": ("shared", "own"),
    "attention_dropout": ("fixed", "drop_prob"),
    "learned_graph": ("thresholded", "attention"),
    "messages": ("learned", "starting", "none"),
    "learner_input": ("input", "input_and_state"),
    "propagation": ("separate", "shared"),
    "layer_start": ("previous_layer", "input_graph"),
    "decoder_start": ("input_graph", "encoder_graph"),
    "forecast": ("spectrum", "deviation"),
    "pretraining_loss": ("rmse", "mae"),
}


def resolve_variant(variant="repaired", switches=None):
    """Give the value of every switch."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {VARIANTS}, not {variant!r}")
    values = {switch.name: getattr(switch, variant) or switch.repaired for switch in SWITCHES}
    for name, value in (switches or {}).items():
        if name not in _CHOICES:
            raise ValueError(f"switches: no switch {name!r}; there are {sorted(_CHOICES)}")
        if value not in _CHOICES[name]:
            raise ValueError(f"switches[{name!r}] must be one of {_CHOICES[name]}, not {value!r}")
        values[name] = value
    return values
