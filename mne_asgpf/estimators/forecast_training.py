"""How the first stage is trained: its plan, its loss, what it reports."""

from mne.utils import logger
from skorch.callbacks import GradientNormClipping, PassthroughScoring, PrintLog

from .schedule import cosine_schedule
from .training_plan import plan_training
from .trivial_forecasts import TRIVIAL, tell_forecast_error, trivial_forecasts


class ForecastTraining:
    """The forecast's loss beside trivial forecasts, the plan, the recipe's callbacks."""

    @property
    def _default_callbacks(self):
        callbacks = [
            (name, PrintLog(sink=logger.info) if name == "print_log" else callback)
            for name, callback in super()._default_callbacks
        ]
        trivial = [(f"valid_{name}", PassthroughScoring(f"valid_{name}")) for name in TRIVIAL]
        return (
            callbacks[:-1]
            + (trivial if self.train_split is not None else [])
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
        """Say whether the forecasts are worth anything.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        **kwargs : dict
            Not used.
        """
        super().on_train_end(net, **kwargs)
        logger.info("%s", tell_forecast_error(self.history[-1] if self.history else {}))

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Compute the loss of a forecast.

        Parameters
        ----------
        y_pred : Forecast
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
        """Validate on a batch, beside two trivial forecasts.

        Parameters
        ----------
        batch : tuple
            Windows and what is not used.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.validation_step`.

        Returns
        -------
        step : dict
            Loss and forecast.
        """
        step = super().validation_step(batch, **fit_params)
        forecast = step["y_pred"]
        for name, guess in trivial_forecasts(forecast.past).items():
            error = self.module_.loss(forecast._replace(forecast=guess))
            self.history.record_batch(f"valid_{name}", error.item())
        return step
