"""The first stage: learn from unlabelled EEG by forecasting its spectra."""

from itertools import chain

import numpy as np
import torch
from braindecode.util import ThrowAwayIndexLoader
from mne.utils import logger
from sklearn.base import TransformerMixin
from skorch import NeuralNet
from skorch.callbacks import GradientNormClipping, PassthroughScoring, PrintLog

from ..channels import ELECTRODES
from ..errors import InputError
from ..models import ASGPFForecaster
from ..windows import pretraining_windows
from .description import Parameters
from .inputs import given_windows, named_channels
from .patient_split import PatientSplit
from .recipe import PRETRAINING
from .recordings import is_recordings, load_recordings
from .schedule import cosine_schedule
from .seeding import torch_seed
from .stage import Stage
from .window_set import WindowSet


class ASGPFPretrainer(Stage, TransformerMixin, NeuralNet):
    """Learn from unlabelled EEG by forecasting the spectra of the seconds to come.

    The encoder of a fitted pre-trainer goes to
    :class:`~mne_asgpf.estimators.classifier.ASGPFClassifier`.

    Parameters
    ----------
    module : type of torch.nn.Module
        The module; its options are given as ``module__<option>``.
    channels : sequence of str
        The channels, in any known spelling.
    sfreq : float
        Sampling rate in Hz to which recordings are brought.
    clip_len : float
        Seconds at hand, and seconds to forecast.
    max_missing : int
        How many channels a recording may lack; they are masked out.
    augmentation : "published" | list of braindecode.augmentation.Transform | None
        How training windows are varied: as published, every other one is reflected to
        the other hemisphere and each is scaled by 0.8 to 1.2
        (:func:`~mne_asgpf.windows.augmentation.published_augmentation`).
    random_state : int | numpy.random.RandomState | None
        Makes a fit reproducible and leaves the global generators alone.
    lr : float
        Learning rate at the start; it falls to 0 over ``max_epochs`` on a cosine, a
        step an epoch.
    max_epochs : int
        Epochs.
    batch_size : int
        Windows a batch.
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

    Notes
    -----
    The defaults are the published recipe (:mod:`mne_asgpf.estimators.recipe`).
    """

    _kind = "pretrainer"
    _parameters = Parameters

    def __init__(
        self,
        module=ASGPFForecaster,
        *,
        channels=ELECTRODES,
        sfreq=200.0,
        clip_len=PRETRAINING["clip_len"],
        max_missing=4,
        augmentation=PRETRAINING["augmentation"],
        random_state=None,
        lr=PRETRAINING["lr"],
        max_epochs=PRETRAINING["max_epochs"],
        batch_size=PRETRAINING["batch_size"],
        gradient_clip=PRETRAINING["gradient_clip"],
        optimizer=torch.optim.Adam,
        train_split=PatientSplit(),  # noqa: B008  (never changed)
        iterator_train__shuffle=True,
        **kwargs,
    ):
        self.channels = channels
        self.sfreq = sfreq
        self.clip_len = clip_len
        self.max_missing = max_missing
        self.augmentation = augmentation
        self.random_state = random_state
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

    @property
    def _default_callbacks(self):
        callbacks = [
            (name, PrintLog(sink=logger.info) if name == "print_log" else callback)
            for name, callback in super()._default_callbacks
        ]
        trivial = [
            (f"valid_{name}", PassthroughScoring(f"valid_{name}"))
            for name in ("repeat_last", "mean_spectrum")
        ]
        return (
            callbacks[:-1]
            + (trivial if self.train_split is not None else [])
            + [
                ("gradient_clipping", GradientNormClipping(self.gradient_clip)),
                ("schedule", cosine_schedule(self.max_epochs)),
            ]
            + callbacks[-1:]
        )

    def fit(self, X, y=None, *, groups=None):
        """Pre-train.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            Unlabelled EEG in volts (see :doc:`/estimators`). Windows hold a clip and
            the clip that follows it.
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
        with torch_seed(self.random_state):
            pairs = self._pairs(X, groups)
            self._learn_sizes(pairs)
            return super().fit(pairs, None)

    def transform(self, X):
        """Embed clips.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive clips.

        Returns
        -------
        embeddings : array of float32, shape (n_windows, n_units)
            Largest hidden state of the top layer over the electrodes at hand, at the
            last true second.
        """
        embeddings = []
        self.module_.eval()
        with torch.no_grad():
            for x, _ in chain.from_iterable(map(self.get_iterator, self._to_predict(X))):
                clip = self.module_.signals_to_graphs(x.to(self.device))
                encoded = self.module_.encoder(clip.features, clip.graph, clip.present)
                last = (clip.lengths - 1)[:, None, None, None]
                h = encoded.hidden[-1].take_along_dim(last, 1).squeeze(1)
                h = h.masked_fill(~clip.present[..., None], -torch.inf)
                embeddings.append(h.amax(1).cpu().numpy())
        return np.concatenate(embeddings)

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Compute the loss of a forecast.

        Parameters
        ----------
        y_pred : Forecast
            What the module gave.
        y_true : None
            Not used.
        X : torch.Tensor | None
            Not used.
        training : bool
            Not used.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The loss of pre-training.
        """
        return self.module_.loss(y_pred)

    def validation_step(self, batch, **fit_params):
        """Validate on a batch, beside two trivial forecasts.

        Parameters
        ----------
        batch : tuple
            Windows and what is not used.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.validation_step`.

        Returns
        -------
        step : dict
            Loss and forecast.
        """
        step = super().validation_step(batch, **fit_params)
        forecast = step["y_pred"]
        trivial = {
            "valid_repeat_last": forecast.past[:, -1:],
            "valid_mean_spectrum": forecast.past.mean(1, keepdim=True),
        }
        for name, guess in trivial.items():
            error = self.module_.loss(forecast._replace(forecast=guess))
            self.history.record_batch(name, error.item())
        return step

    def get_iterator(self, dataset, training=False):
        """Give batches of windows, as the module takes them.

        Parameters
        ----------
        dataset : torch.utils.data.Dataset
            The windows.
        training : bool
            Whether they are trained on.

        Returns
        -------
        batches : iterable
            Pairs of windows and what is not used.
        """
        return ThrowAwayIndexLoader(self, super().get_iterator(dataset, training), False)

    def _pairs(self, X, groups):
        if not is_recordings(X):
            windows = given_windows(self, X, reset=True)
            patients = windows.patients if groups is None else groups
            return WindowSet(windows.windows, patients=patients, groups=groups)
        raws = load_recordings(X, patients=groups, **self.wanted)
        windows = pretraining_windows(raws, clip_len=self.clip_len)
        patients = windows.get_metadata()["patient"]
        return WindowSet(windows, patients=patients, groups=None if groups is None else patients)

    def _learn_sizes(self, pairs):
        """Keep what the windows say of sizes."""
        n_chans, n_times = pairs.window_shape
        seconds = int(n_times // self.sfreq)
        if seconds < 2:
            raise InputError(
                "X",
                f"its windows are {n_times / self.sfreq:g} s long",
                "give at least 2 s: the first half is at hand, the second is forecast",
            )
        self.signal_options_ = {
            "chs_info": named_channels(self.channels, n_chans),
            "n_chans": n_chans,
            "n_times": n_times,
            "sfreq": self.sfreq,
        }
        self.input_seconds_ = seconds // 2

    def initialize_module(self):
        """Build the module at the data's sizes.

        Returns
        -------
        self : ASGPFPretrainer
            The pre-trainer.
        """
        self._build_module(self.signal_options_ | {"input_seconds": self.input_seconds_})
        return self

    def _take_description(self, description, module):
        self.input_seconds_ = module.input_seconds
