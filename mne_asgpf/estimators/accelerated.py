"""Both stages in several processes, in mixed precision, with accumulated gradients.

Through skorch's ``AccelerateMixin``, and with the extra ``accelerate``, whose launcher starts
the processes. Each has the whole model and a share of every batch. Gradients are averaged by
hand, one message a step: the wrapper that does it for large models hides what a module is
asked for, and breaks when layers are frozen or thawed.

A callback that stops the training must see the same figures in every process. After a fit the
optimiser is accelerate's, which cannot be pickled: ``save`` the estimator.

What differs from one process: each draws its own dropout, augmentation and scheduled sampling;
classes are weighed, and clips contrasted, within each share of a batch.
"""

import os
from datetime import timedelta

import torch
from accelerate import Accelerator
from accelerate.data_loader import DataLoaderShard
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
from torch.utils.data import Subset

from ..errors import InputError
from .classifier import ASGPFClassifier
from .pretrainer import ASGPFPretrainer
from .shared_batches import SharedBatches


class _SharedAccelerator(Accelerator):
    """An accelerator that clones of an estimator share: it stands for the processes there are."""

    def __deepcopy__(self, memo):
        return self


def make_accelerator(*, mixed_precision=None, accumulate=1, cpu=False):
    """Make what tells of the processes, as the estimators of this module need it.

    Parameters
    ----------
    mixed_precision : "no" | "bf16" | "fp16" | None
        The precision of the forward pass; None: as the launcher says.
    accumulate : int
        Batches whose gradients are added up for a step.
    cpu : bool
        Whether to stay on the CPU where there is a GPU.

    Returns
    -------
    accelerator : accelerate.Accelerator
        It leaves the placement on devices to skorch.

    Raises
    ------
    InputError
        If the machine does not do that precision, or processes that a launcher started to
        train together do not find each other.
    """
    launched = int(os.environ.get("WORLD_SIZE", 1))
    # Only told so does accelerate let processes without a GPU train together.
    cpu = cpu or (launched > 1 and not torch.cuda.is_available())
    try:
        accelerator = _SharedAccelerator(
            mixed_precision=mixed_precision,
            gradient_accumulation_steps=accumulate,
            cpu=cpu,
            device_placement=False,
            # The others wait while the first prepares a corpus.
            kwargs_handlers=[InitProcessGroupKwargs(timeout=timedelta(days=7))],
        )
    except ValueError as error:
        raise InputError("mixed_precision", str(error), "choose another precision") from error
    if accelerator.num_processes != launched:
        raise InputError(
            "WORLD_SIZE",
            f"{launched} processes were started, {accelerator.num_processes} train together",
            "train on CPUs, with --device cpu",
        )
    return accelerator


_LOADING = (
    "num_workers",
    "collate_fn",
    "pin_memory",
    "timeout",
    "worker_init_fn",
    "multiprocessing_context",
    "generator",
    "prefetch_factor",
    "persistent_workers",
)


class _AccelerateNet(AccelerateMixin, NeuralNet):
    """skorch's mixin, on top of the net and below the stages."""

    def get_iterator(self, dataset, training=False):
        loader = NeuralNet.get_iterator(self, dataset, training)
        if not training:
            return loader
        batches = SharedBatches(
            loader.sampler, loader.batch_size, loader.drop_last, self.accelerator
        )
        options = {name: getattr(loader, name) for name in _LOADING}
        # This kind of loader keeps account of where an epoch ends.
        return DataLoaderShard(dataset, batch_sampler=batches, **options)

    def _initialize_callbacks(self):
        if getattr(self, "callbacks__print_log", True) is not None:
            return super()._initialize_callbacks()
        vars(self).pop("callbacks__print_log__sink", None)  # there is no log to set it of
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
    """A stage that takes its share."""

    def __init__(self, *args, accelerator, **kwargs):
        kwargs["device"] = accelerator.device
        if kwargs.get("callbacks__print_log", True) is not None:
            kwargs["callbacks__print_log__sink"] = logger.info
        super().__init__(*args, accelerator=accelerator, **kwargs)

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Let each process draw its own dropout.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        X, y : WindowSet, None
            The windows.
        **kwargs : dict
            Not used.
        """
        super().on_train_begin(net, X=X, y=y, **kwargs)
        if self.accelerator.process_index:  # the first draws what it would draw alone
            torch.manual_seed(int(torch.randint(2**31 - 1, ())) + self.accelerator.process_index)
        # Where an earlier fit was stopped within an epoch, accelerate still counts its batches.
        self.accelerator.step = 0
        counted = self.accelerator.gradient_state
        for loader in filter(None, list(counted.dataloader_references)):
            counted._remove_dataloader(loader)
        self._begins = True

    def train_step_single(self, batch, **fit_params):
        """Compute the loss of a share, and gradients by the share's part of the batch.

        Parameters
        ----------
        batch : tuple
            Windows and targets.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.train_step_single`.

        Returns
        -------
        step : dict
            The loss and what the module gave.
        """
        _, n_processes = self._processes
        n_windows = torch.tensor(float(len(batch[0])), device=self.device)
        self._part = n_windows * n_processes / reduce(n_windows, "sum")
        step = super().train_step_single(batch, **fit_params)
        return step | {"loss": step["loss"] / self._part}

    def get_loss(self, *args, training=False, **kwargs):
        """Compute the loss, in training by the share's part of the batch.

        Parameters
        ----------
        *args : tuple
            As in :meth:`skorch.NeuralNet.get_loss`.
        training : bool
            Whether it is trained on.
        **kwargs : dict
            As in :meth:`skorch.NeuralNet.get_loss`.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The loss.
        """
        loss = super().get_loss(*args, training=training, **kwargs)
        return loss * self._part if training else loss

    def notify(self, method_name, **cb_kwargs):
        """Call callbacks, with gradients and figures of all processes.

        Parameters
        ----------
        method_name : str
            What happens.
        **cb_kwargs : dict
            As in :meth:`skorch.NeuralNet.notify`.
        """
        if method_name == "on_grad_computed":
            if not self.accelerator.sync_gradients:
                return  # more are to be added
            self._average_gradients()
            self.accelerator.unscale_gradients()
        elif method_name == "on_epoch_end" and self.accelerator.num_processes > 1:
            self.history[-1]["batches"] = gather_object(self.history[-1]["batches"])
        super().notify(method_name, **cb_kwargs)

    def _once(self, act):
        """Let the first process act; all wait for it and have what it gives, None if it fails."""
        given = None
        try:
            if self.accelerator.is_main_process:
                given = super()._once(act)
        finally:
            given = self._agree(given)
        return given

    def _average_gradients(self):
        """Average the gradients of all processes, in one message."""
        if self.accelerator.num_processes == 1:
            return
        trained = [p for p in self.module_.parameters() if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        flat = reduce(torch.cat([gradient.flatten() for gradient in gradients]), "mean")
        parts = flat.split([gradient.numel() for gradient in gradients])
        for p, part in zip(trained, parts, strict=True):
            p.grad = part.view_as(p)

    # skorch clears gradients before a step's last batch is added, accelerate after the step.
    def _zero_grad_optimizer(self, set_to_none=None):
        if self._begins:
            self.optimizer_.optimizer.zero_grad()

    def _step_optimizer(self, step_fn):
        super()._step_optimizer(step_fn)
        self._begins = self.accelerator.sync_gradients

    def _refuse_unless_finite(self, what, value):
        if what == "loss":
            value = reduce(value.detach(), "mean")  # so that all processes stop
        elif self.accelerator.scaler is not None:
            return  # which finds infinite gradients, leaves them out and scales the next down
        super()._refuse_unless_finite(what, value)

    @property
    def _parts(self):
        scaler = self.accelerator.scaler
        return super()._parts | ({} if scaler is None else {"scaler": scaler})

    def _agree(self, told):
        (told,) = broadcast_object_list([told])
        return told

    @property
    def _processes(self):
        return self.accelerator.process_index, self.accelerator.num_processes

    def _of_all_processes(self, value):
        return gather_object([value])

    def _describe_training(self, X, n_epochs):
        training = super()._describe_training(X, n_epochs)
        if self.accelerator.mixed_precision != "no":
            training["settings"]["mixed_precision"] = self.accelerator.mixed_precision
        if self.accelerator.gradient_accumulation_steps > 1:
            training["settings"]["accumulate"] = self.accelerator.gradient_accumulation_steps
        return training


class AcceleratedPretrainer(_Accelerated, ASGPFPretrainer, _AccelerateNet):
    """A pre-trainer that trains in several processes or in mixed precision.

    Parameters
    ----------
    *args : tuple
        As of :class:`~mne_asgpf.ASGPFPretrainer`.
    accelerator : accelerate.Accelerator
        What :func:`make_accelerator` gives.
    **kwargs : dict
        As of :class:`~mne_asgpf.ASGPFPretrainer`.
    """

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, of which each process takes its share.

        Parameters
        ----------
        X : torch.utils.data.Dataset
            The windows.
        y : None
            Not used.
        **fit_params : dict
            Not used.

        Returns
        -------
        train, valid : torch.utils.data.Dataset | None
            The two sets.
        """
        train, valid = super().get_split_datasets(X, y, **fit_params)
        self._whole_valid = valid
        rank, n_processes = self._processes
        if valid is not None and len(valid) >= n_processes:
            valid = Subset(valid, range(rank, len(valid), n_processes))
        return train, valid

    def on_epoch_begin(self, net, **kwargs):
        """Plan with the windows of all processes.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        **kwargs : dict
            As in :meth:`ASGPFPretrainer.on_epoch_begin`.
        """
        super().on_epoch_begin(net, **kwargs | {"dataset_valid": self._whole_valid})


class AcceleratedClassifier(_Accelerated, ASGPFClassifier, _AccelerateNet):
    """A classifier that trains in several processes or in mixed precision.

    Each process validates on all windows, so that all stop at the same time.

    Parameters
    ----------
    *args : tuple
        As of :class:`~mne_asgpf.ASGPFClassifier`.
    accelerator : accelerate.Accelerator
        What :func:`make_accelerator` gives.
    **kwargs : dict
        As of :class:`~mne_asgpf.ASGPFClassifier`.
    """
