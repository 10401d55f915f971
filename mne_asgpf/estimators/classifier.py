"""The second stage: classify seizure types, after pre-training or from scratch."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, Self

import numpy as np
import torch
from braindecode.augmentation import Transform
from braindecode.classifier import EEGClassifier
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from skorch.utils import to_tensor

from ..channels import ELECTRODES
from ..checkpoints.schema import ClassifierParameters
from ..checkpoints.taxonomy import class_taxonomy
from ..defaults import CLASSIFICATION, MAX_MISSING, SCHEME, SFREQ
from ..errors import InputError
from ..event_rule import EventRule
from ..events.decide import decide
from ..models import ASGPF
from ..models.transfer import transfer_encoder
from ..type_aliases import PathLike, RandomState
from ..windows import recording_windows, typed_windows
from . import confidence, whole_recordings
from .assessment import assess, assessed_proba, without_claims
from .base import Base
from .calibration import Calibration
from .inputs.labelled import class_weights
from .inputs.recordings import EEG
from .inputs.windows import to_windows
from .training.callbacks import classifier_callbacks, show_classes
from .training.patients import PatientSplit
from .transfer import check_freeze, pretrained_module


class ASGPFClassifier(Base, EEGClassifier):
    """Classify the type of the seizure in each window of EEG.

    Fitted on recordings, it learns the seizure types of the scheme and, unless
    ``background`` is 0, background, which is required to find seizures.
    :mod:`mne_asgpf.defaults` lists the defaults and the published settings.

    Parameters
    ----------
    module : type of torch.nn.Module
        The module; its options are given as ``module__<option>``.
    pretrained : ASGPFPretrainer | ASGPFClassifier | path-like | str | None
        A fitted estimator or, as in :func:`~mne_asgpf.read_asgpf`, a saved one, whose encoder and
        normalisation are transferred with all their options; ``transfer_`` has the origin of every
        tensor. ``module__n_layers`` may set other numbers of layers. None: train from scratch.
    freeze : "encoder" | int | None
        Number of the encoder's lowest layers whose pre-trained weights are kept.
    unfreeze_every : int | None
        Number of epochs after which one more frozen layer is trained, from the top; None: never.
    encoder_lr : float | None
        Learning rate of the encoder, with the same schedule; None: ``lr``.
    channels : sequence of str
        The channels, in any known spelling.
    sfreq : float
        Sampling rate in Hz; recordings are resampled to it.
    clip_len : float
        Length of a window in seconds.
    max_missing : int
        Maximal number of missing channels of a recording; they are masked out.
    scheme : 4 | 8
        The class scheme for fits on recordings.
    background : float
        Number of background windows per ictal one in fits on recordings.
    first_clip_only : bool
        Whether fits on recordings use one clip per seizure, as published, or all.
    class_weight : dict | "balanced" | None
        Weight of each class in the loss.
    adaptation : "recording" | "patient" | None
        Whether the typical spectrum of the recording or patient is subtracted from windows, in
        training and prediction (:mod:`mne_asgpf.windows.adaptation`). "patient" pools the
        recordings of one call, which for :meth:`type_recording` is the one recording.
    calibrate : bool
        Whether the probabilities are calibrated on the validation patients at the end of a fit;
        if they are unknown, ``calibration_`` is None.
    augmentation : "published" | "varied" | list of Transform | None
        Augmentation of training windows:
        :func:`~mne_asgpf.windows.augmentation.published_augmentation` or
        :func:`~mne_asgpf.windows.augmentation.varied_augmentation`.
    random_state : int | numpy.random.RandomState | None
        Makes a fit reproducible; the global generators are not changed.
    resume_dir : path-like | None
        A folder that keeps the state of the fit after every epoch. An interrupted fit, called again
        with the same data and an int as ``random_state``, resumes and ends with the same weights.
    lr : float
        Initial learning rate; it decreases to 0 over ``max_epochs`` as a cosine.
    max_epochs : int
        Number of epochs.
    min_batches : int
        Fewest batches of an epoch; where windows are few, an epoch has each of them several times.
    patience : int | None
        Number of epochs without a better weighted F1 on the validation set after which training
        stops, keeping the best weights; None: all epochs are trained and the last weights kept.
    batch_size : int
        Number of windows per batch.
    gradient_clip : float
        Maximal norm of the gradient.
    optimizer : type of torch.optim.Optimizer
        The optimiser.
    train_split : callable | None
        Splits off the validation set, by default a fifth of ten patients or more; None: none.
    iterator_train__drop_last : bool
        Whether to leave out an incomplete last batch.
    **kwargs : dict
        Further options of :class:`braindecode.EEGClassifier`.

    Attributes
    ----------
    classes_ : array, shape (n_classes,)
        The classes, in the order of the columns of :meth:`predict_proba`.
    module_ : torch.nn.Module
        The fitted module.
    history_ : skorch.history.History
        The losses and scores of each epoch.
    class_weights_ : torch.Tensor, shape (n_classes,) | None
        The weights of the classes in the loss.
    transfer_ : pandas.DataFrame
        What became of each pre-trained tensor, where ``pretrained`` is given.
    training_data_ : list of TrainingData
        What it was trained on, its pre-training included.
    metrics_ : dict | None
        Of a saved classifier, the scores of the epoch whose weights were kept.
    notes_ : dict
        The notes that it was saved with.
    event_rule_ : EventRule
        The rule for events, chosen by :meth:`fit_events`.
    """

    # As in fit: groups are requested unless the user decides otherwise.
    __metadata_request__predict = {"groups": True}
    __metadata_request__predict_proba = {"groups": True}
    __metadata_request__score = {"groups": True}
    __metadata_request__partial_fit = {"groups": True}
    kind = "classifier"
    parameters_schema = ClassifierParameters
    class_weights_: torch.Tensor | None
    calibration_: Calibration | None = None
    validation_patients_: np.ndarray | None = None
    event_rule_ = EventRule()

    # Methods that are written, and documented, in files of their own.
    assess = assess
    predict_or_abstain = confidence.predict_or_abstain
    predict_sets = confidence.predict_sets
    state_confidence = confidence.state_confidence
    recalibrate = confidence.recalibrate
    type_recording = whole_recordings.type_recording
    type_events = whole_recordings.type_events
    fit_events = whole_recordings.fit_events
    predict_annotations = whole_recordings.predict_annotations

    def __init__(
        self,
        module: type[torch.nn.Module] = ASGPF,
        *,
        pretrained: Base | PathLike | None = None,
        freeze: str | int | None = None,
        unfreeze_every: int | None = None,
        encoder_lr: float | None = None,
        channels: Sequence[str] = ELECTRODES,
        sfreq: float = SFREQ,
        clip_len: float = CLASSIFICATION["clip_len"],
        max_missing: int = MAX_MISSING,
        scheme: int = SCHEME,
        background: float = 1.0,
        first_clip_only: bool = False,
        class_weight: dict | str | None = "balanced",
        adaptation: str | None = None,
        calibrate: bool = CLASSIFICATION["calibrate"],
        augmentation: str | list[Transform] | None = CLASSIFICATION["augmentation"],
        random_state: RandomState = None,
        resume_dir: PathLike | None = None,
        lr: float = CLASSIFICATION["lr"],
        max_epochs: int = CLASSIFICATION["max_epochs"],
        min_batches: int = CLASSIFICATION["min_batches"],
        patience: int | None = CLASSIFICATION["patience"],
        batch_size: int = CLASSIFICATION["batch_size"],
        gradient_clip: float = CLASSIFICATION["gradient_clip"],
        optimizer: type[torch.optim.Optimizer] = torch.optim.Adam,
        train_split: Callable | None = PatientSplit(min_patients=10),  # noqa: B008
        iterator_train__drop_last: bool = False,
        **kwargs: Any,
    ) -> None:
        self.pretrained = pretrained
        self.freeze = freeze
        self.unfreeze_every = unfreeze_every
        self.encoder_lr = encoder_lr
        self.channels = channels
        self.sfreq = sfreq
        self.clip_len = clip_len
        self.max_missing = max_missing
        self.scheme = scheme
        self.background = background
        self.first_clip_only = first_clip_only
        self.class_weight = class_weight
        self.adaptation = adaptation
        self.calibrate = calibrate
        self.augmentation = augmentation
        self.random_state = random_state
        self.resume_dir = resume_dir
        self.min_batches = min_batches
        self.patience = patience
        self.gradient_clip = gradient_clip
        super().__init__(
            module,
            lr=lr,
            max_epochs=max_epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            train_split=train_split,
            iterator_train__drop_last=iterator_train__drop_last,
            **kwargs,
        )

    def __sklearn_clone__(self):
        """Clone the parameters; a pre-trained estimator is kept unchanged, with its weights."""
        params = self.get_params(deep=False)
        pretrained = params.pop("pretrained")
        copies = {name: clone(value, safe=False) for name, value in params.items()}
        twin = type(self)(pretrained=pretrained, **copies)
        if hasattr(self, "_metadata_request"):
            twin._metadata_request = deepcopy(self._metadata_request)
        return twin

    @property
    def classes_(self) -> np.ndarray:
        """The classes, in the order of the columns of ``predict_proba``."""
        if not hasattr(self, "class_labels_"):
            raise AttributeError("classes_: this classifier is not fitted yet")
        return self.class_labels_

    @property
    def temperature_(self) -> float:
        """The divisor of the module's logits; 1 without calibration."""
        return 1.0 if self.calibration_ is None else self.calibration_.temperature

    def fit(self, X: EEG, y: ArrayLike | None = None, *, groups: ArrayLike | None = None) -> Self:
        """Fit the classifier.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts (see :doc:`/estimators`).
        y : array-like, shape (n,) | None
            The class of each recording or, for Epochs, windows and arrays, of each
            window. None: seizures of recordings are read from annotations or events.tsv,
            the classes of Epochs from their events, of windows datasets from their targets.
        groups : array-like, shape (n,) | None
            The patient of each recording or window; validation patients are not trained on.
            None: the patients in the input, if known.

        Returns
        -------
        self : ASGPFClassifier
            The fitted classifier.
        """
        return self._fit(X, y, groups, anew=not self.warm_start)

    def partial_fit(
        self,
        X: EEG,
        y: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        *,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Continue fitting for ``max_epochs`` more epochs.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            As in :meth:`fit`.
        y : array-like, shape (n,) | None
            As in :meth:`fit`.
        classes : array-like, shape (n_classes,) | None
            All classes, at the first call; None: those of ``y``. Class weights are those
            of the first call.
        groups : array-like, shape (n,) | None
            As in :meth:`fit`.

        Returns
        -------
        self : ASGPFClassifier
            The fitted classifier.
        """
        return self._fit(X, y, groups, anew=False, classes=classes)

    def predict_proba(self, X: EEG, *, groups: ArrayLike | None = None) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for ``adaptation``; None: the
            patients in the input, if known.

        Returns
        -------
        probabilities : array of float32, shape (n, n_classes)
            One row per window, one column for each of ``classes_``. A classifier fitted with
            one class per recording returns one row per recording: the mean over its
            windows.

        Notes
        -----
        Windows that cannot be assessed (:meth:`assess`) are not predicted as seizures: their
        rows have probability 1 for background or, without a background class, equal
        probabilities. A warning reports their number.
        """
        probabilities, reasons = assessed_proba(self, X, groups)
        return without_claims(self.classes_, probabilities, reasons)

    def predict(self, X: EEG, *, groups: ArrayLike | None = None) -> np.ndarray:
        """Predict the class of each window.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts. Recordings are cut into consecutive windows.
        groups : array-like, shape (n,) | None
            As in :meth:`predict_proba`.

        Returns
        -------
        classes : array, shape (n,)
            The class of each row of :meth:`predict_proba`, by the rule of
            :mod:`mne_asgpf.events.decide`: the most probable one, except that background is
            compared with all seizure classes together.
        """
        probabilities = self.predict_proba(X, groups=groups)
        return self.classes_[decide(probabilities, self.classes_.tolist())]

    def score(
        self,
        X: EEG,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        groups: ArrayLike | None = None,
    ) -> float:
        """Return the accuracy: the share of windows or recordings with the correct class.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts.
        y : array-like, shape (n,) | None
            The true classes, one for each row of :meth:`predict`. None: those of the input,
            as in :meth:`fit`; windows of recordings are cut as there.
        sample_weight : array-like, shape (n,) | None
            Weight of each row.
        groups : array-like, shape (n,) | None
            As in :meth:`predict_proba`.

        Returns
        -------
        accuracy : float
            The accuracy.
        """
        if y is None:
            self.check_is_fitted()
            X = to_windows(X, None, groups, self._settings_to_fit(None, reset=False))
            y, groups = X.labels, None
        return accuracy_score(y, self.predict(X, groups=groups), sample_weight=sample_weight)

    @property
    def _default_callbacks(self):
        return classifier_callbacks(self, dict(super()._default_callbacks))

    def initialize_callbacks(self):
        """Build the callbacks; scoring ones receive classes, as returned by ``predict``."""
        super().initialize_callbacks()
        if hasattr(self, "class_labels_"):  # otherwise they are built again when it is fitted
            show_classes(self.callbacks_, self.classes_)
        return self

    def initialize_criterion(self):
        """Build the criterion with the class weights."""
        options = {"weight": self.class_weights_} | self.get_params_for("criterion")
        self.criterion_ = self.initialized_instance(self.criterion, options)
        return self

    def initialize_module(self):
        """Build the module for the data's shape and transfer the pre-trained weights."""
        pretrained, self.pretraining_data_ = pretrained_module(self.pretrained, self.adaptation)
        shared = {} if pretrained is None else pretrained.shared_options
        self._build_module(self.signal_options_ | shared)
        if pretrained is not None:
            self.transfer_ = transfer_encoder(pretrained, self.module_)
        return self

    def get_params_for(self, prefix):
        """Collect the parameters of a part; the encoder has its own learning rate."""
        params = super().get_params_for(prefix)
        if prefix == "optimizer" and self.encoder_lr is not None:
            groups = [("encoder.*", {"lr": self.encoder_lr}), *params.get("param_groups", [])]
            params["param_groups"] = groups
        return params

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, and keep both sets until the fit is over."""
        self._split = super().get_split_datasets(X, y, **fit_params)
        return self._split

    def infer(self, x, **fit_params):
        """Run the module; in training, return the loss of the graphs too, if any."""
        if not (self.module_.training and getattr(self.module_, "regularises_graphs", False)):
            return super().infer(x, **fit_params)
        typing = self.module_.explain(to_tensor(x, device=self.device), **fit_params)
        return typing.logits, typing.regularisation

    def get_loss(self, y_pred, y_true, *args, **kwargs):
        """Compute the loss of a batch: the criterion and the regularisation of the graphs."""
        if not isinstance(y_pred, tuple):
            return super().get_loss(y_pred, y_true, *args, **kwargs)
        logits, regularisation = y_pred
        return super().get_loss(logits, y_true, *args, **kwargs) + regularisation.mean()

    def _get_predict_nonlinearity(self):
        to_probabilities, temperature = super()._get_predict_nonlinearity(), self.temperature_
        return lambda logits: to_probabilities(logits / temperature)

    def _set_signal_args(self, X, y, classes):
        # braindecode would write inferred values into the parameters, where clones keep them.
        self.signal_args_set_ = False

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # The blobs of scikit-learn's checks differ by sign, which an amplitude spectrum lacks.
        tags.classifier_tags.poor_score = True
        return tags

    def _begin_anew(self):
        super()._begin_anew()
        check_freeze(self.freeze, self.pretrained)

    def _train(self, windows):
        windows.encode(self.classes_)
        self.event_rule_ = EventRule()  # the old one was chosen with other weights
        self.calibration_ = None  # validation scores during a fit use uncalibrated logits
        try:
            super()._train(windows)
            confidence.learn_from_validation(self, *self._split)
        finally:
            self._split = (None, None)
        return self

    def _settings_to_fit(self, y, *, reset):
        """Return the conversion to labelled windows: labels of their seizures, or ``y``."""
        cut = partial(recording_windows, clip_len=self.clip_len, reject_by_annotation=True)
        if y is None:
            names = ("scheme", "clip_len", "first_clip_only", "background", "random_state")
            cut = partial(typed_windows, **{name: getattr(self, name) for name in names})
        return self._window_settings(cut, reset=reset, labelled=True)

    def _learn_sizes(self, windows, classes=None):
        """Keep the classes and sizes of the windows."""
        given = self.classes if classes is None else classes
        present = np.unique(windows.labels) if given is None else np.asarray(given)
        if len(present) < 2:
            raise InputError("y", f"has one class only ({present[0]})", "give two classes or more")
        of_scheme = given is None and windows.classes is not None
        self.class_labels_ = np.asarray(windows.classes) if of_scheme else present
        self.per_recording_ = windows.per_recording
        weights = class_weights(self.class_weight, windows.labels, self.classes_)
        self.class_weights_ = torch.from_numpy(weights)
        self.signal_options_ = self._signal_options(windows) | {"n_outputs": len(self.classes_)}

    def _own_metadata(self):
        return super()._own_metadata() | {
            "classes": self.classes_.tolist(),
            "per_recording": self.per_recording_,
            "calibration": self.calibration_ and self.calibration_.to_dict(),
            "event_rule": self.event_rule_.to_dict(),
            "class_weights": None if self.class_weights_ is None else self.class_weights_.tolist(),
            "taxonomy": {
                name: kind.model_dump()
                for name, kind in class_taxonomy(self.classes_, self.scheme).items()
            },
        }

    def _take_metadata(self, metadata, module):
        super()._take_metadata(metadata, module)
        self.class_labels_ = np.asarray(metadata.classes)
        weights = metadata.class_weights
        self.class_weights_ = None if weights is None else torch.tensor(weights)
        self.per_recording_ = metadata.per_recording
        if metadata.calibration is not None:
            self.calibration_ = Calibration.from_metadata(metadata.calibration)
        self.event_rule_ = metadata.event_rule
