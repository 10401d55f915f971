"""Fits that are stopped at any moment and go on from their last epoch.

After each epoch the folder ``resume_dir`` holds ``state.safetensors``, which is replaced as a
whole: weights, the optimiser, what callbacks such as early stopping and the schedule know,
the random generators and the settings; and ``history/<epoch>.json``, that epoch's figures. The
state holds its own hash and that of each epoch's figures. A
fit that finds them goes on with the next epoch and ends with the same weights, bit for bit on
a CPU, as one that nothing disturbed.
"""

import hashlib
import json
from contextlib import ExitStack, contextmanager
from functools import partial
from numbers import Integral, Number
from pathlib import Path, PurePath
from uuid import uuid4

import numpy as np
import torch
from mne.utils import logger
from skorch.history import History

from ..atomic import only_writer, sweep_partial, write_text
from ..errors import InputError
from .seeding import generator_states, set_generator_states
from .state_check import REMEDY, TrainingState, refusing
from .state_file import read_state, write_state

STATE_FILE = "state.safetensors"
# Parameters that do not change what is learned, or that the initial weights tell of.
_FREE = {
    *("resume_dir", "verbose", "device", "pretrained", "warm_start"),
    *("accelerator", "unwrap_after_train"),
}
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
            If the folder holds the training of another estimator or on other data, or
            what it holds was damaged, or another process writes to it.
        """
        n_epochs = self.max_epochs if epochs is None else epochs
        self._found, self._is_unproven = None, False
        if self.resume_dir is None:
            return super().fit_loop(X, y, epochs=n_epochs, **fit_params)
        with self._alone():
            return self._resume(X, y, n_epochs, fit_params)

    def _resume(self, X, y, n_epochs, fit_params):
        """Train, from where the state is at, with the folder for ourselves."""
        ours = vars(self).get("_training", {}).get("name")
        self._training = self._describe_training(X, n_epochs)
        self._found = self._find(ours)
        if self._found is not None:
            self._training["name"] = self._found["name"]
            n_epochs -= len(self._found["rows"])
        users = None if self._found is None else generator_states()
        path = Path(self.resume_dir) / STATE_FILE
        try:
            with refusing(path, lambda: self._is_unproven):
                super().fit_loop(X, y, epochs=n_epochs, **fit_params)
                self._go_on()  # where no epoch was left
        finally:
            if users:  # the user's own are not where those of the stopped fit were
                set_generator_states({name: users[name] for name in ("numpy", "python")})
        return self

    @contextmanager
    def _alone(self):
        """Keep others out of the folder; of processes that train together, the first does."""
        with ExitStack() as stack:
            problem = None
            if self._processes[0] == 0:
                try:
                    stack.enter_context(only_writer(self.resume_dir))
                except InputError as error:
                    problem = error.args
                except OSError as error:
                    problem = (
                        str(self.resume_dir),
                        f"nothing can be written there ({error.strerror})",
                        "make room or get the rights to it, or name another folder",
                    )
            problem = self._agree(problem)
            if problem is not None:
                raise InputError(*problem)
            yield

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
        if isinstance(self.random_state, Integral):
            settings["initial weights"] = _digest(self.module_.state_dict())
        first_epoch = len(self.history)
        name = uuid4().hex
        return {"name": name, "settings": settings, "first_epoch": first_epoch, "rows": []}

    def _find(self, ours):
        """Read the state, where there is one that this training can go on from.

        ``ours`` is the name of what this very estimator was trained by before.
        """
        folder = Path(self.resume_dir)
        if self._processes[0] == 0 and folder.is_dir():
            sweep_partial(folder)
        if not (folder / STATE_FILE).is_file():
            return None
        state = read_state(folder / STATE_FILE)
        with refusing(folder / STATE_FILE):
            TrainingState.model_validate(state, strict=True)
        if state["name"] == ours and self._training["first_epoch"]:
            return None  # what this estimator learned by it is trained on
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
        self._is_unproven = True  # until an epoch is trained
        folder, first = Path(self.resume_dir), state["first_epoch"]
        self._training["rows"] = state["rows"]
        rows = [
            _read_row(folder, epoch, digest)
            for epoch, digest in enumerate(state["rows"], first + 1)
        ]
        for name, part in self._parts.items():
            part.load_state_dict(state["parts"][name])
        for name, callback in self.callbacks_:
            _set_callback(callback, state["callbacks"].get(name, {}), self.module_)
        for rng, content in zip(_own_generators(self), state["transforms"], strict=True):
            rng.set_state(content)
        set_generator_states(state["generators"][self._processes[0]])
        self.history_ = History([*self.history[:first], *rows])
        logger.info("%s: going on after epoch %d.", folder, first + len(rows))

    def _keep(self):
        """Write the state after an epoch."""
        self._is_unproven = False
        folder, n_epochs = Path(self.resume_dir), len(self.history)
        row = json.dumps(self.history[-1], default=_number) + "\n"
        self._training["rows"] = [
            *self._training["rows"],
            hashlib.sha256(row.encode()).hexdigest(),
        ]
        state = self._training | {
            "parts": {name: part.state_dict() for name, part in self._parts.items()},
            "callbacks": {name: _callback_state(name, one) for name, one in self.callbacks_},
            "transforms": [rng.get_state() for rng in _own_generators(self)],
            "generators": self._of_all_processes(generator_states()),
        }
        problem = None
        if self._processes[0] == 0:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                write_text(_row_path(folder, n_epochs), row, durable=True)
                write_state(folder / STATE_FILE, state)
            except OSError as error:
                problem = str(error)
        problem = self._agree(problem)
        if problem is not None:
            raise InputError(
                folder,
                f"the state after epoch {n_epochs} cannot be written ({problem}); what was kept "
                "before is whole",
                "make room and run it again: it goes on from there",
            )

    @property
    def _parts(self):
        """What has a state that torch knows how to save, by name."""
        names = self._modules + self._criteria + self._optimizers
        return {name: getattr(self, f"{name}_") for name in names}

    def _agree(self, problem):
        """Tell all processes that train together what the first met."""
        return problem

    @property
    def _processes(self):
        """Number of this process, from 0, and how many train together."""
        return 0, 1

    def _of_all_processes(self, value):
        """Collect a value from each process that trains together with this one."""
        return [value]


def _row_path(folder, epoch):
    return folder / "history" / f"{epoch:05d}.json"


def _read_row(folder, epoch, digest):
    """Read the figures of an epoch, once they are those that the state knows of."""
    path = _row_path(folder, epoch)
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("it was damaged or changed after it was written")
        row = json.loads(content)
        if not isinstance(row, dict):
            raise ValueError("it holds no figures")
        return row
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, f"it cannot be read ({error})", REMEDY) from error


def _number(value):
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _plain(value, depth=9):
    """Describe a parameter so that equal ones have equal descriptions in any process.

    Of objects that hold others, ``depth`` of them within each other are looked into.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (np.generic, np.ndarray, torch.Tensor)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth) for item in value]
    if isinstance(value, dict):
        return [[_plain(name), _plain(item, depth)] for name, item in value.items()]
    if isinstance(value, partial):
        return ["partial", *map(_plain, (value.func, value.args, value.keywords))]
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "__qualname__"):  # a class or a function
        return f"{value.__module__}.{value.__qualname__}"
    if hasattr(value, "get_params"):
        return [type(value).__qualname__, _plain(value.get_params(deep=False))]
    public = (
        {name: item for name, item in getattr(value, "__dict__", {}).items() if name[0] != "_"}
        if depth
        else {}
    )
    return [type(value).__qualname__, _plain(public, depth - 1)]


def _digest(tensors):
    digest = hashlib.sha256()
    for tensor in tensors.values():
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _callback_state(name, callback):
    """Give what a callback knows: numbers, text, tensors, and what has a state of its own."""
    known = {}
    for attribute, value in vars(callback).items():
        if _is_known(attribute):
            if hasattr(value, "state_dict") and not isinstance(value, type):
                if not _is_kept(value.state_dict()):
                    raise InputError(
                        f"callbacks: {name}",
                        f"the state of its {attribute} cannot be written",
                        "take one that knows numbers and functions only, or train without "
                        "resume_dir",
                    )
                known[attribute] = {"state_dict": value.state_dict()}
            elif _is_kept(value):
                known[attribute] = {"value": value}
    return known


def _is_known(attribute):
    """Tell whether an attribute of a callback is what it came to know."""
    return attribute.endswith("_") and not attribute.endswith("__")


def _set_callback(callback, known, module):
    for name, content in known.items():
        if "value" in content:
            if not _is_known(name):
                raise ValueError(f"no callback knows {name}")
            if name == "best_model_weights_" and content["value"] is not None:
                _check_weights(content["value"], module)  # they are loaded once all is trained
            if isinstance(getattr(callback, name, None), Number) and np.ndim(content["value"]):
                raise ValueError(f"{name} is more than one number")
            setattr(callback, name, content["value"])
        elif getattr(callback, name, None) is not None:
            getattr(callback, name).load_state_dict(content["state_dict"])


def _check_weights(weights, module):
    shapes, own = (
        {name: tensor.shape for name, tensor in tensors.items()}
        for tensors in (weights, module.state_dict())
    )
    if shapes != own:
        raise ValueError("its best weights are of another module")


def _is_kept(value):
    if isinstance(value, dict):
        return all(map(_is_kept, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_kept, value))
    kinds = (bool, int, float, str, np.generic, np.ndarray, torch.Tensor)
    return value is None or isinstance(value, kinds)


def _own_generators(net):
    """Give the generators that the user made: of transforms (ours are made anew) and loading."""
    loading = net.get_params_for("iterator_train").get("generator")
    own = [] if loading is None else [loading]
    if net.augmentation is None or isinstance(net.augmentation, str):
        return own
    return own + [rng for transform in net.augmentation for rng in _generators(transform)]


def _generators(transform):
    yield transform.rng
    for part in getattr(transform, "transforms", ()):
        yield from _generators(part)
