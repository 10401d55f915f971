"""Fits that can be interrupted at any time and resume after their last epoch.

After each epoch the folder ``resume_dir`` holds ``state.safetensors``, which is replaced as a
whole: weights, the optimiser, the state of callbacks such as early stopping and the schedule,
the random generators and the settings; and ``history/<epoch>.json``, that epoch's losses. The
state contains its own hash and that of each epoch's losses. A
fit that finds them resumes with the next epoch and ends with the same weights, bit for bit on
a CPU, as an uninterrupted one.
"""

import hashlib
import json
from contextlib import ExitStack, contextmanager
from numbers import Integral
from pathlib import Path
from uuid import uuid4

from mne.utils import logger
from skorch.history import History

from ...atomic import only_writer, sweep_partial, write_text
from ...errors import InputError
from .seeding import generator_states, set_generator_states
from .state_file import (
    REMEDY,
    TrainingState,
    callback_state,
    describe_setting,
    own_generators,
    read_state,
    refusing,
    set_callback_state,
    write_state,
)

STATE_FILE = "state.safetensors"
# Parameters that do not affect the result, or are covered by the initial weights.
_FREE = {
    *("resume_dir", "verbose", "device", "pretrained", "warm_start", "calibrate"),
    *("accelerator", "unwrap_after_train"),
}
_FREE_ENDS = ("num_workers", "pin_memory", "persistent_workers", "prefetch_factor")


class Resume:
    """Save the state of a training after each epoch, and resume from it."""

    # `before` is the name of the previous training of the estimator.

    def __init__(self, net, X, n_epochs, before=None):
        self.folder, self.n_epochs, self.before = Path(net.resume_dir), n_epochs, before
        self.training = _describe_training(net, X, n_epochs)
        self.found, self.is_unproven = None, False

    @property
    def path(self):
        """The path of the state."""
        return self.folder / STATE_FILE

    def run(self, net, train):
        """Call ``train`` with the remaining epochs, with exclusive use of the folder."""
        with self._alone(net.processes):
            self.found, n_epochs, users = self._find(net.processes), self.n_epochs, None
            if self.found is not None:
                self.training["name"] = self.found["name"]
                n_epochs -= len(self.found["rows"])
                users = generator_states()
            try:
                with refusing(self.path, lambda: self.is_unproven):
                    train(epochs=n_epochs)
                    self.take_up(net)  # if no epoch remained
            finally:
                if users:  # the user's own generators differ from those of the interrupted fit
                    set_generator_states({name: users[name] for name in ("numpy", "python")})

    @contextmanager
    def _alone(self, processes):
        """Lock the folder, in the first of the processes that train together."""
        with ExitStack() as stack:
            problem = None
            if processes.number == 0:
                try:
                    stack.enter_context(only_writer(self.folder))
                except InputError as error:
                    problem = error.args
                except OSError as error:
                    problem = (
                        str(self.folder),
                        f"cannot be written to ({error.strerror})",
                        "free space, change its permissions, or choose another folder",
                    )
            problem = processes.from_first(problem)
            if problem is not None:
                raise InputError(*problem)
            yield

    def _find(self, processes):
        """Read the state, if there is one from which this training can resume."""
        if processes.number == 0 and self.folder.is_dir():
            sweep_partial(self.folder)
        if not self.path.is_file():
            return None
        state = read_state(self.path)
        with refusing(self.path):
            TrainingState.model_validate(state, strict=True)
        if state["name"] == self.before and self.training["first_epoch"]:
            return None  # this estimator has already been trained to this state
        now = {"first epoch": self.training["first_epoch"], **self.training["settings"]}
        then = {"first epoch": state["first_epoch"], **state["settings"]}
        for name in now | then:
            if now.get(name) != then.get(name):
                raise InputError(
                    self.folder,
                    f"holds the state of a different training: its {name} was {then.get(name)!r}, "
                    f"now it is {now.get(name)!r}",
                    "resume with the same settings and data, or choose another folder",
                )
        return state

    def take_up(self, net):
        """Restore everything to the saved state."""
        if self.found is None:
            return
        state, self.found = self.found, None
        self.is_unproven = True  # until an epoch is trained
        first = state["first_epoch"]
        self.training["rows"] = state["rows"]
        rows = [self._read_row(*row) for row in enumerate(state["rows"], first + 1)]
        for name, part in _parts(net).items():
            part.load_state_dict(state["parts"][name])
        for name, callback in net.callbacks_:
            set_callback_state(callback, state["callbacks"].get(name, {}), net.module_)
        for rng, content in zip(own_generators(net), state["transforms"], strict=True):
            rng.set_state(content)
        set_generator_states(state["generators"][net.processes.number])
        net.history_ = History([*net.history[:first], *rows])
        logger.info("%s: resuming after epoch %d.", self.folder, first + len(rows))

    def keep(self, net):
        """Write the state after an epoch."""
        self.is_unproven = False
        n_epochs, processes = len(net.history), net.processes
        row = json.dumps(net.history[-1], default=_number) + "\n"
        digest = hashlib.sha256(row.encode()).hexdigest()
        self.training["rows"] = [*self.training["rows"], digest]
        state = self.training | {
            "parts": {name: part.state_dict() for name, part in _parts(net).items()},
            "callbacks": {name: callback_state(name, one) for name, one in net.callbacks_},
            "transforms": [rng.get_state() for rng in own_generators(net)],
            "generators": processes.of_all(generator_states()),
        }
        problem = None
        if processes.number == 0:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write_text(self._row_path(n_epochs), row, durable=True)
                write_state(self.path, state)
            except OSError as error:
                problem = str(error)
        problem = processes.from_first(problem)
        if problem is not None:
            raise InputError(
                self.folder,
                f"the state after epoch {n_epochs} cannot be written ({problem}); the previous "
                "one is intact",
                "free space and run it again: it resumes from there",
            )

    def _row_path(self, epoch):
        return self.folder / "history" / f"{epoch:05d}.json"

    def _read_row(self, epoch, digest):
        """Read the losses of an epoch, once their hash is that in the state."""
        path = self._row_path(epoch)
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != digest:
                raise ValueError("it was damaged or changed after it was written")
            row = json.loads(content)
            if not isinstance(row, dict):
                raise ValueError("it is not an epoch's record")
            return row
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(path, f"cannot be read ({error})", REMEDY) from error


def _describe_training(net, X, n_epochs):
    """Describe the settings and data of a training, to distinguish it from others."""
    settings = {
        name: describe_setting(value)
        for name, value in net.get_params(deep=False).items()
        if name not in _FREE and not name.startswith("callbacks") and not name.endswith(_FREE_ENDS)
    }
    settings |= {"n_epochs": n_epochs, "processes": net.processes.count, **net.processes.settings}
    data = net.training_data_[-1].model_dump_json().encode() + X.codes.tobytes()
    settings["training data"] = hashlib.sha256(data).hexdigest()
    if isinstance(net.random_state, Integral):
        settings["initial weights"] = _digest(net.module_.state_dict())
    first_epoch = len(net.history)
    return {"name": uuid4().hex, "settings": settings, "first_epoch": first_epoch, "rows": []}


def _parts(net):
    """Return the objects whose state torch can save, by name."""
    names = net._modules + net._criteria + net._optimizers
    parts = {name: getattr(net, f"{name}_") for name in names}
    scaler = net.processes.scaler
    return parts if scaler is None else parts | {"scaler": scaler}


def _number(value):
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _digest(tensors):
    digest = hashlib.sha256()
    for tensor in tensors.values():
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
