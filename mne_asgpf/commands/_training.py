"""One training from the command line: its folder, processes and end."""

import logging
import os
import shutil
from functools import partial
from pathlib import Path

import click
from mne.utils import logger

from ..errors import InputError
from ._corpus import common_form, find_signals
from ._options import estimator_parameters, write_config


class Run:
    """A training run and its output folder."""

    # `config.yaml` holds the resolved options, `training` the state after the last epoch until the
    # training is complete, and `model` the result.

    def __init__(self, out, options):
        self.out = Path(out)
        self.options = options
        self.accelerator = _accelerator(options)
        self.is_main = self.accelerator is None or self.accelerator.is_main_process

    @property
    def model(self):
        """The folder of the model."""
        return self.out / "model"

    def find_signals(self):
        """Find the prepared recordings; the main process prepares missing ones."""
        options = self.options
        store, jobs = self.out / "signals", options["jobs"]
        find = partial(find_signals, options["source"], store, n_jobs=jobs, **self.wanted)
        if self.accelerator is None:
            return find()
        from ..estimators.distributed import Processes

        found = Processes(self.accelerator).once(find)
        if found is None:
            raise InputError(
                options["source"],
                "the main process could not prepare it",
                "see the error of that process",
            )
        return found

    @property
    def wanted(self):
        """The requested channels and rate, if given."""
        asked = {}
        if self.options["channels"]:
            asked["channels"] = [name.strip() for name in self.options["channels"].split(",")]
        if self.options["sfreq"]:
            asked["sfreq"] = self.options["sfreq"]
        return asked

    def check_folder(self):
        """Refuse a folder that holds a model, unless it may be overwritten."""
        if self.model.exists() and not self.options["overwrite"]:
            raise InputError(
                self.out, "holds a model already", "name another folder, or pass --overwrite"
            )

    def make(self, kind, recordings, **further):
        """Make a "Pretrainer" or "Classifier" for the channels and rate of recordings."""
        from .. import estimators

        form = common_form(self.options["source"], recordings, **self.wanted)
        self.options |= form | {"channels": ",".join(form["channels"])}
        parameters = estimator_parameters(self.options) | form | further
        parameters["resume_dir"] = self.out / "training"
        if self.accelerator is None:
            parameters["device"] = find_device(self.options["device"])
            estimator = getattr(estimators, f"ASGPF{kind}")(**parameters)
        else:
            from ..estimators import distributed

            if self.is_main:
                _print_device(self.accelerator.device)
            make = getattr(distributed, f"Accelerated{kind}")
            estimator = make(accelerator=self.accelerator, **parameters)
        if self.is_main and not (self.out / "training").exists():
            # Else it may be refused, and then the existing options must be kept.
            self._write_config(estimator)
        return estimator

    def _write_config(self, estimator):
        options = {name: value for name, value in self.options.items() if name != "overwrite"}
        write_config(self.out / "config.yaml", options, estimator)

    def fit(self, estimator, X, *, notes, finish=None):
        """Fit, resuming an interrupted run, call ``finish`` in the main process, and save."""
        from mne.utils import use_log_level

        level = "info" if self.is_main else "error"
        try:
            with use_log_level(level):
                estimator.fit(X)
        except InputError:
            if estimator.initialized_ and len(estimator.history) and self.is_main:
                _save_last_good(estimator, self.out / "last_good", notes)
            raise
        if finish is not None:
            with use_log_level(level):
                estimator.processes.once(partial(finish, estimator))
        estimator.save(self.model, notes=notes, overwrite=self.options["overwrite"])
        if self.is_main:
            self._write_config(estimator)
            for name in ("training", "last_good"):
                shutil.rmtree(self.out / name, ignore_errors=True)
            click.echo(f"model: {self.model}\noptions: {self.out / 'config.yaml'}")
        if self.accelerator is not None:
            self.accelerator.wait_for_everyone()  # no process exits before the others
            self.accelerator.end_training()


def _save_last_good(estimator, folder, notes):
    """Save the weights of a training that cannot continue, if there is space."""
    from ..estimators.saving import save_estimator

    try:
        # Not estimator.save: it would wait for the other processes.
        save_estimator(estimator, folder, overwrite=True, notes=notes)
    except (OSError, InputError):
        return
    click.echo(f"the last good weights are in {folder}", err=True)


def find_device(name):
    """Choose the torch device to run a model on ("auto": a GPU if there is one), and print it."""
    import torch

    device = name
    if name == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        problem = f"unknown device {name!r} ({str(error).splitlines()[0]})"
        raise InputError("--device", problem, "give cpu or auto") from error
    _print_device(device)
    return device


def _print_device(device):
    if logger.level <= logging.WARNING:  # commands log only warnings, but users need to know
        click.echo(f"device: {device}")


def read_model(path, device):
    """Read a fitted estimator onto a device."""
    from ..estimators import read_asgpf

    device = find_device(device)  # an unavailable device is reported before reading
    estimator = read_asgpf(path).set_params(device=device)
    estimator.module_.to(device)
    return estimator


def read_classifier(path, device):
    """Read a fitted classifier onto a device; refuse a pre-trained model."""
    from ..estimators import ASGPFClassifier

    classifier = read_model(path, device)
    if not isinstance(classifier, ASGPFClassifier):
        raise InputError(path, "is a pre-trained model without classes", "give a classifier")
    return classifier


def model_folder(path):
    """Return the folder of a saved model, PATH, ``model`` in it or a name; None if none."""
    from ..checkpoints.files import METADATA_FILE
    from ..checkpoints.hub import RELEASED

    path = Path(path)
    folders = (path, path / "model") if path.exists() else (RELEASED / path,)
    return next((folder for folder in folders if (folder / METADATA_FILE).is_file()), None)


def _accelerator(options):
    """Make an accelerator if a launcher started this process or an option requires it."""
    launched = "WORLD_SIZE" in os.environ or any(
        name.startswith("ACCELERATE_") for name in os.environ
    )
    precision, accumulate = options["mixed_precision"], options["accumulate"]
    if not launched and precision in (None, "no") and accumulate == 1:
        return None
    try:
        from ..estimators.distributed import make_accelerator
    except ImportError as error:
        raise InputError(
            "--mixed-precision, --accumulate", "require accelerate",
            "pip install 'mne_asgpf[accelerate]'",
        ) from error  # fmt: skip
    if options["device"] not in ("auto", "cpu"):
        raise InputError(
            "--device",
            f"is {options['device']}, but accelerate chooses devices itself",
            "use CUDA_VISIBLE_DEVICES instead",
        )
    cpu = options["device"] == "cpu"
    return make_accelerator(mixed_precision=precision, accumulate=accumulate, cpu=cpu)
