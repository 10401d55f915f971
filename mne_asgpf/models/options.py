"""The options that all models share, so that an encoder fits each."""

#: Sizes where none are asked for. Those of the released variant are the published ones; the
#: others are as large as the tasks of benchmarks/tasks were seen to be worth.
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

#: Names of the options that a transfer carries over.
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
    """Fill in the sizes that were not asked for."""
    sizes = SIZES[variant] | others
    asked = {name: arguments[name] for name in sizes if arguments[name] is not None}
    return arguments | sizes | asked


def shared_options(arguments):
    """Pick the shared options out of a model's arguments."""
    return {name: arguments[name] for name in SHARED_OPTIONS}


def cell_options(shared, drop_prob, switches):
    """Turn shared options into those of a cell."""
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
