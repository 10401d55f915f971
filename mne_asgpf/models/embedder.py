"""The pre-training module of all objectives but the forecast: from clips to embeddings."""

import torch
from braindecode.models.base import EEGModuleMixin
from torch import nn

from .backbone import Backbone
from .module import ASGPFModule
from .objectives import OBJECTIVES, objective_parts
from .objectives.outcome import Outcome
from .options import RELEASED_PRETRAINING_LAYERS, with_sizes
from .released_names import released_mapping
from .variant import resolve_variant

_LEAST_CHANCE = 0.1  # lower limit of the divisor, for batches that are trivial to guess


class ASGPFEmbedder(ASGPFModule, Backbone, EEGModuleMixin, nn.Module):
    """Compute embeddings of clips, trained on clips without labels.

    :bdg-light:`Graph Neural Network` :bdg-secondary:`Recurrent`

    Encoder and normalisation are those of :class:`~mne_asgpf.models.asgpf.ASGPF`; each
    objective of :mod:`mne_asgpf.models.objectives` adds its own head.

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
        Length of a window in seconds.
    sfreq : float
        Sampling rate in Hz, a whole number of at least ``2 * (n_bins - 1)``.
    objective : str
        "masked", "contrastive", "neighbours", "within_patient", or several of them joined by
        "+".
    n_units, n_layers, n_bins, n_propagation_steps : int | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`; 3 layers in the released variant.
    graph_hidden_size, n_heads : int
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    epsilon, graph_skip : float
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    graph : str | list of list of float
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    graph_seconds : int | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    top_k : int
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    drop_prob : float | None
        Dropout of the attention, if the variant uses it.
    activation : type of torch.nn.Module
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    variant : "repaired" | "released" | "light"
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.
    switches : dict of str to str | None
        As in :class:`~mne_asgpf.models.asgpf.ASGPF`.

    Raises
    ------
    InputError
        If the objective is unknown.

    Notes
    -----
    :mod:`mne_asgpf.models.objectives` contains the objectives.
    """

    def __init__(
        self,
        n_outputs: int | None = None,
        n_chans: int | None = None,
        chs_info: list[dict] | None = None,
        n_times: int | None = None,
        input_window_seconds: float | None = None,
        sfreq: float | None = None,
        *,
        objective: str = "contrastive",
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
        self.build_backbone(options, values)
        self.objectives = nn.ModuleDict(
            {name: OBJECTIVES[name](self) for name in objective_parts(objective)}
        )
        self.takes_neighbours = any(part.takes_neighbours for part in self.objectives.values())
        self.mapping = released_mapping(self)

    def forward(self, x, lengths=None):
        """Compute the embeddings of clips.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_chans, n_times)
            Signals in volts, missing data NaN.
        lengths : torch.Tensor of int64, shape (batch,) | None
            True lengths in seconds if they are not marked by NaN.

        Returns
        -------
        embedding : torch.Tensor, shape (batch, n_features)
            One row per clip, the input of the classifier's last layer.
        """
        return self.embed_clip(self.signals_to_graphs(x, lengths))

    def pretext(self, x: torch.Tensor, patients: torch.Tensor | None = None) -> dict[str, Outcome]:
        """Run the objectives.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_chans, n_times)
            Clips in volts; to compare neighbours, each window holds a clip and the next one,
            each of half its whole seconds.
        patients : torch.Tensor of int64, shape (batch,) | None
            The patient of each clip, for objectives within patients; None: not known, and
            all clips are compared.

        Returns
        -------
        outcomes : dict of str to Outcome
            The loss of each objective.
        """
        clips = tuple(self.signals_to_graphs.measure(clip) for clip in self.cut(x))
        return {
            name: objective(self, clips, patients) for name, objective in self.objectives.items()
        }

    def cut(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Cut windows into the clips that the objectives take.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_chans, n_times)
            As in :meth:`pretext`.

        Returns
        -------
        clips : tuple of torch.Tensor
            The windows; to compare neighbours, their halves.
        """
        if not self.takes_neighbours:
            return (x,)
        step = self.signals_to_graphs.spectra.step
        half = x.shape[-1] // step // 2 * step
        return x[..., :half], x[..., half : 2 * half]

    def loss(self, outcomes: dict[str, Outcome]) -> torch.Tensor:
        """Compute the loss of pre-training.

        Parameters
        ----------
        outcomes : dict of str to Outcome
            The loss of each objective.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The mean of the objectives' losses, each divided by that of guessing: 1 means that
            the model has not learned.
        """
        shares = [one.loss / one.chance.clamp_min(_LEAST_CHANCE) for one in outcomes.values()]
        return torch.stack(shares).mean()

    def figures(self, outcomes: dict[str, Outcome]) -> dict[str, torch.Tensor]:
        """Return the parts of the loss and the losses of guessing.

        Parameters
        ----------
        outcomes : dict of str to Outcome
            The loss of each objective.

        Returns
        -------
        figures : dict of str to torch.Tensor
            The loss of each objective and that of guessing.
        """
        return {
            name + ending: value
            for name, outcome in outcomes.items()
            for ending, value in zip(("", "_chance"), outcome, strict=True)
        }
