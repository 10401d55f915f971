"""The networks of the table: ASGPF, and models of braindecode in the same training."""

import hashlib
import json
import math

import numpy as np
import torch
from braindecode import EEGClassifier, models
from braindecode.augmentation import AugmentedDataLoader
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import GradientNormClipping

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer
from mne_asgpf.estimators import read_asgpf
from mne_asgpf.estimators.inputs.labelled import class_weights
from mne_asgpf.estimators.training.callbacks import CosineSchedule, FixedNormalisation
from mne_asgpf.estimators.training.seeding import torch_seed
from mne_asgpf.windows.augmentation import published_augmentation
from tasks.recurrent import SpectralCNNLSTM, SpectralLSTM

_BATCH = 16
_EPOCHS = 15
_MIN_STEPS = 120  # so that few labels do not mean few steps


def n_epochs(n_windows, epochs, min_steps):
    """Give the epochs that make at least so many steps."""
    return max(epochs, math.ceil(min_steps / math.ceil(n_windows / _BATCH)))


class Asgpf:
    """ASGPF, from scratch or pre-trained on the unlabelled windows of the task.

    Parameters
    ----------
    task : Task
        The training subjects.
    seed : int
        The random state.
    epochs, min_steps : int
        How long it is trained: for so many epochs and at least so many steps.
    pretrain : bool
        Whether its encoder is pre-trained.
    as_it_comes : bool
        Whether it is trained as ASGPFClassifier trains by default, instead of as the others.
    n_trainings : int
        How many trainings, each with a random state of its own, are averaged.
    **options : dict
        Further options of ASGPFClassifier; ``pretrainer__...`` of ASGPFPretrainer.
    """

    def __init__(
        self,
        task,
        seed,
        *,
        epochs=_EPOCHS,
        min_steps=_MIN_STEPS,
        pretrain=False,
        as_it_comes=False,
        n_trainings=1,
        **options,
    ):
        self.epochs, self.min_steps, self.n_trainings = epochs, min_steps, n_trainings
        self.as_it_comes = as_it_comes
        prefix = "pretrainer__"
        of_pretrainer = {
            name.removeprefix(prefix): options.pop(name)
            for name in list(options)
            if name.startswith(prefix)
        }
        as_others = {"batch_size": _BATCH, "min_batches": 1, "train_split": None}
        self.options = {
            "channels": task.ch_names,
            "sfreq": task.sfreq,
            "random_state": seed,
            "verbose": 0,
            **({} if as_it_comes else as_others),
            **options,
        }
        if pretrain:
            module = {k: v for k, v in self.options.items() if k.startswith("module__")}
            for name in module:  # the pre-trained encoder brings them along
                del self.options[name]
            shared = {"adaptation": self.options.get("adaptation")}
            self.options["pretrained"] = _pretrained(task, seed, module | shared | of_pretrainer)

    def fit(self, X, y, groups):
        """Train."""
        options = dict(self.options)
        if not self.as_it_comes:
            options["max_epochs"] = n_epochs(len(X), self.epochs, self.min_steps)
        seeds = range(options["random_state"], options["random_state"] + self.n_trainings)
        trained = [ASGPFClassifier(**options | {"random_state": seed}) for seed in seeds]
        if self.n_trainings == 1:
            self.classifier = trained[0].fit(X, y, groups=groups)
        else:
            named = [(str(seed), one) for seed, one in zip(seeds, trained, strict=True)]
            self.classifier = VotingClassifier(named, voting="soft").fit(X, y)
            trained = self.classifier.estimators_
        self.classes_ = self.classifier.classes_
        self.n_parameters = sum(_count(one.module_) for one in trained)
        return self

    def predict_proba(self, X, groups):
        """Give the probabilities."""
        adapted = self.options.get("adaptation") is not None
        return self.classifier.predict_proba(X, **({"groups": groups} if adapted else {}))


class Probe:
    """A logistic regression of the embeddings of a frozen encoder.

    Parameters
    ----------
    task : Task
        The training subjects, whose unlabelled windows the encoder is pre-trained on.
    seed : int
        The random state.
    C : float
        Inverse of the regularisation.
    **options : dict
        Options of ASGPFPretrainer, as ``pretrainer__...``; with a learning rate of 0 the encoder
        stays as it was drawn, its input standardised.
    """

    def __init__(self, task, seed, *, C, **options):
        of_pretrainer = {k.removeprefix("pretrainer__"): v for k, v in options.items()}
        self.encoder = _pretrained(task, seed, {"adaptation": None} | of_pretrainer)
        regression = LogisticRegression(
            C=C, class_weight="balanced", max_iter=1000, random_state=seed
        )
        self.model = make_pipeline(StandardScaler(), regression)

    def fit(self, X, y, groups):
        """Fit the regression."""
        self.model.fit(self.encoder.transform(X), y)
        self.classes_ = self.model.classes_
        self.n_parameters = self.model[-1].coef_.size + self.model[-1].intercept_.size
        return self

    def predict_proba(self, X, groups):
        """Give the probabilities."""
        return self.model.predict_proba(self.encoder.transform(X))


def _pretrained(task, seed, options):
    """Pre-train on the unlabelled windows of the training subjects, once for all label counts."""
    subjects = sorted(set(task.unlabelled_subjects.tolist()))
    key = json.dumps([seed, subjects, options], sort_keys=True, default=str)
    path = task.folder / f"pretrained-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    if path.exists():
        return read_asgpf(path)
    pretrainer = ASGPFPretrainer(
        channels=task.ch_names,
        sfreq=task.sfreq,
        clip_len=task.X.shape[2] / task.sfreq,
        train_split=None,
        random_state=seed,
        verbose=0,
        **options,
    )
    clips = task.unlabelled
    if not pretrainer.takes_pairs:
        clips = clips[..., : task.X.shape[2]]
    pretrainer.fit(clips, groups=task.unlabelled_subjects)
    pretrainer.save(path, notes={"data": task.name, "synthetic": task.synthetic})
    return pretrainer


class Labram(models.Labram):
    """LaBraM with the names of its channels, which it takes with each batch."""

    def forward(self, X):
        """Give the logits."""
        return super().forward(X, ch_names=[info["ch_name"] for info in self.chs_info])


# How each model's authors scale its input. All take the mean of each channel and window away.
_TRAINING_SET, _HUNDRED_MICROVOLTS, _PERCENTILE = range(3)
_SCALING = {"Labram": _HUNDRED_MICROVOLTS, "BIOT": _PERCENTILE}


class Braindecode:
    """A model of braindecode, by name.

    Missing samples are 0, as these models know no others. The input is divided by the standard
    deviation of the training windows; for LaBraM by 100 uV, and for BIOT by the 95th percentile
    of each channel's absolute values, as their authors do.

    Parameters
    ----------
    name : str
        The model.
    task : Task
        The training subjects.
    seed : int
        The random state.
    lr : float
        Learning rate.
    epochs, min_steps : int
        As for ASGPF.
    """

    _callbacks = ()

    def __init__(self, name, task, seed, *, lr, epochs=_EPOCHS, min_steps=_MIN_STEPS):
        self.name, self.task, self.seed, self.lr = name, task, seed, lr
        self.epochs, self.min_steps = epochs, min_steps

    def fit(self, X, y, groups):
        """Train."""
        X = self._prepare(X, fit=True)
        self.classes_, codes = np.unique(y, return_inverse=True)
        epochs = n_epochs(len(X), self.epochs, self.min_steps)
        weights = class_weights("balanced", y, self.classes_)
        with torch_seed(self.seed):
            self.classifier = EEGClassifier(
                self._module(),
                module__chs_info=[{"ch_name": name} for name in self.task.ch_names],
                module__sfreq=self.task.sfreq,
                criterion=torch.nn.CrossEntropyLoss,
                criterion__weight=torch.from_numpy(weights),
                optimizer=torch.optim.Adam,
                lr=self.lr,
                max_epochs=epochs,
                batch_size=_BATCH,
                iterator_train=AugmentedDataLoader,
                iterator_train__transforms=published_augmentation(self.task.ch_names, self.seed),
                iterator_train__shuffle=True,
                train_split=None,
                callbacks=[*self._callbacks, GradientNormClipping(5.0), CosineSchedule()],
                verbose=0,
            ).fit(X, codes)
        self.n_parameters = _count(self.classifier.module_)
        return self

    def predict_proba(self, X, groups):
        """Give the probabilities."""
        return self.classifier.predict_proba(self._prepare(X))

    def _module(self):
        return Labram if self.name == "Labram" else getattr(models, self.name)

    def _prepare(self, X, fit=False):
        X = _centred(X)
        if fit:
            self.scale = float(np.std(X[X != 0]))
        scaling = _SCALING.get(self.name, _TRAINING_SET)
        if scaling == _TRAINING_SET:
            return X / self.scale
        if scaling == _HUNDRED_MICROVOLTS:
            return X / np.float32(100e-6)
        return X / np.maximum(np.percentile(abs(X), 95, axis=2, keepdims=True), 1e-9).astype("f4")


class Recurrent(Braindecode):
    """An LSTM or a CNN-LSTM, trained as models of braindecode are.

    Its input are the log-spectra of ASGPF, standardised by the training windows, 0 where missing.
    """

    _callbacks = (FixedNormalisation(),)

    def _module(self):
        return {"LSTM": SpectralLSTM, "CNN-LSTM": SpectralCNNLSTM}[self.name]

    def _prepare(self, X, fit=False):
        return np.asarray(X, np.float32)


def _centred(X):
    centred = np.ma.masked_invalid(X)
    return (centred - centred.mean(axis=2, keepdims=True)).filled(0).astype(np.float32)


def _count(module):
    return sum(weights.numel() for weights in module.parameters())
