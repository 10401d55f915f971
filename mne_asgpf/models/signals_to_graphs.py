"""The front of all models: from signals to standardised spectra and the starting graph."""

from typing import NamedTuple

import torch
from torch import nn

from ..errors import InputError
from ..signals.plausible import usable_seconds
from .electrodes import ElectrodeHarmonics
from .graphs import StartGraph
from .normalisation import SpectrumNormalisation, pool_moments
from .observed import observe
from .spectra import LogSpectra
from .units import InputLevel


class Measured(NamedTuple):
    """Signals and spectra of a batch of clips."""

    # (batch, seconds, nodes, samples) in microvolts; the log-spectra if the starting graph depends
    # on these only.
    signals: torch.Tensor
    log_spectra: torch.Tensor  # (batch, seconds, nodes, bins): ln of amplitudes in microvolts.
    valid: torch.Tensor  # (batch, seconds, nodes): observed seconds.
    present: torch.Tensor  # (batch, nodes): available channels.
    lengths: torch.Tensor  # (batch,): true lengths in seconds.


class Clip(NamedTuple):
    """The encoder's input for a batch of clips."""

    features: torch.Tensor  # (batch, seconds, nodes, bins): standardised, 0 for missing data.
    log_spectra: torch.Tensor  # (batch, seconds, nodes, bins): ln of amplitudes in microvolts.
    valid: torch.Tensor  # (batch, seconds, nodes): observed seconds.
    graph: StartGraph
    present: torch.Tensor  # (batch, nodes): available channels.
    lengths: torch.Tensor  # (batch,): true lengths in seconds.
    harmonics: torch.Tensor | None  # (nodes, 16), if the variant uses them.


class SignalsToGraphs(nn.Module):
    """Convert signals to standardised spectra and the starting graph."""

    # The graph is computed from the first `graph_seconds`; None: from the whole clip.

    def __init__(
        self,
        sfreq,
        n_bins,
        starting_graph,
        switches,
        graph_seconds=None,
        chs_info=None,
        input_unit="auto",
    ):
        super().__init__()
        self.input_level = InputLevel(input_unit)
        self.spectra = LogSpectra(sfreq, n_bins, self.input_level.microvolts)
        self.normalisation = SpectrumNormalisation(
            n_bins if switches["normalisation"] == "bin" else None
        )
        looks_at_positions = "harmonics" in (switches["position"], switches["read_out"])
        self.electrodes = ElectrodeHarmonics(chs_info) if looks_at_positions else None
        self.starting_graph = starting_graph
        self.graph_seconds = graph_seconds

    def forward(self, x, lengths=None, known_seconds=None):
        """Prepare clips, (batch, nodes, times); ``known_seconds`` limits those for the graph."""
        return self.assemble(self.measure(x, lengths), known_seconds)

    def measure(self, x, lengths=None):
        """Compute the signals and spectra of clips."""
        observed = self.observed_spectra(x, lengths)
        signals = self.seconds(x) if self.starting_graph.listens else observed[0]
        return Measured(signals, *observed)

    def assemble(self, measured, known_seconds=None):
        """Standardise spectra and compute the starting graph."""
        signals, log_spectra, valid, present, lengths = measured
        graph = self.starting_graph(
            *(
                part[:, :known_seconds][:, : self.graph_seconds]
                for part in (signals, log_spectra, valid)
            )
        )
        features = self.normalisation(log_spectra, valid)
        harmonics = None if self.electrodes is None else self.electrodes(features)
        return Clip(features, log_spectra, valid, graph, present, lengths, harmonics)

    def observed_spectra(self, x, lengths=None):
        """Compute log-spectra, which of them were observed, available channels and lengths."""
        x, present, lengths = observe(x, self.spectra.step, lengths)
        log_spectra = self.spectra(x)
        seconds = torch.arange(log_spectra.shape[1], device=x.device)
        valid = (seconds < lengths[:, None])[:, :, None] & present[:, None]
        log_spectra = self.input_level(log_spectra, valid, self.normalisation)
        return log_spectra, valid, present, lengths

    def seconds(self, x):
        """Cut (batch, nodes, times) into microvolts of (batch, seconds, nodes, samples)."""
        # Seconds that are not completely observed are 0.
        step = self.spectra.step
        whole = x[..., : x.shape[-1] // step * step].unflatten(-1, (-1, step))
        seconds = torch.where(self.whole_seconds(x)[..., None], whole.transpose(1, 2), 0.0)
        return seconds * self.input_level.microvolts

    def whole_seconds(self, x):
        """Return which seconds are completely observed, (batch, seconds, nodes)."""
        step = self.spectra.step
        seconds = x[..., : x.shape[-1] // step * step].unflatten(-1, (-1, step))
        return seconds.isfinite().all(-1).transpose(1, 2)

    @torch.no_grad()
    def fit_normalisation(self, batches):
        """Fit the normalisation to batches of usable seconds (signals/plausible.py), and fix it."""
        moments = (self.normalisation.mean.double(),) * 2 + (torch.zeros((), dtype=torch.float64),)
        for x in batches:
            log_spectra, valid, _, _ = self.observed_spectra(x)
            volts = x.cpu().numpy() * (self.input_level.microvolts * 1e-6)
            usable = torch.from_numpy(usable_seconds(volts, self.spectra.step))
            valid = valid & usable.transpose(1, 2).to(valid.device)
            n, mean, variance = self.normalisation.moments(log_spectra.double(), valid)
            moments = pool_moments(moments, (mean, variance, n.double()))
        mean, variance, n = moments
        if not n:
            raise InputError(
                "X", "all of it is flat or missing", "give windows that contain EEG, in volts"
            )
        self.normalisation.fix(mean, variance.clamp_min(1e-12).sqrt())
