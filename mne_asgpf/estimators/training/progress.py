"""A progress bar per training stage."""

from skorch.callbacks import Callback
from tqdm.auto import tqdm

from .objective_figures import figure_names


class StageProgress(Callback):
    """Show a progress bar over the epochs of a fit, with the latest losses.

    In a pre-training, the losses of naive forecasts or guessing are shown as well.

    Parameters
    ----------
    name : str
        The name of the stage.
    """

    def __init__(self, name: str = "Training") -> None:
        self.name = name

    def on_train_begin(self, net, **kwargs):
        """Open the bar."""
        self.bar_ = tqdm(total=net.max_epochs, desc=self.name, unit="epoch")

    def on_epoch_end(self, net, **kwargs):
        """Advance the bar."""
        last = net.history[-1]
        objective = getattr(net, "objective", None)
        figures = figure_names(objective) if objective else ()
        names = ("train_loss", "valid_loss", *(f"valid_{name}" for name in figures))
        losses = {name: last[name] for name in names if name in last}
        self.bar_.set_postfix(losses, refresh=False)
        self.bar_.update()

    def on_train_end(self, net, **kwargs):
        """Close the bar."""
        self.bar_.close()
