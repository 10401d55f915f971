"""The plan of a pre-training and its cost, measured on its first batch."""

import copy
import textwrap
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import Subset

from ...models.objectives import FORECAST
from .seeding import generator_states, set_generator_states

_MB = 1e6
# The peak of a step relative to what it keeps: 1.2 to 1.4 on a CPU at batches of 8 to 48.
_PEAK = 1.4
_MOMENTS = 4  # copies of the weights in training: themselves, gradients, two moments of Adam


@dataclass(frozen=True)
class TrainingPlan:
    """The plan of a pre-training."""

    windows: str  # "clips" or "pairs of clips".
    n_train: int
    n_valid: int
    train_patients: tuple[str, ...]  # As far as known.
    valid_patients: tuple[str, ...]
    n_epochs: int  # Maximal number.
    epoch_seconds: float  # Estimated from one batch.
    # Minimal memory of a training step: weights, gradients, the optimiser's moments, and the
    # tensors of a batch kept for its gradients, without temporary ones.
    step_bytes: int
    data_bytes: int  # Memory of loaded recordings; 0 if they are read as needed.
    disk_bytes: int  # Size of the saved model.

    def __str__(self):
        train, valid = len(self.train_patients), len(self.valid_patients)
        lines = [
            f"Training: {self.n_train} {self.windows} from {_count(train)}; "
            f"validation: {self.n_valid} from {_count(valid)}.",
            *_names("Training patients", self.train_patients),
            *_names("Validation patients", self.valid_patients),
            f"Time: about {tell_duration(self.n_epochs * self.epoch_seconds)} for {self.n_epochs} "
            f"epochs, {tell_duration(self.epoch_seconds)} each, estimated from one batch.",
            f"Memory: {self.step_bytes / _MB:.0f} to {_PEAK * self.step_bytes / _MB:.0f} MB for a "
            f"step, and {self.data_bytes / _MB:.0f} MB for loaded recordings.",
            f"Disk: {self.disk_bytes / _MB:.1f} MB for the saved model.",
        ]
        return "\n".join(lines)


def plan_training(net, dataset_train, dataset_valid=None):
    """Measure a batch and estimate the cost of a pre-training; the net does not change."""
    n_train, n_valid = len(dataset_train), len(dataset_valid or ())
    states = generator_states()
    try:
        load, forward, backward, kept = _measure(net, dataset_train)
    finally:
        set_generator_states(states)
    n_at_a_time = net.batch_size * net.processes.count
    batches = {n: -(-n // n_at_a_time) for n in (n_train, n_valid)}
    weights = _size(net.module_.state_dict().values())
    windows = dataset_train.dataset if isinstance(dataset_train, Subset) else dataset_train
    return TrainingPlan(
        windows="pairs of clips" if net.takes_pairs else "clips",
        n_train=n_train,
        n_valid=n_valid,
        train_patients=_patients(dataset_train),
        valid_patients=_patients(dataset_valid),
        n_epochs=net.max_epochs,
        epoch_seconds=batches[n_train] * (load + forward + backward)
        + batches[n_valid] * (load + forward),
        step_bytes=_MOMENTS * weights + kept,
        data_bytes=_held(windows),
        disk_bytes=weights,
    )


def _measure(net, dataset):
    """Measure one batch: seconds to load it, forward and backward, and the bytes it keeps."""
    module = copy.deepcopy(net.module_).train()
    start = time.perf_counter()
    # The loader for training would draw from the user's generator or sampler.
    x, _ = next(iter(net.get_iterator(dataset)))
    load = time.perf_counter() - start
    x = x.to(net.device)
    module.loss(module.pretext(x[:1])).backward()  # one-time work is done here
    weights = {tensor.untyped_storage().data_ptr() for tensor in module.state_dict().values()}
    kept = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        start = _now(x)
        loss = module.loss(module.pretext(x))
        middle = _now(x)
    loss.backward()
    return load, middle - start, _now(x) - middle, sum(kept.values()) + x.nbytes


def _now(x):
    if x.is_cuda:
        torch.cuda.synchronize(x.device)
    return time.perf_counter()


def _size(tensors):
    return sum(tensor.nbytes for tensor in tensors)


def _patients(dataset):
    of_all = getattr(dataset.dataset, "patients", None) if isinstance(dataset, Subset) else None
    if of_all is not None:
        patients = of_all[dataset.indices]
    else:
        patients = getattr(dataset, "patients", None)
    return () if patients is None else tuple(map(str, np.unique(np.asarray(patients, str))))


def _held(windows):
    signals = getattr(windows, "windows", windows)
    if isinstance(signals, np.ndarray):
        return signals.nbytes
    raws = [part.raw for part in getattr(signals, "datasets", ()) if hasattr(part, "raw")]
    return sum(8 * len(raw.ch_names) * raw.n_times for raw in raws if raw.preload)


def _count(n_patients):
    if not n_patients:
        return "unknown patients"
    return "1 patient" if n_patients == 1 else f"{n_patients} patients"


def _names(title, patients):
    if not patients:
        return []
    return [textwrap.fill(f"{title}: {', '.join(patients)}.", 100, subsequent_indent="  ")]


def seconds_a_window(net):
    """Measure a training step on a batch of noise."""
    takes_pairs = getattr(net, "takes_pairs", False)
    n_times = int(net.sfreq * net.clip_len * (1 + takes_pairs))
    options = {
        "n_outputs": 4,  # the cost of a head is negligible
        "chs_info": [{"ch_name": name} for name in net.channels],
        "n_times": n_times,
        "sfreq": net.sfreq,
    }
    if getattr(net, "objective", FORECAST) != FORECAST:
        options["objective"] = net.objective
    with torch.random.fork_rng():
        module = net.module_class(**options | net.get_params_for("module")).to(net.device).train()
        x = 1e-5 * torch.randn(net.batch_size, len(net.channels), n_times, device=net.device)

        def step(x):
            if hasattr(module, "pretext"):
                return module.loss(module.pretext(x))
            return module(x).logsumexp(1).mean()  # costs as much as a loss with targets

        step(x[:2]).backward()  # one-time work is done here
        start = _now(x)
        step(x).backward()
    return (_now(x) - start) / len(x)


def tell_duration(seconds):
    """Format a duration with a suitable unit."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
