"""What both stages share: how they take recordings, and when normalisation is fixed."""

import torch
from torch import nn

from .inputs import prepare_raws
from .saving import Saving


class Stage(Saving):
    """Take recordings and fix the normalisation before the first epoch."""

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Fix the normalisation at the training data, unless it came with the encoder.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        dataset_train : torch.utils.data.Dataset
            The training windows.
        **kwargs : dict
            Not used.
        """
        front = self.module_.signals_to_graphs
        if not front.normalisation.is_fixed:
            front.fit_normalisation(x.to(self.device) for x, _ in self.get_iterator(dataset_train))
        super().on_epoch_begin(net, dataset_train=dataset_train, **kwargs)

    def get_iterator(self, dataset, training=False, **kwargs):
        """Give batches of windows.

        Parameters
        ----------
        dataset : torch.utils.data.Dataset
            The windows.
        training : bool
            Whether they are trained on.
        **kwargs : dict
            Handed on.

        Returns
        -------
        batches : iterable
            The batches.
        """
        batches = super().get_iterator(dataset, training=training, **kwargs)
        if not training:
            # A loader draws a seed whenever it starts; prediction must not move torch's own.
            getattr(batches, "loader", batches).generator = torch.Generator()
        return batches

    def _prepare(self, raws):
        return prepare_raws(
            raws, channels=self.channels, sfreq=self.sfreq, max_missing=self.max_missing
        )

    def _build_module(self, inferred):
        """Build the module from what was inferred and, above it, what the user asks for."""
        asked = self.get_params_for("module")
        if isinstance(self.module, nn.Module) and not asked:
            self.module_ = self.module  # read from a file: skorch would build it anew
        else:
            self.module_ = self.initialized_instance(self.module, inferred | asked)
