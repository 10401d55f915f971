"""Fits that can be stopped at any moment: what an epoch leaves is kept and gone on from."""

import json
from pathlib import Path

import torch
from mne.utils import logger
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from skorch.callbacks import Callback, EarlyStopping, EpochScoring, LRScheduler
from skorch.history import History

from ..atomic import atomic_path, sweep_partial
from ..errors import InputError

STATE_FILE = "training_state.safetensors"
_FORMAT = "mne_asgpf training state 1"
# What callbacks carry from epoch to epoch, besides weights.
_CARRIED = {
    EarlyStopping: ("misses_", "dynamic_threshold_", "best_epoch_"),
    EpochScoring: ("best_score_",),
}


class Resuming:
    """Keep the state of a fit after every epoch in ``resume_dir``, and go on from it."""

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train, from where an earlier fit was stopped.

        Parameters
        ----------
        X : torch.utils.data.Dataset
            The windows.
        y : None
            Not used: the dataset knows.
        epochs : int | None
            Epochs; None: ``max_epochs``, those of an earlier fit counted in.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.fit_loop`.

        Returns
        -------
        self : Stage
            The estimator.

        Raises
        ------
        InputError
            If what is in ``resume_dir`` belongs to another fit or is damaged.
        """
        if self.resume_dir is None:
            return super().fit_loop(X, y, epochs=epochs, **fit_params)
        Path(self.resume_dir).mkdir(parents=True, exist_ok=True)
        sweep_partial(self.resume_dir)
        path = Path(self.resume_dir) / STATE_FILE
        of_fit = _identity(self, X)
        if path.exists():
            _restore(self, path, of_fit)
            logger.info("Going on after epoch %d (%s).", len(self.history), path)
            epochs = max(self.max_epochs - len(self.history), 0)
        # Last, so that it keeps what the other callbacks made of the epoch.
        self.callbacks_ = [pair for pair in self.callbacks_ if pair[0] != "keep_state"]
        self.callbacks_.append(("keep_state", _KeepState(path, of_fit)))
        return super().fit_loop(X, y, epochs=epochs, **fit_params)

    def train_step_single(self, batch, **fit_params):
        """Compute a batch's loss and gradients; refuse a loss that is no number.

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

        Raises
        ------
        InputError
            If the loss is NaN or infinite; the weights are then those of the batch before.
        """
        step = super().train_step_single(batch, **fit_params)
        if not torch.isfinite(step["loss"]):
            kept = "" if self.resume_dir is None else f"; the last epoch's are in {self.resume_dir}"
            raise InputError(
                f"epoch {len(self.history)}",
                f"the loss is {step['loss'].item()}: the weights are those of the batch before"
                + kept,
                "train with a smaller lr, or look for extreme amplitudes in the recordings",
            )
        return step


class _KeepState(Callback):
    """Write the state of a fit after every epoch, whole or not at all."""

    def __init__(self, path, of_fit):
        self.path = path
        self.of_fit = of_fit

    def on_epoch_end(self, net, **kwargs):
        tensors, plain = _state(net)
        plain |= {"format": _FORMAT, "fit": self.of_fit}
        with atomic_path(self.path) as temporary:
            save_file(tensors, temporary, metadata={"state": json.dumps(plain)})


def _identity(net, windows):
    """Say which fit it is: its recipe and how much data it has."""
    return {
        "estimator": type(net).__name__,
        "max_epochs": net.max_epochs,
        "batch_size": net.batch_size,
        "lr": net.lr,
        "random_state": net.random_state if isinstance(net.random_state, int) else None,
        "n_windows": len(windows),
        "n_parameters": sum(p.numel() for p in net.module_.parameters()),
    }


def _state(net):
    """Give all that the next epoch depends on, as tensors and as what JSON can hold."""
    tensors = {f"module/{name}": value for name, value in net.module_.state_dict().items()}
    optimizer = net.optimizer_.state_dict()
    for index, state in optimizer["state"].items():
        for name, value in state.items():
            tensors[f"optimizer/{index}/{name}"] = torch.as_tensor(value)
    tensors["random"] = torch.get_rng_state()
    if torch.cuda.is_available():
        for device, state in enumerate(torch.cuda.get_rng_state_all()):
            tensors[f"random_cuda/{device}"] = state
    callbacks = {}
    for name, callback in net.callbacks_:
        for kind, attributes in _CARRIED.items():
            if isinstance(callback, kind):
                carried = {key: getattr(callback, key) for key in attributes}
                callbacks[name] = {key: _plain(value) for key, value in carried.items()}
        if isinstance(callback, EarlyStopping) and callback.best_model_weights_ is not None:
            for key, value in callback.best_model_weights_.items():
                tensors[f"best/{name}/{key}"] = value
        if isinstance(callback, LRScheduler):
            callbacks[name] = {"epoch": callback.lr_scheduler_.last_epoch}
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    return tensors, {
        "param_groups": optimizer["param_groups"],
        "callbacks": callbacks,
        "history": json.loads(json.dumps(net.history.to_list(), default=_plain)),
    }


def _plain(value):
    return value if isinstance(value, int | str | type(None)) else float(value)


def _restore(net, path, of_fit):
    tensors, plain = _read(path)
    if plain["fit"] != of_fit:
        differ = [name for name, value in of_fit.items() if plain["fit"].get(name) != value]
        raise InputError(
            path,
            f"is of another fit ({', '.join(differ)} differ)",
            "give another resume_dir, or remove this file to begin anew",
        )
    net.module_.load_state_dict(_below(tensors, "module/"))
    state = {}
    for name, value in _below(tensors, "optimizer/").items():
        index, key = name.split("/")
        state.setdefault(int(index), {})[key] = value
    net.optimizer_.load_state_dict({"state": state, "param_groups": plain["param_groups"]})
    net.history_ = History(plain["history"])
    for name, callback in net.callbacks_:
        carried = plain["callbacks"].get(name, {})
        if isinstance(callback, LRScheduler):
            callback.lr_scheduler_.last_epoch = carried["epoch"]
        else:
            vars(callback).update(carried)
        if best := _below(tensors, f"best/{name}/"):
            callback.best_model_weights_ = best
    torch.set_rng_state(tensors["random"])
    if torch.cuda.is_available():
        for device, random in _below(tensors, "random_cuda/").items():
            torch.cuda.set_rng_state(random, int(device))


def _read(path):
    try:
        with safe_open(path, "pt") as file:
            plain = json.loads(file.metadata()["state"])
            if plain["format"] != _FORMAT:
                raise ValueError(plain["format"])
            return {name: file.get_tensor(name) for name in file.keys()}, plain
    except (OSError, SafetensorError, ValueError, LookupError, TypeError) as error:
        raise InputError(
            path, f"is no training state ({error})", "remove it to begin anew"
        ) from error


def _below(tensors, prefix):
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
