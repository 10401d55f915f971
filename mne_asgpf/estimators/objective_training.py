"""How the first stage is trained: its plan, its objective, what it reports."""

from mne.utils import logger
from skorch.callbacks import GradientNormClipping, PassthroughScoring, PrintLog
from skorch.utils import to_tensor

from ..models.objectives import FORECAST, objective_parts
from .schedule import cosine_schedule
from .telling import figure_names, tell_objective
from .training_plan import plan_training


class ObjectiveTraining:
    """The objective's loss beside that of guessing, the plan, the recipe's callbacks."""

    @property
    def _default_callbacks(self):
        callbacks = [
            (name, PrintLog(sink=logger.info) if name == "print_log" else callback)
            for name, callback in super()._default_callbacks
        ]
        names = [f"valid_{name}" for name in figure_names(self.objective)]
        figures = [(name, PassthroughScoring(name)) for name in names]
        return (
            callbacks[:-1]
            + (figures if self.train_split is not None else [])
            + [
                ("gradient_clipping", GradientNormClipping(self.gradient_clip)),
                ("schedule", cosine_schedule(self.max_epochs)),
            ]
            + callbacks[-1:]
        )

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Ask for a plan of what is about to be done.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        X, y : WindowSet, None
            The windows.
        **kwargs : dict
            Not used.
        """
        self.plan_ = None
        super().on_train_begin(net, X=X, y=y, **kwargs)

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Say, before anything else, what is about to be done and what it costs.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        dataset_train, dataset_valid : torch.utils.data.Dataset
            The windows.
        **kwargs : dict
            Not used.
        """
        if self.plan_ is None:
            self.plan_ = plan_training(self, dataset_train, dataset_valid)
            logger.info("%s", self.plan_)
        datasets = {"dataset_train": dataset_train, "dataset_valid": dataset_valid}
        super().on_epoch_begin(net, **datasets, **kwargs)

    def on_train_end(self, net, **kwargs):
        """Say whether anything was learned.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        **kwargs : dict
            Not used.
        """
        super().on_train_end(net, **kwargs)
        logger.info("%s", tell_objective(self.objective, self.history[-1] if self.history else {}))

    def infer(self, x, **fit_params):
        """Let the module do what it is trained for.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_channels, n_times)
            Windows.
        **fit_params : dict
            Not used.

        Returns
        -------
        done : Forecast | dict of str to Outcome
            What the module's loss is computed from.
        """
        return self.module_.pretext(to_tensor(x, device=self.device))

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Compute the loss of the objective.

        Parameters
        ----------
        y_pred : Forecast | dict of str to Outcome
            What the module gave.
        y_true : None
            Not used.
        X : torch.Tensor | None
            Not used.
        training : bool
            Not used.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The loss of pre-training.
        """
        return self.module_.loss(y_pred)

    def validation_step(self, batch, **fit_params):
        """Validate on a batch, beside guessing.

        Parameters
        ----------
        batch : tuple
            Windows and what is not used.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.validation_step`.

        Returns
        -------
        step : dict
            Loss and what the module gave.
        """
        step = super().validation_step(batch, **fit_params)
        for name, value in self.module_.figures(step["y_pred"]).items():
            self.history.record_batch(f"valid_{name}", value.item())
        return step

    @property
    def _forecasts(self):
        return FORECAST in objective_parts(self.objective)
