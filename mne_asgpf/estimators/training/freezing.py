"""Freezing of encoder layers, throughout a fit or for some epochs."""

from mne.utils import logger
from skorch.callbacks import Callback

from ...errors import InputError


class Freezing(Callback):
    """Freeze the lowest layers of the encoder and unfreeze them from the top."""

    # `freeze` is their number, or "encoder" for all; one more layer is trained after every
    # `unfreeze_every` epochs. The frozen layers depend on the epoch only, so that an interrupted
    # fit resumes unchanged.

    def __init__(self, freeze=None, unfreeze_every=None):
        self.freeze = freeze
        self.unfreeze_every = unfreeze_every

    def on_epoch_begin(self, net, **kwargs):
        """Freeze the layers that are frozen in this epoch."""
        if self.freeze is None:
            return
        cells = net.module_.encoder.cells
        n_frozen = len(cells) if self.freeze == "encoder" else self.freeze
        if not isinstance(n_frozen, int) or not 0 <= n_frozen <= len(cells):
            raise InputError(
                "freeze",
                f"{self.freeze!r} is not a number of layers of an encoder with {len(cells)}",
                "give 'encoder', a number of layers or None",
            )
        if self.unfreeze_every:
            n_frozen = max(n_frozen - (len(net.history) - 1) // self.unfreeze_every, 0)
        before = [cell for cell in cells if _is_frozen(cell)]
        for layer, cell in enumerate(cells):
            cell.requires_grad_(layer >= n_frozen)
        if (position := net.module_.encoder.position) is not None:  # below the lowest layer
            position.requires_grad_(n_frozen == 0)
        if len(before) != n_frozen:
            logger.info("Layers of the encoder frozen: %d of %d.", n_frozen, len(cells))


def _is_frozen(cell):
    return not any(parameter.requires_grad for parameter in cell.parameters())
