"""Reproducible torch code that does not change the user's generators."""

import random
from contextlib import contextmanager

import numpy as np
import torch
from sklearn.utils import check_random_state


@contextmanager
def torch_seed(random_state):
    """Seed torch inside the block and restore its generators afterwards."""
    if random_state is None:
        yield
        return
    with torch.random.fork_rng():
        torch.manual_seed(int(check_random_state(random_state).randint(2**31 - 1)))
        yield


def generator_states():
    """Return the states of all random generators that a training may use."""
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
        "numpy": np.random.get_state(),  # noqa: NPY002  (the one that callbacks may use)
        "python": random.getstate(),
    }


def set_generator_states(states):
    """Restore the states of the random generators."""
    if "torch" in states:
        torch.set_rng_state(states["torch"])
    # There may be fewer GPUs now.
    for device, state in zip(range(torch.cuda.device_count()), states.get("cuda", ())):  # noqa: B905
        torch.cuda.set_rng_state(state, device)
    np.random.set_state(states["numpy"])  # noqa: NPY002
    random.setstate(states["python"])
