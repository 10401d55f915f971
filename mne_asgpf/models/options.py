"""The options common to all models, so that an encoder fits each."""

#: Default sizes. Those of the released variant are as published; the
#: others are the smallest that reach the best scores in benchmarks/tasks.
SIZES = {
    "released": {
        "n_units": 64,
        "n_layers": 2,
        "n_bins": 100,
        "n_propagation_steps": 5,
        "drop_prob": 0.5,
    },
    "repaired": {
        "n_units": 32,
        "n_layers": 1,
        "n_bins": 50,
        "n_propagation_steps": 1,
        "drop_prob": 0.1,
    },
}
SIZES["light"] = SIZES["repaired"]
#: Layers of the released scripts' pre-training, of which the lower two are fine-tuned.
RELEASED_PRETRAINING_LAYERS = 3

#: Names of the options in a weight transfer.
SHARED_OPTIONS = (
    "n_units",
    "n_layers",
    "n_bins",
    "n_propagation_steps",
    "graph_hidden_size",
    "n_heads",
    "epsilon",
    "graph_skip",
    "graph",
    "graph_seconds",
    "top_k",
    "activation",
    "variant",
    "switches",
)


def with_sizes(arguments, variant, **others):
    """Fill in default sizes."""
    sizes = SIZES[variant] | others
    asked = {name: arguments[name] for name in sizes if arguments[name] is not None}
    return arguments | sizes | asked


def shared_options(arguments):
    """Select the shared options among a model's arguments."""
    return {name: arguments[name] for name in SHARED_OPTIONS}


def cell_options(shared, drop_prob, switches):
    """Convert shared options to those of a cell."""
    return {
        "n_steps": shared["n_propagation_steps"],
        "hidden_size": shared["graph_hidden_size"],
        "n_heads": shared["n_heads"],
        "epsilon": shared["epsilon"],
        "skip": shared["graph_skip"],
        "activation": shared["activation"],
        "drop_prob": drop_prob,
        "switches": switches,
    }
