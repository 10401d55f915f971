"""Naive forecasts for comparison: persistence and mean."""

#: Their names in the history of a pre-training and in text.
NAIVE_FORECASTS = {"repeat_last": "last second repeated", "mean_spectrum": "mean spectrum"}


def naive_forecasts(past):
    """Forecast spectra as the last second and as the mean of (batch, seconds, nodes, bins)."""
    return {"repeat_last": past[:, -1:], "mean_spectrum": past.mean(axis=1, keepdims=True)}
