"""The front of both models: signals in, standardised spectra and starting graph out."""

from typing import NamedTuple

import torch
from torch import nn

from .graphs import StartGraph
from .normalisation import ScalarNormalisation
from .observed import observe
from .spectra import MICROVOLTS, LogSpectra


class Clip(NamedTuple):
    """A batch of clips as the encoder takes them.

    Parameters
    ----------
    features : torch.Tensor, shape (batch, seconds, nodes, bins)
        Standardised log-spectra, 0 where nothing was observed.
    log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
        ln of amplitudes in microvolts.
    valid : torch.Tensor of bool, shape (batch, seconds, nodes)
        What was observed.
    graph : StartGraph
        The graph to start from.
    present : torch.Tensor of bool, shape (batch, nodes)
        Channels at hand.
    lengths : torch.Tensor of int64, shape (batch,)
        True lengths in seconds.
    """

    features: torch.Tensor
    log_spectra: torch.Tensor
    valid: torch.Tensor
    graph: StartGraph
    present: torch.Tensor
    lengths: torch.Tensor


class SignalsToGraphs(nn.Module):
    """Turn signals in volts into standardised spectra and the graph to start from.

    Parameters
    ----------
    sfreq : float
        Sampling rate in Hz.
    n_bins : int
        Bins of 1 Hz kept.
    starting_graph : StartingGraph
        Makes the graph to start from.
    graph_seconds : int | None
        Seconds from the start that the graph is made from; None: the whole clip.
    """

    def __init__(self, sfreq, n_bins, starting_graph, graph_seconds=None):
        super().__init__()
        self.spectra = LogSpectra(sfreq, n_bins)
        self.normalisation = ScalarNormalisation()
        self.starting_graph = starting_graph
        self.graph_seconds = graph_seconds

    def forward(self, x, lengths=None, known_seconds=None):
        """Prepare clips.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            Signals in volts, NaN where nothing was observed.
        lengths : torch.Tensor of int64, shape (batch,) | None
            True lengths in seconds where they are known otherwise.
        known_seconds : int | None
            Seconds from the start that the graph may be made from at most; None: all.

        Returns
        -------
        clip : Clip
            The clips.
        """
        log_spectra, valid, present, lengths = self.observed_spectra(x, lengths)
        measured = (self.seconds(x) * MICROVOLTS, log_spectra, valid)
        graph = self.starting_graph(
            *(part[:, :known_seconds][:, : self.graph_seconds] for part in measured)
        )
        features = self.normalisation(log_spectra, valid)
        return Clip(features, log_spectra, valid, graph, present, lengths)

    def observed_spectra(self, x, lengths=None):
        """Compute the log-spectra and say what of them was observed.

        Parameters
        ----------
        x, lengths : torch.Tensor
            As in :meth:`forward`.

        Returns
        -------
        log_spectra : torch.Tensor, shape (batch, seconds, nodes, bins)
            ln of amplitudes in microvolts.
        valid : torch.Tensor of bool, shape (batch, seconds, nodes)
            What was observed.
        present : torch.Tensor of bool, shape (batch, nodes)
            Channels at hand.
        lengths : torch.Tensor of int64, shape (batch,)
            True lengths in seconds.
        """
        x, present, lengths = observe(x, self.spectra.step, lengths)
        log_spectra = self.spectra(x)
        seconds = torch.arange(log_spectra.shape[1], device=x.device)
        valid = (seconds < lengths[:, None])[:, :, None] & present[:, None]
        return log_spectra, valid, present, lengths

    def seconds(self, x):
        """Cut signals into whole seconds.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            Signals.

        Returns
        -------
        seconds : torch.Tensor, shape (batch, seconds, nodes, samples)
            The same, 0 where nothing was observed.
        """
        step = self.spectra.step
        whole = x[..., : x.shape[-1] // step * step].unflatten(-1, (-1, step))
        return whole.transpose(1, 2).nan_to_num(0.0, 0.0, 0.0)

    @torch.no_grad()
    def fit_normalisation(self, batches):
        """Fix the normalisation at the statistics of training data.

        Parameters
        ----------
        batches : iterable of torch.Tensor, each of shape (batch, nodes, times)
            The training data in volts.
        """
        n, total, squares = 0, 0.0, 0.0
        for x in batches:
            log_spectra, valid, _, _ = self.observed_spectra(x)
            values = log_spectra[valid].double()
            n += values.numel()
            total += values.sum().item()
            squares += values.square().sum().item()
        mean = total / n
        self.normalisation.fix(mean, max(squares / n - mean**2, 1e-12) ** 0.5)
