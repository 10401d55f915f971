"""A training whose loss or gradient is no number stops before it spoils the weights."""

import torch

from ..errors import InputError


class Finite:
    """Refuse a loss or a gradient that is NaN or infinite; the weights stay as they were."""

    def train_step_single(self, batch, **fit_params):
        """Compute a batch's loss and gradients; refuse a loss that is no number.

        Parameters
        ----------
        batch : tuple
            Windows and targets.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.train_step_single`.

        Returns
        -------
        step : dict
            The loss and what the module gave.

        Raises
        ------
        InputError
            If the loss is NaN or infinite.
        """
        step = super().train_step_single(batch, **fit_params)
        self._refuse_unless_finite("loss", step["loss"])
        return step

    def on_grad_computed(self, net, named_parameters=(), **kwargs):
        """Refuse a gradient that is no number.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        named_parameters : iterable of tuple
            Names and parameters.
        **kwargs : dict
            Not used.

        Raises
        ------
        InputError
            If a gradient is NaN or infinite.
        """
        super().on_grad_computed(net, named_parameters=named_parameters, **kwargs)
        gradients = [p.grad for _, p in named_parameters if p.grad is not None]
        self._refuse_unless_finite("gradient", torch.nn.utils.get_total_norm(gradients))

    def _refuse_unless_finite(self, what, value):
        if torch.isfinite(value):
            return
        kept = "" if self.resume_dir is None else f"; the last epoch's are in {self.resume_dir}"
        raise InputError(
            f"epoch {len(self.history)}",
            f"the {what} is {value.item()}: the weights are those of the batch before{kept}",
            "train with a smaller lr, or look for extreme amplitudes in the recordings",
        )
