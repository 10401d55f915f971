"""What a pre-training says of itself: its figures, and whether it learned anything."""

from ..models.objectives import FORECAST, objective_parts
from ..models.trivial_forecasts import TRIVIAL


def figure_names(objective):
    """Name what is validated beside the loss.

    Parameters
    ----------
    objective : str
        As in :class:`~mne_asgpf.ASGPFPretrainer`. It is not checked: scikit-learn expects
        ``set_params`` not to validate; ``fit`` does.

    Returns
    -------
    names : tuple of str
        The names that the module's ``figures`` gives.
    """
    parts = str(objective).split("+")
    if FORECAST in parts:
        return tuple(TRIVIAL)
    return tuple(part + ending for part in parts for ending in ("", "_chance"))


def tell_objective(objective, epoch):
    """Say whether a pre-trainer does better than guessing.

    Parameters
    ----------
    objective : str
        As in :class:`~mne_asgpf.ASGPFPretrainer`.
    epoch : dict
        The last epoch of its history.

    Returns
    -------
    text : str
        One sentence; empty where nothing was validated.
    """
    if "valid_loss" not in epoch:
        return ""
    parts = objective_parts(objective)
    if FORECAST in parts:
        return _tell_forecast_error(epoch)
    return " ".join(_tell_loss(part, epoch) for part in parts)


def _tell_forecast_error(epoch):
    trivial = {words: epoch[f"valid_{name}"] for name, words in TRIVIAL.items()}
    best = min(trivial, key=trivial.__getitem__)
    errors = ", ".join(f"{words} {error:.4f}" for words, error in trivial.items())
    return (
        f"Forecast error on the validation set: {epoch['valid_loss']:.4f} ({errors}): "
        f"{_verdict(epoch['valid_loss'], trivial[best])} the best trivial forecast."
    )


def _tell_loss(part, epoch):
    loss, chance = epoch[f"valid_{part}"], epoch[f"valid_{part}_chance"]
    guess = "mean spectrum" if part == "masked" else "chance"
    return (
        f"Loss of the objective {part!r} on the validation set: {loss:.4f} ({guess} "
        f"{chance:.4f}): {_verdict(loss, chance)} guessing."
    )


def _verdict(loss, guess):
    return "better than" if loss < guess else "NOT better than"
