"""The pre-training module for the forecast: from input seconds to the following ones."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from braindecode.models.base import EEGModuleMixin
from torch import nn

from .backbone import Backbone
from .decoder import SpatioGraphDecoder
from .module import ASGPFModule
from .naive_forecasts import naive_forecasts
from .options import RELEASED_PRETRAINING_LAYERS, with_sizes
from .released_names import released_mapping, without_surplus
from .signals_to_graphs import Clip
from .variant import resolve_variant

#: Constant of the scheduled sampling: p = k / (k + exp(seen / k)).
SAMPLING_DECAY = 3000


class Forecast(NamedTuple):
    """Forecast and observed spectra: ln of amplitudes in microvolts."""

    forecast: torch.Tensor  # (batch, seconds, nodes, bins)
    target: torch.Tensor
    # (batch, seconds, nodes): whether each second of the target was observed.
    observed: torch.Tensor
    past: torch.Tensor  # (batch, seconds, nodes, bins): the input seconds.


class ASGPFForecaster(ASGPFModule, Backbone, EEGModuleMixin, nn.Module):
    """Forecast the spectra of the seconds that follow a clip, from Hu et al. (2025) [1]_.

    :bdg-light:`Graph Neural Network` :bdg-secondary:`Recurrent`

    Parameters
    ----------
    n_outputs : int
        Not used; part of braindecode's signature.
    n_chans : int
        Number of channels.
    chs_info : list of dict
        Information about each channel, as in ``raw.info["chs"]``.
    n_times : int
        Number of samples of a window.
    input_window_seconds : float
        Length of a window in seconds: the input and the seconds to forecast.
    sfreq : float
        Sampling rate in Hz, a whole number of at least ``2 * (n_bins - 1)``.
    input_seconds : int
        Seconds of input; the rest of the window is the target.
    n_units, n_layers, n_bins, n_propagation_steps : int | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`; 3 layers in the released variant.
    graph_hidden_size, n_heads : int
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    epsilon, graph_skip : float
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    graph : str | list of list of float
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    graph_seconds : int | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`, within the input seconds.
    top_k : int
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    drop_prob : float | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    activation : type of torch.nn.Module
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    variant : "repaired" | "released" | "light"
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    switches : dict of str to str | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.

    References
    ----------
    .. [1] Hu et al., IEEE Transactions on Biomedical Engineering, 2025,
       doi:10.1109/TBME.2025.3605790.
    """

    batches_seen: torch.Tensor

    def __init__(
        self,
        n_outputs: int | None = None,
        n_chans: int | None = None,
        chs_info: list[dict] | None = None,
        n_times: int | None = None,
        input_window_seconds: float | None = None,
        sfreq: float | None = None,
        *,
        input_seconds: int = 12,
        n_units: int | None = None,
        n_layers: int | None = None,
        n_bins: int | None = None,
        n_propagation_steps: int | None = None,
        graph_hidden_size: int = 70,
        n_heads: int = 8,
        epsilon: float = 0.3,
        graph_skip: float = 0.3,
        graph: str | list = "correlation",
        graph_seconds: int | None = None,
        top_k: int = 18,
        drop_prob: float | None = None,
        activation: type[nn.Module] = nn.Tanh,
        variant: str = "repaired",
        switches: dict | None = None,
    ) -> None:
        values = resolve_variant(variant, switches)
        others = {"n_layers": RELEASED_PRETRAINING_LAYERS} if variant == "released" else {}
        options = with_sizes(locals(), variant, **others)
        super().__init__(
            n_outputs=n_outputs,
            n_chans=n_chans,
            chs_info=chs_info,
            n_times=n_times,
            input_window_seconds=input_window_seconds,
            sfreq=sfreq,
        )
        del n_outputs, n_chans, chs_info, n_times, input_window_seconds, sfreq
        self.input_seconds = input_seconds
        self.goes_on_from_encoder = values["decoder_start"] == "encoder_graph"
        self.squares_errors = values["pretraining_loss"] == "rmse"
        self.forecasts_deviation = values["forecast"] == "deviation"
        cell = self.build_backbone(options, values)
        sizes = (options[name] for name in ("n_bins", "n_units", "n_layers"))
        self.decoder = SpatioGraphDecoder(*sizes, **cell)
        # Number of batches trained on, for the scheduled sampling.
        self.register_buffer("batches_seen", torch.tensor(0))
        self.mapping = released_mapping(self)

    def forward(self, x):
        """Forecast the seconds that follow the first ones of each window.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            Signals in volts: ``input_seconds`` followed by the seconds to forecast.

        Returns
        -------
        forecast : Forecast
            Forecast and observed spectra.
        """
        clip = self.signals_to_graphs(x, known_seconds=self.input_seconds)
        past, target = clip.features.split(
            [self.input_seconds, clip.features.shape[1] - self.input_seconds], 1
        )
        teach = self._draw_teaching(target) if self.training else None
        clip = clip._replace(features=past)
        y = self.forecast(clip, target.shape[1], target, teach)
        return Forecast(
            self.signals_to_graphs.normalisation.inverse(y),
            clip.log_spectra[:, self.input_seconds :],
            clip.valid[:, self.input_seconds :],
            clip.log_spectra[:, : self.input_seconds],
        )

    def forecast(
        self,
        clip: Clip,
        n_seconds: int,
        target: torch.Tensor | None = None,
        teach: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Forecast standardised spectra.

        Parameters
        ----------
        clip : Clip
            The input seconds.
        n_seconds : int
            Seconds to forecast.
        target : torch.Tensor, shape (batch, n_seconds, nodes, bins) | None
            The truth, for scheduled sampling.
        teach : torch.Tensor of bool, shape (n_seconds,) | None
            Seconds after which the truth is the next input.

        Returns
        -------
        forecast : torch.Tensor, shape (batch, n_seconds, nodes, bins)
            Standardised spectra.
        """
        graph, present = clip.graph, clip.present
        last = self.encode(clip).last()
        if self.goes_on_from_encoder:
            graph = graph._replace(support=last.graphs[-1])
        if not self.forecasts_deviation:
            return self.decoder(last.hidden, graph, present, n_seconds, target, teach)
        mean = clip.features.mean(1, keepdim=True)
        target = None if target is None else target - mean
        return mean + self.decoder(last.hidden, graph, present, n_seconds, target, teach)

    def loss(self, forecast: Forecast) -> torch.Tensor:
        """Compute the loss of pre-training.

        Parameters
        ----------
        forecast : Forecast
            Forecast and observed spectra.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The mean absolute error of the log-spectra over observed data; in the
            released variant the root mean square error.
        """
        error = forecast.forecast - forecast.target
        observed = forecast.observed[..., None].expand_as(error)
        error = error.square() if self.squares_errors else error.abs()
        mean = torch.where(observed, error, 0.0).sum() / observed.sum().clamp_min(1)
        return mean.sqrt() if self.squares_errors else mean

    def pretext(self, x: torch.Tensor, patients: torch.Tensor | None = None) -> Forecast:
        """Run the pretext task, the forecast.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, nodes, times)
            As in :meth:`forward`.
        patients : torch.Tensor | None
            Not used.

        Returns
        -------
        forecast : Forecast
            As in :meth:`forward`.
        """
        return self(x)

    def figures(self, forecast: Forecast) -> dict[str, torch.Tensor]:
        """Return the losses to compare the loss with.

        Parameters
        ----------
        forecast : Forecast
            Forecast and observed spectra.

        Returns
        -------
        figures : dict of str to torch.Tensor
            The losses of the naive forecasts.
        """
        return {
            name: self.loss(forecast._replace(forecast=guess))
            for name, guess in naive_forecasts(forecast.past).items()
        }

    def load_state_dict(self, state_dict: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Load weights with the names of this package or of the released scripts.

        Parameters
        ----------
        state_dict : dict of str to torch.Tensor
            The weights.
        *args, **kwargs : tuple, dict
            As in :meth:`torch.nn.Module.load_state_dict`.

        Returns
        -------
        keys : NamedTuple
            Missing and unexpected keys, as in torch.
        """
        return super().load_state_dict(without_surplus(state_dict), *args, **kwargs)

    def _draw_teaching(self, target):
        p = teaching_probability(self.batches_seen.to(target.dtype))
        self.batches_seen += 1
        return torch.rand(target.shape[1], device=target.device) < p


def teaching_probability(seen):
    """Compute the probability that a second's truth is the next input instead of its forecast."""
    return SAMPLING_DECAY / (SAMPLING_DECAY + (seen / SAMPLING_DECAY).exp())
