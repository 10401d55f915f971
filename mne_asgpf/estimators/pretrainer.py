"""The first stage: self-supervised pre-training on unlabelled EEG."""

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
from .base import Base, bare_loader
from .forecast_results import RecordingForecast, forecast_recording
from .inputs.recordings import EEG, Recording
from .training.callbacks import pretrainer_callbacks
from .training.patients import PatientSplit, RunsOfPatients


class ASGPFPretrainer(Base, ClassNamePrefixFeaturesOutMixin, TransformerMixin, NeuralNet):
    """Pre-train on unlabelled EEG.

    The weights of a fitted pre-trainer are transferred to
    :class:`~mne_asgpf.estimators.classifier.ASGPFClassifier`.

    Parameters
    ----------
    module : type of torch.nn.Module | None
        The module; its options are given as ``module__<option>``. None: the one for
        the objective, :class:`~mne_asgpf.ASGPFForecaster` or
        :class:`~mne_asgpf.ASGPFEmbedder`.
    objective : str
        The objective of pre-training. "forecast", as published: forecast the spectra of the
        following seconds. "masked": reconstruct the spectra of hidden electrodes and seconds.
        "contrastive": identify two views of the same clip among those of all clips of the
        batch. "neighbours": the same for a clip and the next one. "within_patient": the same
        among the clips of the same patient. All but the first can be joined by "+":
        "contrastive+masked".
    channels : sequence of str
        The channels, in any known spelling.
    sfreq : float
        Sampling rate in Hz; recordings are resampled to it.
    clip_len : float
        Length of the input in seconds.
    forecast_len : float | None
        Seconds to forecast; None for ``clip_len``, as published. Not used by other
        objectives.
    max_missing : int
        Maximal number of missing channels of a recording; they are masked out.
    adaptation : "recording" | "patient" | None
        What windows are adapted to, in training and in prediction: the typical spectrum of
        their recording or patient is subtracted from them
        (:mod:`mne_asgpf.windows.adaptation`).
    augmentation : "published" | "varied" | list of Transform | None
        Augmentation of training windows; a clip and the next one are augmented
        independently. As published: every other window is reflected to the other hemisphere
        and each is scaled by 0.8 to 1.2
        (:func:`~mne_asgpf.windows.augmentation.published_augmentation`). "varied" adds more
        (:func:`~mne_asgpf.windows.augmentation.varied_augmentation`), but does not crop
        time: the forecast needs the whole window. Contrastive objectives vary clips
        themselves.
    random_state : int | numpy.random.RandomState | None
        Makes a fit reproducible; the global generators are not changed.
    resume_dir : path-like | None
        A folder that keeps the state of the fit after every epoch. An interrupted fit
        resumes from there when it is called again with the same data and an int as
        ``random_state``, and ends with the same weights.
    lr : float
        Initial learning rate; it decreases to 0 over ``max_epochs`` with a cosine
        schedule, updated once per epoch.
    max_epochs : int
        Number of epochs.
    batch_size : int
        Number of windows per batch. Contrastive objectives compare the clips of a batch:
        64 and more are usual.
    gradient_clip : float
        Maximal norm of the gradient.
    optimizer : type of torch.optim.Optimizer
        The optimiser.
    train_split : callable | None
        Splits off the validation set: by default, a fifth of two patients or more; None: no
        validation set.
    iterator_train__shuffle : bool
        Whether to shuffle training windows.
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
        The plan of the fit: windows, patients, time, memory, disk.

    Notes
    -----
    The loss of the forecast is the mean absolute error of the log-spectra; in training, the
    decoder receives its own forecast or, with decreasing probability, the truth (scheduled
    sampling, as published). The history holds this error and those of two naive forecasts:
    persistence (the last second repeated) and the mean spectrum.

    The loss of other objectives is divided by that of guessing: above 1, the model has not
    learned. The history holds both (``valid_masked`` and ``valid_masked_chance``).

    :mod:`mne_asgpf.defaults` lists the defaults and the published settings.
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
        """Pre-train on unlabelled EEG.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            Unlabelled EEG in volts (see :doc:`/estimators`). For the forecast, windows
            contain the input and the seconds to forecast, in halves if ``forecast_len`` is
            None; for neighbours and within patients, a clip and the next one.
        y : None
            Not used.
        groups : array-like, shape (n,) | None
            The patient of each recording or window; validation patients are not trained on,
            and "within_patient" compares clips of one patient.
            None: the patients in the input, if known.

        Returns
        -------
        self : ASGPFPretrainer
            The fitted pre-trainer.
        """
        return self._fit(X, None, groups, anew=not self.warm_start)

    def partial_fit(self, X: EEG, y: None = None, *, groups: ArrayLike | None = None) -> Self:
        """Continue pre-training for ``max_epochs`` more epochs.

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
        """Compute the embeddings of clips.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive clips.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients in the input, if known.

        Returns
        -------
        embeddings : array of float32, shape (n_windows, n_features)
            The input of the classifier's last layer: the states of the top layer, pooled
            over time and projected on spherical harmonics of the positions of the available
            electrodes; with ``read_out="node_maximum"``, their maximum over the electrodes.
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
        """Forecast the spectra of some seconds of a recording from the preceding ones.

        Parameters
        ----------
        raw : mne.io.BaseRaw | path-like | mne_bids.BIDSPath
            The recording.
        start : float
            Start of the input, in seconds of the recording.

        Returns
        -------
        forecast : RecordingForecast
            The forecast and the observed spectra, of adapted windows if ``adaptation`` is set.

        Raises
        ------
        InputError
            If the recording does not contain both the input and the seconds to forecast, or
            the objective is not the forecast.
        """
        return forecast_recording(self, raw, start)

    def fit_transform(
        self, X: EEG, y: None = None, *, groups: ArrayLike | None = None
    ) -> np.ndarray:
        """Pre-train on clips and compute their embeddings.

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
            As in :meth:`transform`.
        """
        return self.fit(X, y, groups=groups).transform(X, groups=groups)

    @property
    def _n_features_out(self):
        """Number of features of an embedding, for scikit-learn's feature names."""
        return self.module_.embedding_width

    @property
    def forecasts(self) -> bool:
        """Whether the objective is the forecast."""
        return FORECAST in objective_parts(self.objective)

    @property
    def _default_callbacks(self):
        return pretrainer_callbacks(self, dict(super()._default_callbacks))

    def get_iterator(self, dataset, training=False, **kwargs):
        """Return batches of windows, in the form that the module takes."""
        batches = super().get_iterator(dataset, training, **kwargs)
        batched = bare_loader(batches).batch_sampler
        if training and self._has_part("within_patients"):
            batched.sampler = RunsOfPatients(batched.sampler, dataset)
        if training and self._has_part("contrasts"):
            # A few clips have too few to be told from, and a step of Adam is as long as any other.
            size = batched.batch_size * self.processes.count
            batched.drop_last |= len(dataset) > size and len(dataset) % size < size / 2
        return ThrowAwayIndexLoader(self, batches, False)

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, and number the patients for objectives within them."""
        split = super().get_split_datasets(X, y, **fit_params)
        X.number_patients()  # not before: a split would take the numbers for classes
        return split

    def train_step_single(self, batch, **fit_params):
        """Train on a batch; the module is told the patients."""
        return super().train_step_single(batch, patients=batch[1], **fit_params)

    def _augment(self, x, y):
        """Augment each clip independently: what a clip shares with the next would betray both."""
        augment = super()._augment
        if self.forecasts:
            return augment(x, y)
        return torch.cat([augment(clip, y)[0] for clip in self.module_.cut(x)], dim=-1), y

    def infer(self, x, patients=None, **fit_params):
        """Run the module for the pretext task."""
        x, patients = to_tensor((x, patients), device=self.device)
        return self.module_.pretext(x, patients)

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Compute the loss of the objective."""
        return self.module_.loss(y_pred)

    def validation_step(self, batch, **fit_params):
        """Validate on a batch, and compute the loss of guessing."""
        step = super().validation_step(batch, patients=batch[1], **fit_params)
        for name, value in self.module_.figures(step["y_pred"]).items():
            self.history.record_batch(f"valid_{name}", value.item())
        return step

    # A transformer returns embeddings; the predictions of skorch's nets have no meaning here.
    @available_if(lambda self: False)
    def predict(self, X: object) -> None:
        """Raise an error: a transformer does not predict.

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
        """Whether a window contains a clip and the following seconds."""
        return self.forecasts or self._has_part("takes_neighbours")

    def _has_part(self, trait):
        """Return whether a part of the objective has a trait."""
        return not self.forecasts and any(
            getattr(OBJECTIVES[part], trait) for part in objective_parts(self.objective)
        )

    def _settings_to_fit(self, y, *, reset):
        """Return the conversion to windows for the objective."""
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
        """Keep the sizes of the windows."""
        n_times = windows.window_shape[1]
        seconds = int(n_times // self.sfreq)
        if self.takes_pairs and seconds < 2:
            raise InputError(
                "X",
                f"its windows are {n_times / self.sfreq:g} s long, {n_times} feature(s) a channel",
                "give at least 2 s: the first half is the input, the second is "
                + ("forecast" if self.forecasts else "the following clip"),
            )
        self.signal_options_ = self._signal_options(windows)
        if self.forecasts:
            self.input_seconds_ = self._seconds_at_hand(seconds)

    def _seconds_at_hand(self, seconds):
        """Return how many of the seconds of a window are the input of the forecast."""
        ahead = seconds - seconds // 2 if self.forecast_len is None else int(self.forecast_len)
        if not 0 < ahead < seconds:
            raise InputError(
                "forecast_len",
                f"{self.forecast_len} s cannot be forecast in windows of {seconds} s",
                "give longer windows or a shorter forecast_len, at least 1 s",
            )
        return seconds - ahead

    def initialize_module(self):
        """Build the module for the data's shape."""
        if self.module is module_class(self.kind, FORECAST) and not self.forecasts:
            raise InputError(
                "objective",
                f"{self.objective!r} is not an objective of ASGPFForecaster",
                'give objective="forecast", or omit the module',
            )
        if self.forecasts:
            further = {"input_seconds": self.input_seconds_}
        else:
            further = {"objective": self.objective}
        self._build_module(self.signal_options_ | further)
        return self

    @property
    def module_class(self) -> type[torch.nn.Module]:
        """The class of the module."""
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
