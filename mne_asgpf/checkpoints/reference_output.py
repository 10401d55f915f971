"""The output of a model for a fixed input, which verifies that a loaded model is the saved one."""

import copy

import numpy as np
import torch

_AMPLITUDE = 2e-5  # V, as in resting EEG
_N_VALUES = 64
#: Absolute and relative tolerance for the output of a loaded model. Float32 and float64 differ
#: by 3e-7, in all variants.
TOLERANCE = 1e-4


def reference_output(module):
    """Run a model on a fixed input, on the CPU."""
    # numpy guarantees the stream of RandomState, not that of Generator.
    noise = np.random.RandomState(0).standard_normal((module.n_chans, module.n_times))
    if module.n_chans > 1:
        noise[-1] = np.nan
    module = copy.deepcopy(module).cpu().eval()
    module.signals_to_graphs.input_level.trusts = True  # noise, for any unit of the training data
    x = torch.from_numpy((_AMPLITUDE * noise).astype(np.float32))[None]
    with torch.no_grad():
        output = module(x.to(next(module.parameters()).dtype))
    output = getattr(output, "forecast", output).flatten().double()
    return output[:: -(-len(output) // _N_VALUES)].tolist()


def same_numbers(values, saved):
    """Return whether a loaded model reproduces the saved output."""
    return len(values) == len(saved) and np.allclose(values, saved, rtol=TOLERANCE, atol=TOLERANCE)
