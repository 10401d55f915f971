"""The first stage: learn from unlabelled EEG."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any, Self

import numpy as np
import torch
from braindecode.augmentation import Transform
from braindecode.util import ThrowAwayIndexLoader
from numpy.typing import ArrayLike
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from skorch import NeuralNet
from skorch.utils import to_tensor

from ..channels import ELECTRODES
from ..checkpoints.files import module_class
from ..checkpoints.schema import PretrainerParameters
from ..defaults import MAX_MISSING, PRETRAINING, SFREQ
from ..errors import InputError
from ..models.objectives import FORECAST, OBJECTIVES, objective_parts
from ..type_aliases import PathLike, RandomState
from ..windows import pretraining_windows, recording_windows
from .base import Base
from .forecast_results import RecordingForecast, forecast_recording
from .inputs.recordings import Recording
from .inputs.windows import EEG
from .training.callbacks import pretrainer_callbacks
from .training.patient_split import PatientSplit


class ASGPFPretrainer(Base, ClassNamePrefixFeaturesOutMixin, TransformerMixin, NeuralNet):
    """Learn from unlabelled EEG.

    The encoder of a fitted pre-trainer goes to
    :class:`~mne_asgpf.estimators.classifier.ASGPFClassifier`.

    Parameters
    ----------
    module : type of torch.nn.Module | None
        The module; its options are given as ``module__<option>``. None: the one that
        learns by the objective, :class:`~mne_asgpf.ASGPFForecaster` or
        :class:`~mne_asgpf.ASGPFEmbedder`.
    objective : str
        What the encoder learns by. "forecast", the published one: the spectra of the seconds
        to come. "masked": the spectra of electrodes and seconds that were hidden.
        "contrastive": which two views are of the same clip, among those of all clips of the
        batch. "neighbours": the same of a clip and the next one. All but the first can be
        joined by "+": "contrastive+masked".
    channels : sequence of str
        The channels, in any known spelling.
    sfreq : float
        Sampling rate in Hz to which recordings are brought.
    clip_len : float
        Seconds at hand.
    forecast_len : float | None
        Seconds to forecast; None for ``clip_len``, as published. The other objectives do
        not use it.
    max_missing : int
        How many channels a recording may lack; they are masked out.
    adaptation : "recording" | "patient" | None
        What windows are adapted to, in training and in prediction: the typical spectrum of
        the recording or the patient they come from is taken out of them
        (:mod:`mne_asgpf.windows.adaptation`).
    augmentation : "published" | "varied" | list of Transform | None
        How training windows are varied: as published, every other one is reflected to
        the other hemisphere and each is scaled by 0.8 to 1.2
        (:func:`~mne_asgpf.windows.augmentation.published_augmentation`); or more
        (:func:`~mne_asgpf.windows.augmentation.varied_augmentation`), but without the
        cropping of time: what is to be forecast must stay, and contrastive objectives crop
        their own views.
    random_state : int | numpy.random.RandomState | None
        Makes a fit reproducible and leaves the global generators alone.
    resume_dir : path-like | None
        A folder that keeps the state of the fit after every epoch. A fit that was
        stopped, by whatever, goes on from there when it is called again with the same
        data and an int as ``random_state``, and ends with the same weights.
    lr : float
        Learning rate at the start; it falls to 0 over ``max_epochs`` on a cosine, a
        step an epoch.
    max_epochs : int
        Epochs.
    batch_size : int
        Windows a batch. The contrastive objectives look for a clip's partner among those of
        a batch: 64 and more are usual.
    gradient_clip : float
        Largest norm of the gradient.
    optimizer : type of torch.optim.Optimizer
        The optimiser.
    train_split : callable | None
        Splits off the validation set; None: none.
    iterator_train__shuffle : bool
        Whether training windows are shuffled.
    **kwargs : dict
        Further options of :class:`skorch.NeuralNet`.

    Attributes
    ----------
    module_ : torch.nn.Module
        The fitted module.
    history_ : skorch.history.History
        The losses of each epoch.
    training_data_ : list of TrainingData
        What it was trained on.
    metrics_ : dict | None
        Of a saved pre-trainer, the losses of the epoch whose weights were kept.
    notes_ : dict
        The notes that it was saved with.
    plan_ : TrainingPlan
        What the fit was about to do when it began: windows, patients, time, memory, disk.

    Notes
    -----
    The loss of the forecast is the mean absolute error of the log-spectra; in training, the
    decoder is fed its own forecast or, ever more seldom, the truth (scheduled sampling, as
    published). The history holds the error beside those of two naive forecasts, the last
    second repeated and the mean spectrum.

    The loss of another objective is divided by what guessing gives: above 1 nothing was
    learned. The history holds both (``valid_masked`` and ``valid_masked_chance``).

    :mod:`mne_asgpf.defaults` has the defaults beside the published settings.
    """

    __metadata_request__transform = {"groups": True}
    crops_time = False
    kind = "pretrainer"
    parameters_schema = PretrainerParameters

    def __init__(
        self,
        module: type[torch.nn.Module] | None = None,
        *,
        objective: str = PRETRAINING["objective"],
        channels: Sequence[str] = ELECTRODES,
        sfreq: float = SFREQ,
        clip_len: float = PRETRAINING["clip_len"],
        forecast_len: float | None = None,
        max_missing: int = MAX_MISSING,
        adaptation: str | None = None,
        augmentation: str | list[Transform] | None = PRETRAINING["augmentation"],
        random_state: RandomState = None,
        resume_dir: PathLike | None = None,
        lr: float = PRETRAINING["lr"],
        max_epochs: int = PRETRAINING["max_epochs"],
        batch_size: int = PRETRAINING["batch_size"],
        gradient_clip: float = PRETRAINING["gradient_clip"],
        optimizer: type[torch.optim.Optimizer] = torch.optim.Adam,
        train_split: Callable | None = PatientSplit(),  # noqa: B008  (never changed)
        iterator_train__shuffle: bool = True,
        **kwargs: Any,
    ) -> None:
        self.objective = objective
        self.channels = channels
        self.sfreq = sfreq
        self.clip_len = clip_len
        self.forecast_len = forecast_len
        self.max_missing = max_missing
        self.adaptation = adaptation
        self.augmentation = augmentation
        self.random_state = random_state
        self.resume_dir = resume_dir
        self.gradient_clip = gradient_clip
        super().__init__(
            module,
            criterion=kwargs.pop("criterion", torch.nn.L1Loss),
            lr=lr,
            max_epochs=max_epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            train_split=train_split,
            iterator_train__shuffle=iterator_train__shuffle,
            **kwargs,
        )

    def fit(self, X: EEG, y: None = None, *, groups: ArrayLike | None = None) -> Self:
        """Pre-train.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            Unlabelled EEG in volts (see :doc:`/estimators`). For the forecast, windows
            hold what is at hand and what is to be forecast, in halves where ``forecast_len`` is
            None; for neighbours, a clip and the next one.
        y : None
            Not used.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for a validation set of other
            patients. None: the patients that the input tells, if it does.

        Returns
        -------
        self : ASGPFPretrainer
            The fitted pre-trainer.
        """
        return self._fit(X, None, groups, anew=not self.warm_start)

    def partial_fit(self, X: EEG, y: None = None, *, groups: ArrayLike | None = None) -> Self:
        """Go on pre-training, ``max_epochs`` epochs more.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            As in :meth:`fit`.
        y : None
            Not used.
        groups : array-like, shape (n,) | None
            As in :meth:`fit`.

        Returns
        -------
        self : ASGPFPretrainer
            The fitted pre-trainer.
        """
        return self._fit(X, None, groups, anew=False)

    def transform(self, X: EEG, *, groups: ArrayLike | None = None) -> np.ndarray:
        """Embed clips.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive clips.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients that the input tells, if it does.

        Returns
        -------
        embeddings : array of float32, shape (n_windows, n_features)
            What the classifier's last layer would take: the top layer's states, pooled
            over time and read out over the electrodes at hand.
        """
        self.check_is_fitted()
        embeddings = []
        self.module_.eval()
        with torch.no_grad():
            for x, _ in chain.from_iterable(map(self.get_iterator, self._to_predict(X, groups))):
                clip = self.module_.signals_to_graphs(x.to(self.device))
                embeddings.append(self.module_.embed_clip(clip).cpu().numpy())
        return np.concatenate(embeddings)

    def forecast(self, raw: Recording, *, start: float = 0.0) -> RecordingForecast:
        """Forecast the spectra of some seconds of a recording from those before them.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        start : float
            Where the seconds at hand start, in seconds of the recording.

        Returns
        -------
        forecast : RecordingForecast
            The forecast beside what happened, of adapted windows where there is ``adaptation``.

        Raises
        ------
        InputError
            The recording does not hold the seconds at hand and those to forecast, or the
            objective was another one.
        """
        return forecast_recording(self, raw, start)

    def fit_transform(
        self, X: EEG, y: None = None, *, groups: ArrayLike | None = None
    ) -> np.ndarray:
        """Pre-train and embed the same clips.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            As in :meth:`fit`.
        y : None
            Not used.
        groups : array-like, shape (n,) | None
            As in :meth:`fit`.

        Returns
        -------
        embeddings : array of float32, shape (n_windows, n_features)
            As :meth:`transform` gives them.
        """
        return self.fit(X, y, groups=groups).transform(X, groups=groups)

    @property
    def _n_features_out(self):
        """How many features an embedding has, for scikit-learn's names of them."""
        return self.module_.embedding_width

    @property
    def forecasts(self) -> bool:
        """Whether the objective is the forecast."""
        return FORECAST in objective_parts(self.objective)

    @property
    def _default_callbacks(self):
        return pretrainer_callbacks(self, dict(super()._default_callbacks))

    def get_iterator(self, dataset, training=False, **kwargs):
        """Give batches of windows, as the module takes them."""
        return ThrowAwayIndexLoader(self, super().get_iterator(dataset, training, **kwargs), False)

    def infer(self, x, **fit_params):
        """Let the module do what it is trained for."""
        return self.module_.pretext(to_tensor(x, device=self.device))

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Compute the loss of the objective."""
        return self.module_.loss(y_pred)

    def validation_step(self, batch, **fit_params):
        """Validate on a batch, beside guessing."""
        step = super().validation_step(batch, **fit_params)
        for name, value in self.module_.figures(step["y_pred"]).items():
            self.history.record_batch(f"valid_{name}", value.item())
        return step

    # A transformer gives embeddings; what skorch's nets call predictions says nothing here.
    @available_if(lambda self: False)
    def predict(self, X: object) -> None:
        """Refuse: a transformer predicts nothing.

        Parameters
        ----------
        X : object
            Not used.
        """

    predict_proba = predict

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # embeddings are float32
        return tags

    @property
    def takes_pairs(self) -> bool:
        """Whether a window holds a clip and what follows it."""
        parts = objective_parts(self.objective)
        return self.forecasts or any(OBJECTIVES[part].takes_neighbours for part in parts)

    def _settings_to_fit(self, y, *, reset):
        """Say how an input becomes windows that hold what the objective takes."""
        objective_parts(self.objective)
        options = {"forecast_len": self.forecast_len} if self.forecasts else {}
        cut = partial(
            pretraining_windows if self.takes_pairs else recording_windows,
            clip_len=self.clip_len,
            reject_by_annotation=True,
            **options,
        )
        return self._window_settings(cut, reset=reset)

    def _learn_sizes(self, windows, classes=None):
        """Keep what the windows say of sizes."""
        n_times = windows.window_shape[1]
        seconds = int(n_times // self.sfreq)
        if self.takes_pairs and seconds < 2:
            raise InputError(
                "X",
                f"its windows are {n_times / self.sfreq:g} s long, {n_times} feature(s) a channel",
                "give at least 2 s: the first half is at hand, the second is "
                + ("forecast" if self.forecasts else "the clip that follows"),
            )
        self.signal_options_ = self._signal_options(windows)
        if self.forecasts:
            self.input_seconds_ = self._seconds_at_hand(seconds)

    def _seconds_at_hand(self, seconds):
        """Give how many of the seconds of a window a forecast is made from."""
        ahead = seconds - seconds // 2 if self.forecast_len is None else int(self.forecast_len)
        if not 0 < ahead < seconds:
            raise InputError(
                "forecast_len",
                f"of windows of {seconds} s, {self.forecast_len} s cannot be forecast",
                "give longer windows or a shorter forecast_len, of 1 s at least",
            )
        return seconds - ahead

    def initialize_module(self):
        """Build the module at the data's sizes."""
        if self.module is module_class(self.kind, FORECAST) and not self.forecasts:
            raise InputError(
                "objective",
                f"{self.objective!r} is not what ASGPFForecaster learns by",
                'give objective="forecast", or leave the module out',
            )
        if self.forecasts:
            further = {"input_seconds": self.input_seconds_}
        else:
            further = {"objective": self.objective}
        self._build_module(self.signal_options_ | further)
        return self

    @property
    def module_class(self) -> type[torch.nn.Module]:
        """What the module is built from."""
        return self.module or module_class(self.kind, self.objective)

    def _take_metadata(self, metadata, module):
        if not self.forecasts:
            return
        self.input_seconds_ = module.input_seconds
        ahead = module.n_times / module.sfreq - module.input_seconds
        if "forecast_len" not in metadata.estimator.model_fields_set and (
            ahead != module.input_seconds
        ):
            self.forecast_len = ahead
