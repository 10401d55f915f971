"""The learning rate over the epochs."""

import math
from functools import partial

from skorch.callbacks import LRScheduler
from torch.optim.lr_scheduler import LambdaLR


def cosine_schedule(max_epochs):
    """Give the callback that lets the learning rate fall from its start to 0.

    It is a function of the epoch alone, so that a fit that is resumed goes on with the
    very same numbers. Training on after ``max_epochs`` begins it anew.

    Parameters
    ----------
    max_epochs : int
        Epochs until it is 0.

    Returns
    -------
    callback : skorch.callbacks.LRScheduler
        The callback, a step an epoch.
    """
    return LRScheduler(LambdaLR, lr_lambda=partial(_cosine, n_epochs=max_epochs))


def _cosine(epoch, *, n_epochs):
    n_epochs = max(n_epochs, 1)
    return (1 + math.cos(math.pi * (epoch % n_epochs) / n_epochs)) / 2
