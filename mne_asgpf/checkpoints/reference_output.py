"""A fixed input and what a model makes of it: proof that a loaded model is the saved one."""

import copy

import numpy as np
import torch

_AMPLITUDE = 2e-5  # V, that of a resting EEG
_N_VALUES = 64
#: How far the numbers of a loaded model may lie from the saved ones, absolute and relative.
#: Float32 next to float64 differs by 3e-7, in all variants.
TOLERANCE = 1e-4


def reference_output(module):
    """Run a model on a fixed input, on the CPU, wherever it lies."""
    # RandomState's stream never changes, by numpy's promise; that of Generator may.
    noise = np.random.RandomState(0).standard_normal((module.n_chans, module.n_times))
    if module.n_chans > 1:
        noise[-1] = np.nan
    module = copy.deepcopy(module).cpu().eval()
    module.signals_to_graphs.input_level.trusts = True  # noise, whatever it was trained on
    x = torch.from_numpy((_AMPLITUDE * noise).astype(np.float32))[None]
    with torch.no_grad():
        output = module(x.to(next(module.parameters()).dtype))
    output = getattr(output, "forecast", output).flatten().double()
    return output[:: -(-len(output) // _N_VALUES)].tolist()


def same_numbers(values, saved):
    """Return whether a loaded model's numbers are the saved ones."""
    return len(values) == len(saved) and np.allclose(values, saved, rtol=TOLERANCE, atol=TOLERANCE)
