"""The second stage: name the type of seizures, after pre-training or from scratch."""

from copy import deepcopy

import numpy as np
import torch
from braindecode.classifier import EEGClassifier
from sklearn.base import clone

from ..channels import ELECTRODES
from ..checkpoints.schema import ClassifierParameters
from ..checkpoints.taxonomy import describe_classes
from ..errors import InputError
from ..models import ASGPF
from ..models.transfer import transfer_encoder
from .class_training import ClassTraining
from .describing import Describing
from .hand_over import HandOver
from .inputs import named_channels
from .labelled_windows import class_weights, labelled_windows
from .patient_split import PatientSplit
from .predicting import Predicting
from .recipe import CLASSIFICATION
from .recordings import is_recordings
from .seeding import torch_seed
from .stage import Stage


class ASGPFClassifier(Predicting, Describing, HandOver, ClassTraining, Stage, EEGClassifier):
    """Name the type of the seizure in each window of EEG.

    Fitted on recordings, it learns the seizure types of the scheme and, unless
    ``background`` is 0, what is none; only then it can find seizures itself.

    Parameters
    ----------
    module : type of torch.nn.Module
        The module; its options are given as ``module__<option>``.
    pretrained : ASGPFPretrainer | ASGPFClassifier | path-like | str | None
        A fitted estimator, or the folder of a saved one or its name on the hub, whose
        encoder and normalisation are taken over with all options that belong to them;
        the account of every tensor is logged and kept in ``transfer_``.
        ``module__n_layers`` may ask for another number of layers. None: from scratch.
    freeze : "encoder" | int | None
        How many of the encoder's lowest layers keep their pre-trained weights.
    unfreeze_every : int | None
        Epochs after which one more frozen layer is trained, from the top; None: never.
    encoder_lr : float | None
        Learning rate of the encoder, on the same schedule; None: ``lr``.
    channels : sequence of str
        The channels, in any known spelling.
    sfreq : float
        Sampling rate in Hz to which recordings are brought.
    clip_len : float
        Length of a window in seconds.
    max_missing : int
        How many channels a recording may lack; they are masked out.
    scheme : 4 | 8
        The class scheme for fits on recordings.
    background : float
        Background windows for each ictal one in fits on recordings.
    first_clip_only : bool
        Whether fits on recordings take one clip a seizure, as published, or all.
    class_weight : dict | "balanced" | None
        Weights of the classes in the loss, by class.
    adaptation : "recording" | "patient" | None
        What windows are adapted to, in training and in prediction: the typical spectrum of
        the recording or the patient they come from is taken out of them
        (:mod:`mne_asgpf.windows.adaptation`). "patient" pools the recordings of one call;
        :meth:`describe` and :meth:`predict_annotations` are given one recording and adapt
        to that.
    augmentation : "published" | "varied" | list of Transform | None
        How training windows are varied: as published, every other one is reflected to
        the other hemisphere and each is scaled by 0.8 to 1.2
        (:func:`~mne_asgpf.windows.augmentation.published_augmentation`); or more
        (:func:`~mne_asgpf.windows.augmentation.varied_augmentation`).
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
    patience : int
        Epochs without a better weighted F1 on the validation set after which training
        stops; the best weights are kept.
    batch_size : int
        Windows a batch.
    gradient_clip : float
        Largest norm of the gradient.
    optimizer : type of torch.optim.Optimizer
        The optimiser.
    train_split : callable | None
        Splits off the validation set; None: none, and no early stopping.
    iterator_train__drop_last : bool
        Whether a last batch that is not full is left out.
    **kwargs : dict
        Further options of :class:`braindecode.EEGClassifier`.

    Notes
    -----
    :mod:`mne_asgpf.estimators.recipe` has the defaults beside the published recipe.
    """

    __metadata_request__partial_fit = {"groups": True}
    _kind = "classifier"
    _parameters = ClassifierParameters

    def __init__(
        self,
        module=ASGPF,
        *,
        pretrained=None,
        freeze=None,
        unfreeze_every=None,
        encoder_lr=None,
        channels=ELECTRODES,
        sfreq=200.0,
        clip_len=CLASSIFICATION["clip_len"],
        max_missing=4,
        scheme=4,
        background=1.0,
        first_clip_only=False,
        class_weight="balanced",
        adaptation=None,
        augmentation=CLASSIFICATION["augmentation"],
        random_state=None,
        resume_dir=None,
        lr=CLASSIFICATION["lr"],
        max_epochs=CLASSIFICATION["max_epochs"],
        patience=CLASSIFICATION["patience"],
        batch_size=CLASSIFICATION["batch_size"],
        gradient_clip=CLASSIFICATION["gradient_clip"],
        optimizer=torch.optim.Adam,
        train_split=PatientSplit(),  # noqa: B008  (never changed)
        iterator_train__drop_last=False,
        **kwargs,
    ):
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
        self.augmentation = augmentation
        self.random_state = random_state
        self.resume_dir = resume_dir
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
        """Clone the parameters; a pre-trained estimator is kept as it is, with its weights.

        Returns
        -------
        clone : ASGPFClassifier
            An unfitted classifier of the same parameters.
        """
        params = self.get_params(deep=False)
        pretrained = params.pop("pretrained")
        copies = {name: clone(value, safe=False) for name, value in params.items()}
        twin = type(self)(pretrained=pretrained, **copies)
        if hasattr(self, "_metadata_request"):
            twin._metadata_request = deepcopy(self._metadata_request)
        return twin

    @property
    def classes_(self):
        """The classes, in the order of the columns of ``predict_proba``."""
        if not hasattr(self, "class_labels_"):
            raise AttributeError("classes_: this classifier is not fitted yet")
        return self.class_labels_

    def fit(self, X, y=None, *, groups=None):
        """Fit.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            EEG in volts (see :doc:`/estimators`).
        y : array-like, shape (n,) | None
            The class of each recording or, of Epochs, windows and arrays, of each
            window. None: recordings bring seizures as annotations or events.tsv,
            Epochs their events, windows datasets their targets.
        groups : array-like, shape (n,) | None
            The patient of each recording or window, for a validation set of other
            patients. None: the patients that the input tells, if it does.

        Returns
        -------
        self : ASGPFClassifier
            The fitted classifier.
        """
        return self._fit(X, y, None, groups, anew=not self.warm_start)

    def partial_fit(self, X, y=None, classes=None, *, groups=None):
        """Go on fitting, ``max_epochs`` epochs more.

        Parameters
        ----------
        X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
            As in :meth:`fit`.
        y : array-like, shape (n,) | None
            As in :meth:`fit`.
        classes : array-like, shape (n_classes,) | None
            All classes, at the first call; None: those of ``y``. The classes' weights
            are those of the first call.
        groups : array-like, shape (n,) | None
            As in :meth:`fit`.

        Returns
        -------
        self : ASGPFClassifier
            The fitted classifier.
        """
        return self._fit(X, y, classes, groups, anew=False)

    def initialize_module(self):
        """Build the module at the data's sizes and take over the pre-trained encoder.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.
        """
        pretrained, self.pretraining_data_ = self._pretraining()
        options = dict(self.signal_options_)
        if pretrained is not None:
            options |= pretrained.shared_options
        self._build_module(options)
        if pretrained is not None:
            self.transfer_ = transfer_encoder(pretrained, self.module_)
        return self

    def _set_signal_args(self, X, y, classes):
        # braindecode writes what it infers into the parameters, where a clone would
        # keep it for other data. It stays in attributes here.
        self.signal_args_set_ = False

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # The checks' blobs differ by sign, and an amplitude spectrum has none.
        tags.classifier_tags.poor_score = True
        return tags

    def _fit(self, X, y, classes, groups, *, anew):
        anew = anew or not self.initialized_
        if anew:
            self._check_freeze()
            self._forget_array()
        with torch_seed(self.random_state):
            windows = labelled_windows(self, X, y, groups, reset=anew)
            if anew:
                self.per_recording_ = y is not None and is_recordings(X)
                self._learn_sizes(windows, classes)
                self.initialize()
            windows.encode(self.classes_)
            return super().partial_fit(windows)

    def _learn_sizes(self, windows, classes):
        """Keep what the windows say of classes and sizes."""
        for known in (classes, self.classes, windows.classes, np.unique(windows.labels)):
            if known is not None:
                self.class_labels_ = np.asarray(known)
                break
        if len(self.classes_) < 2:
            raise InputError(
                "y", f"there is one class only ({self.classes_[0]})", "give two classes or more"
            )
        weights = class_weights(self.class_weight, windows.labels, self.classes_)
        self.class_weights_ = torch.from_numpy(weights)
        n_chans, n_times = windows.window_shape
        self.signal_options_ = {
            "n_outputs": len(self.classes_),
            "chs_info": named_channels(self.channels, n_chans),
            "n_chans": n_chans,
            "n_times": n_times,
            "sfreq": self.sfreq,
        }

    def _description(self):
        return {
            "classes": self.classes_.tolist(),
            "per_recording": self.per_recording_,
            "class_weights": None if self.class_weights_ is None else self.class_weights_.tolist(),
            "taxonomy": {
                name: kind.model_dump()
                for name, kind in describe_classes(self.classes_, self.scheme).items()
            },
        }

    def _take_description(self, description, module):
        self.class_labels_ = np.asarray(description.classes)
        weights = description.class_weights
        self.class_weights_ = None if weights is None else torch.tensor(weights)
        self.per_recording_ = description.per_recording
