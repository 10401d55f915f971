"""The loss of the second stage: weighted cross entropy and the graphs' regularisation."""

from skorch.utils import to_tensor


class ClassLoss:
    """Weigh the classes, and add what the module's learned graphs cost in training."""

    def initialize_criterion(self):
        """Build the criterion with the classes' weights.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.
        """
        options = {"weight": self.class_weights_} | self.get_params_for("criterion")
        self.criterion_ = self.initialized_instance(self.criterion, options)
        return self

    def infer(self, x, **fit_params):
        """Run the module on a batch.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_channels, n_times)
            Windows in volts.
        **fit_params : dict
            Handed to the module.

        Returns
        -------
        y_pred : torch.Tensor | tuple of torch.Tensor
            The logits; in training, where the module regularises its graphs, also what
            they add to the loss of each window.
        """
        training = self.module_.training
        if not (training and getattr(self.module_, "regularises_graphs", False)):
            return super().infer(x, **fit_params)
        typing = self.module_.describe(to_tensor(x, device=self.device), **fit_params)
        return typing.logits, typing.regularisation

    def get_loss(self, y_pred, y_true, *args, **kwargs):
        """Compute the loss of a batch.

        Parameters
        ----------
        y_pred : torch.Tensor | tuple of torch.Tensor
            As :meth:`infer` gives it.
        y_true : torch.Tensor of int64, shape (batch,)
            The encoded classes.
        *args, **kwargs : tuple, dict
            As in :meth:`skorch.NeuralNet.get_loss`.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The criterion, and in training the graphs' regularisation.
        """
        if not isinstance(y_pred, tuple):
            return super().get_loss(y_pred, y_true, *args, **kwargs)
        logits, regularisation = y_pred
        return super().get_loss(logits, y_true, *args, **kwargs) + regularisation.mean()
