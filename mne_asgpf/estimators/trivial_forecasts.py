"""Forecasts that nobody has to learn, to be compared with."""

#: How each is called in the history of a pre-training and in words.
TRIVIAL = {"repeat_last": "last second repeated", "mean_spectrum": "mean spectrum"}


def trivial_forecasts(past):
    """Forecast spectra without a model.

    Parameters
    ----------
    past : torch.Tensor | array, shape (batch, seconds, nodes, bins)
        Log-spectra of the seconds at hand.

    Returns
    -------
    forecasts : dict of str to torch.Tensor | array, each of shape (batch, 1, nodes, bins)
        One spectrum for all seconds to come: that of the last second, and the mean.
    """
    return {"repeat_last": past[:, -1:], "mean_spectrum": past.mean(axis=1, keepdims=True)}


def tell_forecast_error(epoch):
    """Say whether a pre-trainer forecasts better than what nobody has to learn.

    Parameters
    ----------
    epoch : dict
        The last epoch of its history.

    Returns
    -------
    text : str
        One sentence; empty where nothing was validated.
    """
    if "valid_loss" not in epoch:
        return ""
    trivial = {words: epoch[f"valid_{name}"] for name, words in TRIVIAL.items()}
    best = min(trivial, key=trivial.__getitem__)
    verdict = "better than" if epoch["valid_loss"] < trivial[best] else "NOT better than"
    errors = ", ".join(f"{words} {error:.4f}" for words, error in trivial.items())
    return (
        f"Forecast error on the validation set: {epoch['valid_loss']:.4f} ({errors}): "
        f"{verdict} the best trivial forecast."
    )
