"""The second stage: name the type of seizures, after pre-training or from scratch."""

import numpy as np
import torch
from braindecode.classifier import EEGClassifier
from mne.utils import logger
from sklearn.base import clone
from sklearn.metrics import f1_score
from sklearn.utils.class_weight import compute_class_weight
from skorch.callbacks import (
    EarlyStopping,
    EpochScoring,
    GradientNormClipping,
    PrintLog,
)
from torch.utils.data import Dataset

from ..channels import ELECTRODES
from ..errors import InputError
from ..models import ASGPF
from ..models.transfer import transfer_encoder
from ..windows import recording_windows, typed_windows
from .class_loss import ClassLoss
from .describing import Describing
from .freezing import Freezing
from .hand_over import HandOver
from .inputs import check_windows, epochs_to_array, is_epochs, is_raws, named_channels
from .patient_split import PatientSplit
from .recipe import CLASSIFICATION
from .schedule import cosine_schedule
from .seeding import torch_seed
from .stage import Stage


class ASGPFClassifier(Describing, HandOver, ClassLoss, Stage, EEGClassifier):
    """Name the type of the seizure in each window of EEG.

    Fitted on recordings, it learns the seizure types of the scheme and, unless
    ``background`` is 0, what is none; only then it can find seizures itself.

    Parameters
    ----------
    module : type of torch.nn.Module
        The module; its options are given as ``module__<option>``.
    pretrained : ASGPFPretrainer | ASGPFClassifier | path-like | None
        A fitted estimator or the folder of a saved one, whose encoder and
        normalisation are taken over with all options that belong to them; the account
        of every tensor is logged and kept in ``transfer_``. ``module__n_layers`` may ask
        for another number of layers. None: from scratch.
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
    class_weight : "balanced" | None
        Weights of the classes in the loss.
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
    The defaults are the published recipe (:mod:`mne_asgpf.estimators.recipe`).
    """

    _kind = "classifier"
    _saved_params = (*Stage._saved_params, "scheme", "background", "first_clip_only")

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
        augmentation=CLASSIFICATION["augmentation"],
        random_state=None,
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
        self.augmentation = augmentation
        self.random_state = random_state
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
        return type(self)(pretrained=pretrained, **copies)

    @property
    def _default_callbacks(self):
        kept = {name: callback for name, callback in super()._default_callbacks}
        callbacks = [(name, kept[name]) for name in ("epoch_timer", "train_loss", "valid_loss")]
        if self.train_split is not None:
            callbacks += [
                ("valid_f1", EpochScoring(_weighted_f1, lower_is_better=False, name="valid_f1")),
                (
                    "early_stopping",
                    EarlyStopping(
                        CLASSIFICATION["monitor"],
                        patience=self.patience,
                        lower_is_better=False,
                        load_best=True,
                        sink=logger.info,
                    ),
                ),
            ]
        return callbacks + [
            ("freezing", Freezing(self.freeze, self.unfreeze_every)),
            ("gradient_clipping", GradientNormClipping(self.gradient_clip)),
            ("schedule", cosine_schedule(self.max_epochs)),
            ("print_log", PrintLog(sink=logger.info)),
        ]

    @property
    def classes_(self):
        """The classes, in the order of the columns of ``predict_proba``."""
        if not hasattr(self, "class_labels_"):
            raise AttributeError("classes_: this classifier is not fitted yet")
        return self.class_labels_

    def fit(self, X, y=None, **fit_params):
        """Fit.

        Parameters
        ----------
        X : Raw | list of Raw | Epochs | windows dataset | array, shape (n, n_channels, n_times)
            EEG in volts. Recordings bring their labels as annotations, a windows
            dataset as targets.
        y : array-like, shape (n_windows,) | None
            The class of each window, for Epochs and arrays.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.fit`.

        Returns
        -------
        self : ASGPFClassifier
            The fitted classifier.
        """
        with torch_seed(self.random_state):
            X, y = self._labelled(X, y)
            return super().fit(X, y, **fit_params)

    def predict_proba(self, X):
        """Give the probability of each class for each window.

        Parameters
        ----------
        X : Raw | list of Raw | Epochs | windows dataset | array, shape (n, n_channels, n_times)
            EEG in volts. Recordings are cut into consecutive windows.

        Returns
        -------
        probabilities : array of float32, shape (n_windows, n_classes)
            One column for each of ``classes_``.
        """
        if not isinstance(X, Dataset):
            X = self._unlabelled(X)
        return super().predict_proba(X)

    def predict(self, X):
        """Name the class of each window.

        Parameters
        ----------
        X : Raw | list of Raw | Epochs | windows dataset | array, shape (n, n_channels, n_times)
            EEG in volts. Recordings are cut into consecutive windows.

        Returns
        -------
        classes : array, shape (n_windows,)
            The most probable class of each window.
        """
        return self.classes_[self.predict_proba(X).argmax(1)]

    def initialize_module(self):
        """Build the module at the data's sizes and take over the pre-trained encoder.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.
        """
        pretrained = self._pretrained_module()
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

    def _unlabelled(self, X):
        """Give the windows of an input as a dataset or an array."""
        if is_raws(X):
            return recording_windows(self._prepare(X), clip_len=self.clip_len)
        if is_epochs(X):
            X = epochs_to_array(
                X, channels=self.channels, sfreq=self.sfreq, max_missing=self.max_missing
            )
        return check_windows(X)

    def _labelled(self, X, y):
        """Give windows and encoded classes, and keep what is inferred from them."""
        if is_raws(X):
            X = typed_windows(
                self._prepare(X),
                scheme=self.scheme,
                clip_len=self.clip_len,
                first_clip_only=self.first_clip_only,
                background=self.background,
                random_state=self.random_state,
            )
        else:
            X = self._unlabelled(X)
        if isinstance(X, Dataset):
            codes = np.array([X[i][1] for i in range(len(X))]) if y is None else np.asarray(y)
            classes = getattr(X, "classes", None)
            classes = np.unique(codes) if classes is None else np.asarray(classes)
            first, y = X[0][0], None
        else:
            if y is None:
                raise InputError("y", "there are no classes", "give the class of each window")
            classes, codes = np.unique(np.asarray(y), return_inverse=True)
            first, y = X[0], codes
        if not np.isin(codes, np.arange(len(classes))).all():
            raise InputError(
                "X",
                f"the targets of the windows are not 0 to {len(classes) - 1}",
                "number the classes from 0",
            )
        n_chans, n_times = first.shape
        self.class_labels_ = classes
        self.class_weights_ = _class_weights(self.class_weight, codes, len(classes))
        self.signal_options_ = {
            "n_outputs": len(classes),
            "chs_info": named_channels(self.channels, n_chans),
            "n_chans": n_chans,
            "n_times": n_times,
            "sfreq": self.sfreq,
        }
        return X, y

    def _description(self):
        return {"classes": self.classes_.tolist(), "n_times": self.signal_options_["n_times"]}

    def _take_description(self, description):
        self.class_labels_ = np.asarray(description["classes"])
        self.class_weights_ = None
        self.signal_options_ = {"n_times": description["n_times"]}


def _class_weights(class_weight, codes, n_classes):
    if class_weight is None:
        return None
    weights = np.ones(n_classes, np.float32)
    present = np.unique(codes)
    weights[present] = compute_class_weight(class_weight, classes=present, y=codes)
    return torch.from_numpy(weights)


def _weighted_f1(net, X, y):
    return f1_score(y, net.predict_proba(X).argmax(1), average="weighted", zero_division=0)
