"""What happens during a training, in the order in which it happens."""

import torch
from braindecode.classifier import EEGClassifier
from mne.utils import _check_option, logger
from sklearn.metrics import f1_score
from skorch.callbacks import (
    Callback,
    EarlyStopping,
    EpochScoring,
    GradientNormClipping,
    LRScheduler,
    PassthroughScoring,
    PrintLog,
)
from skorch.utils import to_numpy
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from ...defaults import CLASSIFICATION
from ...errors import InputError
from ...events.decide import decide
from ...windows.augmentation import published_augmentation, varied_augmentation
from .cost_estimate import plan_training
from .freezing import Freezing
from .objective_figures import figure_names, tell_objective


def classifier_callbacks(net, kept):
    """List the callbacks of a classifier; ``kept`` are those of skorch, by name."""
    callbacks = [*_before_batches(), *((name, kept[name]) for name in _LOSSES)]
    if net.train_split is not None:
        stopping = EarlyStopping(
            CLASSIFICATION["monitor"],
            patience=net.patience,
            lower_is_better=False,
            load_best=True,
            sink=logger.info,
        )
        callbacks += [
            ("valid_f1", EpochScoring(_weighted_f1, lower_is_better=False, name="valid_f1")),
            ("early_stopping", stopping),
        ]
    freezing = Freezing(net.freeze, net.unfreeze_every)
    return [*callbacks, ("freezing", freezing), *_after_gradients(net), _print_log()]


def pretrainer_callbacks(net, kept):
    """List the callbacks of a pre-trainer; ``kept`` are those of skorch, by name."""
    figures = [f"valid_{name}" for name in figure_names(net.objective)]
    if net.train_split is None:
        figures = []
    return [
        ("plan", TrainingPlanning()),
        *_before_batches(),
        *((name, kept[name]) for name in _LOSSES),
        *((name, PassthroughScoring(name)) for name in figures),
        *_after_gradients(net),
        ("verdict", Verdict()),
        _print_log(),
    ]


_LOSSES = ("epoch_timer", "train_loss", "valid_loss")


def needed_callbacks(net):
    """List what parameters ask for or a training needs, for those who disable all callbacks."""
    freezes = "freeze" in vars(net)  # a pre-trainer does not
    freezing = [("freezing", Freezing(net.freeze, net.unfreeze_every))] if freezes else []
    clipping = ("gradient_clipping", FiniteGradientClipping(net.gradient_clip))
    return [*_before_batches(), *freezing, clipping]


def _before_batches():
    return [("normalisation", FixedNormalisation()), ("augmentation", SeededAugmentation())]


def _after_gradients(net):
    return [
        ("gradient_clipping", FiniteGradientClipping(net.gradient_clip)),
        ("schedule", cosine_schedule(net.max_epochs)),
    ]


def _print_log():
    return "print_log", PrintLog(sink=logger.info)


class TrainingPlanning(Callback):
    """Say, before anything else, what is about to be done and what it costs."""

    def on_train_begin(self, net, **kwargs):
        """Ask for a plan."""
        net.plan_ = None

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Plan once, when the sets are known."""
        if net.plan_ is None:
            # Of several processes each validates on its share.
            whole = getattr(dataset_valid, "whole", dataset_valid)
            net.plan_ = plan_training(net, dataset_train, whole)
            logger.info("%s", net.plan_)


class FixedNormalisation(Callback):
    """Fix the normalisation to the training windows, unless it came with the encoder."""

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Run once through the training windows, before the first epoch."""
        front = net.module_.signals_to_graphs
        if not front.normalisation.is_fixed:
            front.fit_normalisation(x.to(net.device) for x, _ in net.get_iterator(dataset_train))


class SeededAugmentation(Callback):
    """Make the transforms of each epoch anew, from a seed that torch draws.

    What is restored with torch's generator is then all that a fit which goes on needs.
    """

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Make the transforms of an epoch."""
        net.transforms_ = list(self._transforms(net, n_chans=len(dataset_train[0][0])))

    def _transforms(self, net, n_chans):
        if net.augmentation is None or not isinstance(net.augmentation, str):
            return net.augmentation or []
        _check_option("augmentation", net.augmentation, ["published", "varied"])
        seed = int(torch.randint(2**31 - 1, ()))
        named = net.channels if n_chans == len(net.channels) else ()
        if net.augmentation == "published":
            return published_augmentation(named, random_state=seed)
        return varied_augmentation(named, net.sfreq, crop_time=net.crops_time, random_state=seed)


class FiniteGradientClipping(GradientNormClipping):
    """Clip the norm of the gradients, and refuse gradients that are not finite."""

    def on_grad_computed(self, net, named_parameters=(), **kwargs):
        """Clip, before the optimiser takes its step."""
        clip = torch.inf if self.gradient_clip_value is None else self.gradient_clip_value
        # Where losses are scaled, the scaler leaves a step with infinite gradients out.
        refuses = net.processes.scaler is None
        try:
            torch.nn.utils.clip_grad_norm_(
                [p for _, p in named_parameters],
                clip,
                self.gradient_clip_norm_type,
                error_if_nonfinite=refuses,
            )
        except RuntimeError as error:
            if "non-finite" not in str(error):
                raise
            raise diverged(net, "the gradient is NaN or infinite") from error


def diverged(net, problem):
    """Make the error for a training that must stop before it spoils the weights."""
    kept = "" if net.resume_dir is None else f"; the last epoch's are in {net.resume_dir}"
    return InputError(
        f"epoch {len(net.history)}",
        f"{problem}: the weights are those of the batch before{kept}",
        "train with a smaller lr, or look for extreme amplitudes in the recordings",
    )


def cosine_schedule(max_epochs):
    """Let the learning rate fall to 0 over ``max_epochs``, and begin anew after that."""
    return LRScheduler(_cosine, n_epochs=max_epochs)


def _cosine(optimizer, n_epochs, last_epoch=-1):
    n_epochs = max(int(n_epochs), 1)
    # Torch restarts once only on its way to ``last_epoch``, so the cycles before are left out.
    last_epoch = -1 if last_epoch < 0 else last_epoch % n_epochs
    return CosineAnnealingWarmRestarts(optimizer, T_0=n_epochs, last_epoch=last_epoch)


class Verdict(Callback):
    """Say at the end whether a pre-training learned anything."""

    def on_train_end(self, net, **kwargs):
        """Say it in the log."""
        last = net.history[-1] if net.history else {}
        logger.info("%s", tell_objective(net.objective, last))


class _ClassesOfCodes:
    """Turn the codes of a batch into the classes that they stand for."""

    def __init__(self, classes):
        self.classes = classes

    def __call__(self, codes):
        return self.classes[to_numpy(codes)]


def show_classes(callbacks, classes):
    """Show callbacks that score classes, as ``predict`` gives them, not codes."""
    for _, callback in callbacks:
        extractor = getattr(callback, "target_extractor", None)
        if extractor is to_numpy or isinstance(extractor, _ClassesOfCodes):
            callback.target_extractor = _ClassesOfCodes(classes)


def _weighted_f1(net, dataset, y):
    codes = decide(EEGClassifier.predict_proba(net, dataset), net.classes_.tolist())
    return f1_score(y, net.classes_[codes], average="weighted", zero_division=0)
