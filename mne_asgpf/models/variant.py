"""The table of switches: the released scripts and the repaired model.

Each row is one switch, so that an ablation can toggle one at a time. The light variant is
the repaired one except for the switches with their own value. The chapter on the method in
the documentation shows this table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Switch:
    """One difference between the variants."""

    name: str
    released: str  # Its value in each variant.
    repaired: str
    meaning: str  # The choice it controls.
    light: str | None = None  # Its value in the light variant; None: as repaired.


SWITCHES = (
    Switch(
        "normalisation",
        "scalar",
        "bin",
        "Standardisation of the log-spectra: one mean and standard deviation for all, which leaves "
        "the slope of the spectrum in every input, or one per bin.",
    ),
    Switch(
        "position",
        "none",
        "harmonics",
        "Whether a linear map of the spherical harmonics of its position, up to degree 3, is "
        "added to the spectrum of an electrode.",
    ),
    Switch(
        "initialisation",
        "uniform",
        "open",
        "Initial gates: at one half, so that five steps keep 3 % of a node's own value and "
        "a cell forgets within seconds; or mostly keeping values (update gates' bias -1.5; the "
        "cell's, u, at time constants of 1 to 11 s: chrono initialisation).",
    ),
    Switch(
        "time_pooling",
        "last_second",
        "mean_and_last",
        "The head's input from an electrode's states: the last one, or also their mean.",
    ),
    Switch(
        "read_out",
        "node_maximum",
        "harmonics",
        "From electrodes to a clip: each is classified and the maximum taken, of any "
        "electrode; or the states are projected on the spherical harmonics of the scalp up "
        "to degree 2 and classified together.",
    ),
    Switch(
        "gate",
        "support_sign",
        "edges",
        "The gate of the attention: the sign of the current support, which is negative at the "
        "start, so that nothing is gated or the strong edges are excluded; or the edges of the "
        "starting graph, by their weight.",
    ),
    Switch(
        "support",
        "scaled_laplacian",
        "random_walk",
        "The initial support for propagation: -D^-1/2 W D^-1/2, or D^-1 W, row-stochastic like "
        "the learned graph.",
    ),
    Switch(
        "correlation",
        "uncentred",
        "centred",
        "Correlation of the log-spectra, .94 to .99 for all pairs of channels, or of "
        "their deviations from each channel's mean spectrum.",
    ),
    Switch(
        "heads",
        "shared",
        "own",
        "Whether all attention heads share one set of weights, or each has its own.",
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
        "softmax(softplus(m where m > epsilon)), dense and close to uniform with hardly any "
        "gradient, or the heads' mean attention m itself.",
    ),
    Switch(
        "messages",
        "learned",
        "learned",
        "The graph along which electrodes exchange messages: learned for each second "
        "('learned'), the starting graph ('starting'), or none ('none'): each electrode alone. "
        "The last two serve to measure the benefit of the learned graph.",
    ),
    Switch(
        "learner_input",
        "input",
        "input",
        "Whether the graph learner receives the cell's input only ('input') or also the hidden "
        "state ('input_and_state').",
    ),
    Switch(
        "propagation",
        "separate",
        "separate",
        "Whether the gates and the candidate state of a cell are propagated one after the other, "
        "on [input, state] ('separate'), or read out of one propagation as narrow as the "
        "state ('shared').",
        light="shared",
    ),
    Switch(
        "layer_start",
        "previous_layer",
        "input_graph",
        "The initial graph of a layer: the final one of the layer below, which is not causal "
        "and lets padding leak, or the starting graph.",
    ),
    Switch(
        "decoder_start",
        "input_graph",
        "encoder_graph",
        "The initial graph of the decoder: the starting graph, or the final one of the encoder's "
        "top layer.",
    ),
    Switch(
        "forecast",
        "spectrum",
        "deviation",
        "The target of the decoder: the spectra, or their deviations from the mean spectrum of "
        "the input seconds.",
    ),
    Switch(
        "pretraining_loss",
        "rmse",
        "mae",
        "The loss of pre-training: the root mean square error of the released scripts, or the "
        "mean absolute error of the paper.",
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
    """Return the value of every switch."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {VARIANTS}, not {variant!r}")
    values = {switch.name: getattr(switch, variant) or switch.repaired for switch in SWITCHES}
    for name, value in (switches or {}).items():
        if name not in _CHOICES:
            raise ValueError(f"switches: unknown switch {name!r}; choose from {sorted(_CHOICES)}")
        if value not in _CHOICES[name]:
            raise ValueError(f"switches[{name!r}] must be one of {_CHOICES[name]}, not {value!r}")
        values[name] = value
    return values
