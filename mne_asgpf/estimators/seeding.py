"""Reproducible torch code that leaves the user's generators alone."""

from contextlib import contextmanager

import torch
from sklearn.utils import check_random_state


@contextmanager
def torch_seed(random_state):
    """Seed torch inside the block and give its generators back as they were.

    Parameters
    ----------
    random_state : int | numpy.random.RandomState | None
        Where the draws start from. None leaves torch's generators in charge.

    Yields
    ------
    nothing : None
        Nothing.
    """
    if random_state is None:
        yield
        return
    with torch.random.fork_rng():
        torch.manual_seed(int(check_random_state(random_state).randint(2**31 - 1)))
        yield
