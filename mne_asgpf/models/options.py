"""The options that classifier and forecaster share, so that an encoder fits both."""

#: Propagation steps where none are asked for; a shared propagation is there to be fast.
N_STEPS = {"separate": 5, "shared": 1}

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


def shared_options(arguments):
    """Pick the shared options out of a model's arguments.

    Parameters
    ----------
    arguments : dict
        All arguments of a model.

    Returns
    -------
    options : dict
        The shared ones.
    """
    return {name: arguments[name] for name in SHARED_OPTIONS}


def cell_options(shared, drop_prob, switches):
    """Turn shared options into those of a cell.

    Parameters
    ----------
    shared : dict
        Shared options.
    drop_prob : float
        Dropout of the attention, where the variant follows it.
    switches : dict of str to str
        The values of the variant's switches.

    Returns
    -------
    options : dict
        Options of :class:`~mne_asgpf.models.cell.SpatioGraphLearningCell`.
    """
    return {
        "n_steps": shared["n_propagation_steps"] or N_STEPS[switches["propagation"]],
        "hidden_size": shared["graph_hidden_size"],
        "n_heads": shared["n_heads"],
        "epsilon": shared["epsilon"],
        "skip": shared["graph_skip"],
        "activation": shared["activation"],
        "drop_prob": drop_prob,
        "switches": switches,
    }
