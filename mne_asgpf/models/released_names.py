"""The released scripts' parameter names, so that their checkpoints can be loaded."""

import re

# Own name -> released name, as substitutions applied in order.
_SPELLINGS = (
    (r"^encoder\.cells\.", "encoder.encoding_cells."),
    (r"^decoder\.first_cell\.", "decoder.decoding_cells.0."),
    (r"^decoder\.upper_cell\.", "decoder.decoding_cells.1."),
    (r"^decoder\.projection\.", "decoder.projection_layer."),
    (r"graph_learner\.(?=[wa]$)", "graph_learner.att."),
    (r"\.(gate|candidate)\.(reset|update)\.", r".ggnn_\1.propagator.\2_gate.0."),
    (r"\.(gate|candidate)\.transform\.", r".ggnn_\1.propagator.transform.0."),
    (r"\.(gate|candidate)\.read_out\.", r".ggnn_\1.fc."),
    (r"^final_layer\.", "fc."),
)
# Unused (linear_sims), or the shared upper cell stored again for each layer.
_SURPLUS = re.compile(r"linear_sims|^decoder\.decoding_cells\.([2-9]|\d\d)")


def released_name(name):
    """Return the released scripts' name of a parameter."""
    for pattern, spelling in _SPELLINGS:
        name = re.sub(pattern, spelling, name)
    return name


def released_mapping(module):
    """Map the released names of a module's parameters to its own."""
    return {released_name(name): name for name, _ in module.named_parameters()}


def without_surplus(state_dict):
    """Remove unused tensors of a released checkpoint."""
    return {name: value for name, value in state_dict.items() if not _SURPLUS.search(name)}
