"""Distributed training: several processes, mixed precision, accumulated gradients.

Uses skorch's ``AccelerateMixin`` and the extra ``accelerate``, whose launcher starts the
processes. Each holds the whole model and a share of every batch. Implemented by hand:

- gradients are averaged here, in one message per step: accelerate's wrapper around torch
  hides the attributes of the module, and fails when layers are frozen or unfrozen;
- batches are shared here: accelerate either repeats windows to fill the last batch, or leaves
  the processes with different numbers of batches, so that they wait for each other forever;
- gradients are cleared here: skorch clears before each batch, accelerate after each step.

A callback that stops the training must see the same values in every process. After a fit the
optimiser is accelerate's, which cannot be pickled: use ``save``.

Differences from a single process: each draws its own dropout, augmentation and scheduled
sampling; class weights, and contrasted clips, are those of each share of a batch.
"""

import os
from datetime import timedelta

import torch
from accelerate import Accelerator
from accelerate.data_loader import prepare_data_loader
from accelerate.utils import (
    InitProcessGroupKwargs,
    broadcast,
    broadcast_object_list,
    gather_object,
    reduce,
)
from mne.utils import logger
from skorch import NeuralNet
from skorch.hf import AccelerateMixin
from torch.utils.data import Sampler, Subset

from ..errors import InputError
from .classifier import ASGPFClassifier
from .pretrainer import ASGPFPretrainer
from .training.processes import OneProcess


class _SharedAccelerator(Accelerator):
    """An accelerator that clones of an estimator share."""

    def __deepcopy__(self, memo):
        return self


def make_accelerator(*, mixed_precision=None, accumulate=1, cpu=False):
    """Make an accelerator with the settings that the estimators of this module need."""
    launched = int(os.environ.get("WORLD_SIZE", 1))
    # Required by accelerate for processes without a GPU to train together.
    cpu = cpu or (launched > 1 and not torch.cuda.is_available())
    try:
        accelerator = _SharedAccelerator(
            mixed_precision=mixed_precision,
            gradient_accumulation_steps=accumulate,
            cpu=cpu,
            device_placement=False,
            # The other processes wait while the first prepares a corpus.
            kwargs_handlers=[InitProcessGroupKwargs(timeout=timedelta(days=7))],
        )
    except ValueError as error:
        raise InputError("mixed_precision", str(error), "choose another precision") from error
    if accelerator.num_processes != launched:
        raise InputError(
            "WORLD_SIZE",
            f"{launched} processes were started, but {accelerator.num_processes} are connected",
            "train on CPUs, with --device cpu",
        )
    return accelerator


class Processes(OneProcess):
    """The processes of an accelerator."""

    def __init__(self, accelerator):
        self.accelerator = accelerator
        self.number, self.count = accelerator.process_index, accelerator.num_processes
        self.scaler = accelerator.scaler
        self.settings = {}
        if accelerator.mixed_precision != "no":
            self.settings["mixed_precision"] = accelerator.mixed_precision
        if accelerator.gradient_accumulation_steps > 1:
            self.settings["accumulate"] = accelerator.gradient_accumulation_steps

    def from_first(self, value):
        """Return the value of the first process."""
        (value,) = broadcast_object_list([value])
        return value

    def of_all(self, value):
        """List the values of all processes."""
        return gather_object([value])

    def mean(self, value):
        """Return the mean of a tensor over the processes."""
        return reduce(value, "mean")

    def once(self, act):
        """Run in the first process; all wait for it and get its result, None if it fails."""
        given = None
        try:
            if self.accelerator.is_main_process:
                given = act()
        finally:
            given = self.from_first(given)
        return given

    def average_gradients(self, module):
        """Average the gradients of all processes, in one message."""
        if self.count == 1:
            return
        trained = [p for p in module.parameters() if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        flat = self.mean(torch.cat([gradient.flatten() for gradient in gradients]))
        parts = flat.split([gradient.numel() for gradient in gradients])
        for p, part in zip(trained, parts, strict=True):
            p.grad = part.view_as(p)


class _SharedOrder(Sampler):
    """Give each process its part of every batch, in the order that the first process draws."""

    # A last batch with fewer windows than processes is left out.

    def __init__(self, loader, processes):
        self.sampler, self.processes = loader.sampler, processes
        n_last = len(self.sampler) % (loader.batch_size * processes.count)
        is_left_out = loader.drop_last or n_last < processes.count
        self.n_windows = len(self.sampler) - (n_last if is_left_out else 0)

    def _share(self, order):
        return order[self.processes.number : self.n_windows : self.processes.count]

    def __iter__(self):
        """Draw the order of an epoch."""
        # The first draws what it would draw alone, so that a single process has the same batches.
        drawn = list(self.sampler) if self.processes.number == 0 else None
        yield from self._share(self.processes.from_first(drawn))

    def __len__(self):
        return len(self._share(range(len(self.sampler))))


class _Share(Subset):
    """The part of a validation set for this process."""

    def __init__(self, whole, processes):
        super().__init__(whole, range(processes.number, len(whole), processes.count))
        self.whole = whole


class _AccelerateNet(AccelerateMixin, NeuralNet):
    """skorch's mixin between the net and the estimators."""

    def get_iterator(self, dataset, training=False):
        loader = NeuralNet.get_iterator(self, dataset, training)
        if not training:
            return loader
        loader.batch_sampler.sampler = _SharedOrder(loader, self.processes)
        # As in a single process: the order is already shared; it tracks the end of an epoch.
        return prepare_data_loader(loader, num_processes=1, process_index=0)

    def _initialize_callbacks(self):
        if getattr(self, "callbacks__print_log", True) is not None:
            return super()._initialize_callbacks()
        vars(self).pop("callbacks__print_log__sink", None)  # there is not a log to set it for
        return NeuralNet._initialize_callbacks(self)

    def evaluation_step(self, batch, training=False):
        return NeuralNet.evaluation_step(self, batch, training=training)

    def _initialize_accelerator(self):
        self.accelerator.free_memory()  # of the optimiser of an earlier fit
        for tensor in self.module_.state_dict().values():
            tensor.copy_(broadcast(tensor))
        with self._current_init_context("optimizer"):
            self.optimizer_ = self.accelerator.prepare_optimizer(self.optimizer_)
        return self


class _Accelerated:
    """An estimator that trains on its share of each batch."""

    def __init__(self, *args, accelerator, **kwargs):
        kwargs["device"] = accelerator.device
        if kwargs.get("callbacks__print_log", True) is not None:
            kwargs["callbacks__print_log__sink"] = logger.info
        super().__init__(*args, accelerator=accelerator, **kwargs)

    @property
    def processes(self):
        """The processes of the training."""
        return Processes(self.accelerator)

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Let each process draw its own dropout."""
        super().on_train_begin(net, X=X, y=y, **kwargs)
        if number := self.processes.number:  # the first draws as a single process would
            torch.manual_seed(int(torch.randint(2**31 - 1, ())) + number)
        # If an earlier fit was interrupted within an epoch, accelerate still counts its batches.
        self.accelerator.step = 0
        counted = self.accelerator.gradient_state
        for loader in filter(None, list(counted.dataloader_references)):
            counted._remove_dataloader(loader)
        self._begins = True

    def train_step_single(self, batch, **fit_params):
        """Compute loss and gradients of a share, weighted by its size relative to the batch."""
        n_windows = torch.tensor(float(len(batch[0])), device=self.device)
        self._part = n_windows / self.processes.mean(n_windows)
        step = super().train_step_single(batch, **fit_params)
        return step | {"loss": step["loss"] / self._part}

    def get_loss(self, *args, training=False, **kwargs):
        """Compute the loss, in training weighted by the share's size relative to the batch."""
        loss = super().get_loss(*args, training=training, **kwargs)
        return loss * self._part if training else loss

    def notify(self, method_name, **cb_kwargs):
        """Call callbacks, with gradients and losses of all processes."""
        if method_name == "on_grad_computed":
            if not self.accelerator.sync_gradients:
                return  # more gradients are to be accumulated
            self.processes.average_gradients(self.module_)
            self.accelerator.unscale_gradients()
        elif method_name == "on_epoch_end" and self.processes.count > 1:
            self.history[-1]["batches"] = gather_object(self.history[-1]["batches"])
        super().notify(method_name, **cb_kwargs)

    # skorch clears gradients before the last batch of a step is added, accelerate after it.
    def _zero_grad_optimizer(self, set_to_none=None):
        if self._begins:
            self.optimizer_.optimizer.zero_grad()

    def _step_optimizer(self, step_fn):
        super()._step_optimizer(step_fn)
        self._begins = self.accelerator.sync_gradients


class AcceleratedPretrainer(_Accelerated, ASGPFPretrainer, _AccelerateNet):
    """A pre-trainer for several processes or mixed precision."""

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, and keep this process's share."""
        train, valid = super().get_split_datasets(X, y, **fit_params)
        if valid is not None and len(valid) >= self.processes.count:
            valid = _Share(valid, self.processes)
        return train, valid


class AcceleratedClassifier(_Accelerated, ASGPFClassifier, _AccelerateNet):
    """A classifier for several processes or mixed precision."""

    # Each process validates on all windows, so that all stop at the same time.
