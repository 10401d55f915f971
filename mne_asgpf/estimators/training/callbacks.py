"""Callbacks of a training, in the order in which they run."""

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
    """List callbacks that parameters or a training require even if callbacks are disabled."""
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
    """Log the plan and the cost of a training before it starts."""

    def on_train_begin(self, net, **kwargs):
        """Request a plan."""
        net.plan_ = None

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Plan once, when the sets are known."""
        if net.plan_ is None:
            # Of several processes, each validates on its share.
            whole = getattr(dataset_valid, "whole", dataset_valid)
            net.plan_ = plan_training(net, dataset_train, whole)
            logger.info("%s", net.plan_)


class FixedNormalisation(Callback):
    """Fit the normalisation to the training windows, unless it is pre-trained."""

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Fit it in one pass over the training windows, before the first epoch."""
        front = net.module_.signals_to_graphs
        if not front.normalisation.is_fixed:
            front.fit_normalisation(x.to(net.device) for x, _ in net.get_iterator(dataset_train))


class SeededAugmentation(Callback):
    """Create the transforms of each epoch, seeded from torch's generator."""

    # Restoring torch's generator is then enough for a fit to resume.

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Create the transforms of an epoch."""
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
    """Clip the norm of the gradients, and raise if they are not finite."""

    def on_grad_computed(self, net, named_parameters=(), **kwargs):
        """Clip before the step of the optimiser."""
        clip = torch.inf if self.gradient_clip_value is None else self.gradient_clip_value
        # With scaled losses, the scaler skips steps with infinite gradients.
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
    """Return the error for a training that must stop before the weights become invalid."""
    kept = "" if net.resume_dir is None else f"; those of the last epoch are in {net.resume_dir}"
    return InputError(
        f"epoch {len(net.history)}",
        f"{problem}: the weights are those after the previous batch{kept}",
        "use a smaller lr, or check the recordings for extreme amplitudes",
    )


def cosine_schedule(max_epochs):
    """Decrease the learning rate to 0 over ``max_epochs``, then restart."""
    return LRScheduler(_cosine, n_epochs=max_epochs)


def _cosine(optimizer, n_epochs, last_epoch=-1):
    n_epochs = max(int(n_epochs), 1)
    # Torch restarts only once before ``last_epoch``, so earlier cycles are left out.
    last_epoch = -1 if last_epoch < 0 else last_epoch % n_epochs
    return CosineAnnealingWarmRestarts(optimizer, T_0=n_epochs, last_epoch=last_epoch)


class Verdict(Callback):
    """Log at the end whether a pre-training is better than guessing."""

    def on_train_end(self, net, **kwargs):
        """Log the comparison."""
        if told := tell_objective(net.objective, net.history[-1] if net.history else {}):
            logger.info(
                "%s Whether it helps a classifier is not known: compare with one from scratch.",
                told,
            )


class _ClassesOfCodes:
    """Turn the codes of a batch into classes."""

    def __init__(self, classes):
        self.classes = classes

    def __call__(self, codes):
        return self.classes[to_numpy(codes)]


def show_classes(callbacks, classes):
    """Pass classes, as returned by ``predict``, to scoring callbacks instead of codes."""
    for _, callback in callbacks:
        extractor = getattr(callback, "target_extractor", None)
        if extractor is to_numpy or isinstance(extractor, _ClassesOfCodes):
            callback.target_extractor = _ClassesOfCodes(classes)


def _weighted_f1(net, dataset, y):
    codes = decide(EEGClassifier.predict_proba(net, dataset), net.classes_.tolist())
    return f1_score(y, net.classes_[codes], average="weighted", zero_division=0)
