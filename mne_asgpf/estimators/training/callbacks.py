"""Callbacks of a training, in the order in which they run.

Ours read the parameters of the net when they run: skorch keeps callbacks when training continues,
and ``set_params`` may have changed the parameters since.
"""

from functools import partial

import torch
from braindecode.classifier import EEGClassifier
from mne.utils import _check_option, logger, warn
from sklearn.metrics import f1_score
from skorch.callbacks import (
    Callback,
    EarlyStopping,
    EpochScoring,
    LRScheduler,
    PassthroughScoring,
    PrintLog,
)
from skorch.utils import to_numpy
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts
from tqdm.auto import tqdm

from ...defaults import CLASSIFICATION
from ...errors import InputError
from ...events.decide import decide
from ...models.naive_forecasts import NAIVE_FORECASTS
from ...models.objectives import FORECAST, objective_parts
from ...windows.augmentation import published_augmentation, varied_augmentation
from .cost_estimate import plan_training


def classifier_callbacks(net, kept):
    """List the callbacks of a classifier; ``kept`` are those of skorch, by name."""
    if net.patience is None and any(name.startswith(_OF_STOPPING) for name in vars(net)):
        raise InputError("patience", "is None: there is no early stopping to set", "give patience")
    stopping = _EarlyStopping(
        CLASSIFICATION["monitor"],
        patience=net.patience,
        lower_is_better=False,
        load_best=True,
        sink=logger.info,
    )
    return [
        *_before_batches(),
        *((name, kept[name]) for name in _LOSSES),
        ("valid_f1", EpochScoring(_weighted_f1, lower_is_better=False, name="valid_f1")),
        ("early_stopping", stopping),
        ("freezing", Freezing()),
        *_after_gradients(),
        _print_log(),
    ]


def pretrainer_callbacks(net, kept):
    """List the callbacks of a pre-trainer; ``kept`` are those of skorch, by name."""
    figures = [f"valid_{name}" for name in figure_names(net.objective)]
    return [
        ("plan", TrainingPlanning()),
        *_before_batches(),
        *((name, kept[name]) for name in _LOSSES),
        *((name, PassthroughScoring(name)) for name in figures),
        *_after_gradients(),
        ("verdict", Verdict()),
        _print_log(),
    ]


class _EarlyStopping(EarlyStopping):
    """Stop only if there are ``patience`` and a validation set."""

    def on_train_begin(self, net, **kwargs):
        """Forget earlier trainings, and take the patience of now."""
        super().on_train_begin(net, **kwargs)
        self.patience = vars(net).get(f"{_OF_STOPPING}patience", net.patience)

    def on_epoch_end(self, net, dataset_valid=None, **kwargs):
        """Look at the score of the epoch, if it has one."""
        if self.patience is None:
            return
        if dataset_valid is not None or not self.monitor.startswith("valid"):
            super().on_epoch_end(net, dataset_valid=dataset_valid, **kwargs)
        elif net.train_split is not None and len(net.history) == 1:
            warn(
                f"patience={net.patience} has no effect: no patients are left to validate on. "
                "Remedy: train_split=PatientSplit(), which sets some of two or more aside"
            )

    def on_train_end(self, net, **kwargs):
        """Restore the best weights, if any were kept."""
        if self.best_model_weights_ is not None:
            super().on_train_end(net, **kwargs)


_OF_STOPPING = "callbacks__early_stopping__"
_LOSSES = ("epoch_timer", "train_loss", "valid_loss")


def needed_callbacks(net):
    """List callbacks that parameters or a training require even if callbacks are disabled."""
    freezes = "freeze" in vars(net)  # a pre-trainer does not
    freezing = [("freezing", Freezing())] if freezes else []
    return [*_before_batches(), *freezing, ("gradient_clipping", FiniteGradientClipping())]


def _before_batches():
    return [("normalisation", FixedNormalisation()), ("augmentation", SeededAugmentation())]


def _after_gradients():
    return [("gradient_clipping", FiniteGradientClipping()), ("schedule", CosineSchedule())]


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


class Freezing(Callback):
    """Freeze the lowest layers of the encoder and unfreeze them from the top."""

    # `freeze` is their number, or "encoder" for all; one more layer is trained after every
    # `unfreeze_every` epochs. The frozen layers depend on the epoch only, so that an interrupted
    # fit resumes unchanged.

    def on_epoch_begin(self, net, **kwargs):
        """Freeze the layers that are frozen in this epoch, and unfreeze the others."""
        if net.freeze is None and not net.n_frozen_:
            return  # what the user has frozen stays frozen
        cells = net.module_.encoder.cells
        n_frozen = 0 if net.freeze is None else net.freeze
        n_frozen = len(cells) if n_frozen == "encoder" else n_frozen
        if not isinstance(n_frozen, int) or not 0 <= n_frozen <= len(cells):
            raise InputError(
                "freeze",
                f"{net.freeze!r} is not a number of layers of an encoder with {len(cells)}",
                "give 'encoder', a number of layers or None",
            )
        if net.unfreeze_every:
            n_frozen = max(n_frozen - (len(net.history) - 1) // net.unfreeze_every, 0)
        before = [cell for cell in cells if _is_frozen(cell)]
        for layer, cell in enumerate(cells):
            cell.requires_grad_(layer >= n_frozen)
        if (position := net.module_.encoder.position) is not None:  # below the lowest layer
            position.requires_grad_(n_frozen == 0)
        net.n_frozen_ = n_frozen
        if len(before) != n_frozen:
            logger.info("Layers of the encoder frozen: %d of %d.", n_frozen, len(cells))


def _is_frozen(cell):
    return not any(parameter.requires_grad for parameter in cell.parameters())


class FiniteGradientClipping(Callback):
    """Clip the norm of the gradients to ``gradient_clip``, and raise if they are not finite."""

    def on_grad_computed(self, net, named_parameters=(), **kwargs):
        """Clip before the step of the optimiser."""
        clip = torch.inf if net.gradient_clip is None else net.gradient_clip
        # With scaled losses, the scaler skips steps with infinite gradients.
        refuses = net.processes.scaler is None
        try:
            torch.nn.utils.clip_grad_norm_(
                [p for _, p in named_parameters], clip, error_if_nonfinite=refuses
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


class CosineSchedule(LRScheduler):
    """Decrease the learning rate to 0 over the ``max_epochs`` of the net, then restart."""

    def __init__(self):
        super().__init__(_cosine)

    def on_train_begin(self, net, **kwargs):
        """Begin in the cycle where the epochs so far end."""
        self.policy_ = partial(_cosine, n_epochs=net.max_epochs)
        super().on_train_begin(net, **kwargs)


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


def figure_names(objective):
    """List the names of the validation losses for comparison."""
    parts = str(objective).split("+")
    if FORECAST in parts:
        return tuple(NAIVE_FORECASTS)
    return tuple(part + ending for part in parts for ending in ("", "_chance"))


def tell_objective(objective, epoch):
    """Describe whether a pre-trainer is better than guessing."""
    if "valid_loss" not in epoch:
        return ""
    parts = objective_parts(objective)
    if FORECAST in parts:
        return _tell_forecast_error(epoch)
    return " ".join(_tell_loss(part, epoch) for part in parts)


def _tell_forecast_error(epoch):
    naive = {words: epoch[f"valid_{name}"] for name, words in NAIVE_FORECASTS.items()}
    best = min(naive, key=naive.__getitem__)
    errors = ", ".join(f"{words} {error:.4f}" for words, error in naive.items())
    return (
        f"Forecast error on the validation set: {epoch['valid_loss']:.4f} ({errors}): "
        f"{_verdict(epoch['valid_loss'], naive[best])} the best naive forecast."
    )


def _tell_loss(part, epoch):
    loss, chance = epoch[f"valid_{part}"], epoch[f"valid_{part}_chance"]
    guess = "mean spectrum" if part == "masked" else "chance"
    return (
        f"Loss of the objective {part!r} on the validation set: {loss:.4f} ({guess} "
        f"{chance:.4f}): {_verdict(loss, chance)} guessing."
    )


def _verdict(loss, guess):
    return "better than" if loss < guess else "NOT better than"


class StageProgress(Callback):
    """Show a progress bar over the epochs of a fit, with the latest losses.

    In a pre-training, the losses of naive forecasts or guessing are shown as well.

    Parameters
    ----------
    name : str
        The name of the stage.
    """

    def __init__(self, name: str = "Training") -> None:
        self.name = name

    def on_train_begin(self, net, **kwargs):
        """Open the bar."""
        self.bar_ = tqdm(total=net.max_epochs, desc=self.name, unit="epoch")

    def on_epoch_end(self, net, **kwargs):
        """Advance the bar."""
        last = net.history[-1]
        objective = getattr(net, "objective", None)
        figures = figure_names(objective) if objective else ()
        names = ("train_loss", "valid_loss", *(f"valid_{name}" for name in figures))
        losses = {name: last[name] for name in names if name in last}
        self.bar_.set_postfix(losses, refresh=False)
        self.bar_.update()

    def on_train_end(self, net, **kwargs):
        """Close the bar."""
        self.bar_.close()


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
