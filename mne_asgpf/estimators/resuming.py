"""Fits that are stopped at any moment and go on from their last epoch.

After each epoch the folder ``resume_dir`` holds ``state.safetensors``, which is replaced as a
whole: weights, the optimiser, what callbacks such as early stopping and the schedule know,
the random generators and the settings; and ``history/<epoch>.json``, that epoch's figures. A
fit that finds them goes on with the next epoch and ends with the same weights, bit for bit on
a CPU, as one that nothing disturbed.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from mne.utils import logger
from skorch.history import History

from ..atomic import sweep_partial, write_text
from ..errors import InputError
from .seeding import generator_states, set_generator_states
from .state_file import read_state, write_state

STATE_FILE = "state.safetensors"
# Parameters that do not change what is learned, or that the initial weights tell of.
_FREE = {"resume_dir", "verbose", "device", "pretrained", "warm_start", "accelerator"}
_FREE_ENDS = ("num_workers", "pin_memory", "persistent_workers", "prefetch_factor")


class Resuming:
    """Keep the state of a fit after each epoch, and go on from it."""

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train, from the last epoch on that ``resume_dir`` holds.

        Parameters
        ----------
        X : torch.utils.data.Dataset
            The windows.
        y : None
            Not used: the dataset knows.
        epochs : int | None
            How many epochs; None for ``max_epochs``.
        **fit_params : dict
            As in :meth:`skorch.NeuralNet.fit_loop`.

        Returns
        -------
        self : Stage
            The estimator.

        Raises
        ------
        InputError
            If the folder holds the training of another estimator or on other data.
        """
        n_epochs = self.max_epochs if epochs is None else epochs
        self._found = None
        if self.resume_dir is not None:
            self._training = self._describe_training(X, n_epochs)
            self._found = self._find()
            if self._found is not None:
                n_epochs -= self._found["n_epochs"] - self._training["first_epoch"]
        super().fit_loop(X, y, epochs=n_epochs, **fit_params)
        self._go_on()  # where no epoch was left
        return self

    def notify(self, method_name, **cb_kwargs):
        """Call callbacks; take the state up before the first epoch, keep it after each.

        Parameters
        ----------
        method_name : str
            What happens.
        **cb_kwargs : dict
            As in :meth:`skorch.NeuralNet.notify`.
        """
        if method_name == "on_epoch_begin":
            self._go_on()  # here: the split, which may draw, comes before it in any run
        super().notify(method_name, **cb_kwargs)
        if method_name == "on_epoch_end" and self.resume_dir is not None:
            self._keep()

    def _describe_training(self, X, n_epochs):
        """Say what is trained how on what, so that no other training is taken for it."""
        settings = {
            name: _plain(value)
            for name, value in self.get_params(deep=False).items()
            if name not in _FREE
            and not name.startswith("callbacks")
            and not name.endswith(_FREE_ENDS)
        }
        settings["n_epochs"] = n_epochs
        settings["processes"] = self._processes[1]
        data = self.training_data_[-1].model_dump_json().encode() + X.codes.tobytes()
        settings["training data"] = hashlib.sha256(data).hexdigest()
        if isinstance(self.random_state, int):
            settings["initial weights"] = _digest(self.module_.state_dict())
        return {"settings": settings, "first_epoch": len(self.history)}

    def _find(self):
        """Read the state, where there is one that this training can go on from."""
        folder = Path(self.resume_dir)
        if not (folder / STATE_FILE).is_file():
            return None
        state = read_state(folder / STATE_FILE)
        if state["n_epochs"] == self._training["first_epoch"] > 0:
            return None  # it has ended in this very estimator, which is trained on
        now = {"first epoch": self._training["first_epoch"], **self._training["settings"]}
        then = {"first epoch": state["first_epoch"], **state["settings"]}
        for name in now | then:
            if now.get(name) != then.get(name):
                raise InputError(
                    folder,
                    f"it holds another training: its {name} was {then.get(name)!r}, "
                    f"now it is {now.get(name)!r}",
                    "go on with the same settings and data, or name another folder",
                )
        return state

    def _go_on(self):
        """Bring everything to where the state found was kept."""
        if self._found is None:
            return
        state, self._found = self._found, None
        for name, content in state["parts"].items():
            getattr(self, f"{name}_").load_state_dict(content)
        for name, callback in self.callbacks_:
            _set_callback(callback, state["callbacks"].get(name, {}))
        for rng, content in zip(_own_generators(self), state["transforms"], strict=True):
            rng.set_state(content)
        set_generator_states(state["generators"][self._processes[0]])
        folder, first = Path(self.resume_dir), state["first_epoch"]
        rows = [_read_row(folder, epoch) for epoch in range(first + 1, state["n_epochs"] + 1)]
        self.history_ = History([*self.history[:first], *rows])
        logger.info("%s: going on after epoch %d.", folder, state["n_epochs"])

    def _keep(self):
        """Write the state after an epoch."""
        folder, n_epochs = Path(self.resume_dir), len(self.history)
        parts = self._modules + self._criteria + self._optimizers
        state = self._training | {
            "n_epochs": n_epochs,
            "parts": {name: getattr(self, f"{name}_").state_dict() for name in parts},
            "callbacks": {name: _callback_state(one) for name, one in self.callbacks_},
            "transforms": [rng.get_state() for rng in _own_generators(self)],
            "generators": self._of_all_processes(generator_states()),
        }
        if self._processes[0]:
            return
        try:
            if n_epochs == self._training["first_epoch"] + 1:
                folder.mkdir(parents=True, exist_ok=True)
                sweep_partial(folder)
            row = json.dumps(self.history[-1], default=lambda value: value.tolist())
            write_text(_row_path(folder, n_epochs), row + "\n")
            write_state(folder / STATE_FILE, state)
        except OSError as error:
            raise InputError(
                folder,
                f"the state after epoch {n_epochs} cannot be written ({error}); what was kept "
                "before is whole",
                "make room and run it again: it goes on from there",
            ) from error

    @property
    def _processes(self):
        """Number of this process, from 0, and how many train together."""
        return 0, 1

    def _of_all_processes(self, value):
        """Collect a value from each process that trains together with this one."""
        return [value]


def _row_path(folder, epoch):
    return folder / "history" / f"{epoch:05d}.json"


def _read_row(folder, epoch):
    path = _row_path(folder, epoch)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            path, f"it cannot be read ({error})", "remove the folder to begin anew"
        ) from error


def _plain(value):
    """Describe a parameter so that equal ones have equal descriptions in any process."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    if hasattr(value, "__qualname__"):  # a class or a function
        return f"{value.__module__}.{value.__qualname__}"
    params = value.get_params() if hasattr(value, "get_params") else {}
    return [type(value).__qualname__, {name: _plain(param) for name, param in params.items()}]


def _digest(tensors):
    digest = hashlib.sha256()
    for tensor in tensors.values():
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _callback_state(callback):
    """Give what a callback knows: numbers, text, tensors, and what has a state of its own."""
    known = {}
    for name, value in vars(callback).items():
        if name.endswith("_") and not name.endswith("__"):
            if hasattr(value, "state_dict") and not isinstance(value, type):
                known[name] = {"state_dict": value.state_dict()}
            elif _is_kept(value):
                known[name] = {"value": value}
    return known


def _set_callback(callback, known):
    for name, content in known.items():
        if "state_dict" in content:
            getattr(callback, name).load_state_dict(content["state_dict"])
        else:
            setattr(callback, name, content["value"])


def _is_kept(value):
    if isinstance(value, dict):
        return all(map(_is_kept, value.values()))
    return value is None or isinstance(value, (bool, int, float, str, np.generic, torch.Tensor))


def _own_generators(net):
    """Give the generators of transforms that the user made; ours are made anew each epoch."""
    if net.augmentation is None or isinstance(net.augmentation, str):
        return []
    return [rng for transform in net.augmentation for rng in _generators(transform)]


def _generators(transform):
    yield transform.rng
    for part in getattr(transform, "transforms", ()):
        yield from _generators(part)
