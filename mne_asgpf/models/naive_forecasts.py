"""Naive forecasts for comparison: persistence and mean."""

#: Their names in the history of a pre-training and in text.
NAIVE_FORECASTS = {"repeat_last": "last second repeated", "mean_spectrum": "mean spectrum"}


def naive_forecasts(past):
    """Forecast spectra without a model.

    Parameters
    ----------
    past : torch.Tensor | array, shape (batch, seconds, nodes, bins)
        Log-spectra of the input seconds.

    Returns
    -------
    forecasts : dict of str to torch.Tensor | array, each of shape (batch, 1, nodes, bins)
        One spectrum for all following seconds: that of the last second, and the mean.
    """
    return {"repeat_last": past[:, -1:], "mean_spectrum": past.mean(axis=1, keepdims=True)}
