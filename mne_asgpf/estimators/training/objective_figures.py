"""The validation losses of a pre-training, and whether they are better than guessing."""

from ...models.naive_forecasts import NAIVE_FORECASTS
from ...models.objectives import FORECAST, objective_parts


def figure_names(objective):
    """List the names of the validation losses for comparison."""
    parts = str(objective).split("+")
    if FORECAST in parts:
        return tuple(NAIVE_FORECASTS)
    return tuple(part + ending for part in parts for ending in ("", "_chance"))


def tell_objective(objective, epoch):
    """Describe whether a pre-trainer is better than guessing."""
    if "valid_loss" not in epoch:
        return ""
    parts = objective_parts(objective)
    if FORECAST in parts:
        return _tell_forecast_error(epoch)
    return " ".join(_tell_loss(part, epoch) for part in parts)


def _tell_forecast_error(epoch):
    naive = {words: epoch[f"valid_{name}"] for name, words in NAIVE_FORECASTS.items()}
    best = min(naive, key=naive.__getitem__)
    errors = ", ".join(f"{words} {error:.4f}" for words, error in naive.items())
    return (
        f"Forecast error on the validation set: {epoch['valid_loss']:.4f} ({errors}): "
        f"{_verdict(epoch['valid_loss'], naive[best])} the best naive forecast."
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
