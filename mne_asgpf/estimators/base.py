"""The base of both estimators: input, training, saving and metadata."""

import inspect
import logging
from collections.abc import Iterable
from functools import partial
from textwrap import fill, shorten
from typing import Any

import numpy as np
import torch
from mne.utils import logger, use_log_level
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from ..checkpoints.hub import push
from ..checkpoints.manifest import patients_among, training_manifest
from ..checkpoints.schema import Parameters
from ..errors import InputError
from ..models.cell import SpatioGraphLearningCell
from ..models.units import InputLevel
from ..type_aliases import PathLike
from ..windows import recording_windows
from .inputs.windows import WindowSettings, to_windows, to_windows_by_piece
from .saving import save_estimator
from .training.callbacks import diverged, needed_callbacks
from .training.patients import repeated
from .training.processes import OneProcess
from .training.resume import Resume
from .training.seeding import torch_seed


def bare_loader(batches):
    """Return the loader of torch that braindecode or accelerate has wrapped."""
    loader = getattr(batches, "loader", batches)
    return getattr(loader, "base_dataloader", loader)


class Base:
    """An estimator of EEG, based on a net of skorch."""

    # Subclasses set their kind in `kind` and the schema of the saved parameters in
    # `parameters_schema`.

    # With metadata routing, groups are requested unless the user decides otherwise.
    __metadata_request__fit = {"groups": True}
    kind: str
    parameters_schema: type[Parameters]
    crops_time = True  # by the augmentation "varied"
    # Defaults of an estimator that was built but not trained.
    pretraining_data_: list = []
    training_data_: list = []
    metrics_ = None
    versions_: dict = {}  # of the packages that saved it
    notes_: dict = {}
    module_: Any  # of skorch
    transforms_: list = []
    n_frozen_ = 0  # layers of the encoder, in the last epoch
    _resume = None

    @property
    def processes(self) -> OneProcess:
        """The processes of the training."""
        return OneProcess()

    @property
    def wanted(self) -> dict[str, Any]:
        """Channels, sampling rate and number of missing channels expected of any input."""
        return {
            "channels": self.channels,
            "sfreq": self.sfreq,
            "max_missing": self.max_missing,
        }

    def save(self, path: PathLike, *, overwrite: bool = False, notes: dict | None = None) -> None:
        """Save the fitted estimator as safetensors and JSON.

        Parameters
        ----------
        path : path-like
            The folder to write; it is written completely or not at all.
        overwrite : bool
            Whether to replace an existing folder.
        notes : dict | None
            Additional notes that can be written as JSON: ``"data"``, the training data;
            ``"scores"``, scores on other data; ``"limits"``, uses for which the model is not
            suitable. ``"synthetic": True`` states that all training data were simulated.
            None keeps the notes of the saved estimator it was read from or, if it was trained
            since, those that are still true: ``"limits"`` and ``"synthetic": False``.

        Raises
        ------
        FileExistsError
            If ``path`` exists and ``overwrite`` is False.
        InputError
            If the model holds NaN or infinity, or the notes cannot be written as JSON.
        """
        save = partial(save_estimator, self, path, overwrite=overwrite, notes=notes)
        self.processes.once(save)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        notes: dict | None = None,
        private: bool | None = None,
        revision: str | None = None,
    ) -> str:
        """Save the fitted estimator to a repository of the Hugging Face hub, with a model card.

        Parameters
        ----------
        repo_id : str
            The repository, ``user/name``; created if missing. ``read_asgpf`` and
            ``ASGPFClassifier(pretrained=...)`` accept the same name.
        notes : dict | None
            As in :meth:`save`. ``"data"`` must describe the training data.
        private : bool | None
            Whether a new repository is private; None: the default of the user.
        revision : str | None
            The branch; None: the main one.

        Returns
        -------
        url : str
            The address of the model.

        Raises
        ------
        InputError
            If the notes do not describe the training data, or as in :meth:`save`.
        """
        options = {"notes": notes, "private": private, "revision": revision}
        save = partial(save_estimator, self)
        return self.processes.once(partial(push, save, repo_id, **options))

    def seen_patients(self, patients: Iterable[str]) -> list[str]:
        """Return which patients the model was trained on, including its pre-training.

        Parameters
        ----------
        patients : iterable of str
            Ids, spelt as in the training.

        Returns
        -------
        seen : list of str
            Those in the training data, as far as its patients are known.
        """
        self.check_is_fitted()
        return patients_among(patients, self.training_data_)

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train, resuming after the last epoch in ``resume_dir``."""
        n_epochs = self.max_epochs if epochs is None else epochs
        train = partial(super().fit_loop, X, y, **fit_params)
        if self.resume_dir is None:
            return train(epochs=n_epochs)
        self._resume = Resume(self, X, n_epochs, before=vars(self).get("_trained_by"))
        try:
            self._resume.run(self, train)
        finally:
            if self._resume.training["rows"]:
                self._trained_by = self._resume.training["name"]
            self._resume = None
        return self

    def notify(self, method_name, **cb_kwargs):
        """Call callbacks; restore the state before the first epoch, save it after each."""
        # Restored before all callbacks, but after the split, which may draw; saved after them.
        if self._resume is not None and method_name == "on_epoch_begin":
            self._resume.take_up(self)
        super().notify(method_name, **cb_kwargs)
        if self._resume is not None and method_name == "on_epoch_end":
            self._resume.keep(self)

    def train_step_single(self, batch, **fit_params):
        """Augment a batch and compute its loss and gradients; raise if the loss is not finite."""
        step = super().train_step_single(self._augment(*batch), **fit_params)
        loss = self.processes.mean(step["loss"].detach())  # so that all processes stop
        if not torch.isfinite(loss):
            raise diverged(self, f"the loss is {loss.item()}")
        return step

    def _augment(self, x, y):
        """Apply the transforms to a batch."""
        for transform in self.transforms_:
            x, y = transform(x, y)
        return x, y

    def get_iterator(self, dataset, training=False, **kwargs):
        """Return batches of windows; in training, no fewer than ``min_batches``."""
        if training and (min_batches := vars(self).get("min_batches")):  # a pre-trainer has none
            size = self.get_params_for("iterator_train").get("batch_size", self.batch_size)
            dataset = repeated(dataset, size * self.processes.count, min_batches)
        batches = super().get_iterator(dataset, training=training, **kwargs)
        loader = bare_loader(batches)
        if not training:
            # A loader draws a seed at every start; prediction must not change torch's generator.
            loader.generator = torch.Generator()
        elif getattr(loader, "persistent_workers", False) and loader.generator is None:
            # It starts once in a fit, and again when it resumes: neither may change the generator.
            loader.generator = torch.Generator().manual_seed(torch.initial_seed())
        return batches

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, by patient if patients are known."""
        if not self.train_split:
            return X, None
        groups = {} if X.groups is None else {"groups": X.groups}
        return self.train_split(X, X.codes, **groups)

    def torch_compile(self, module, name):
        """Compile the cells, which take most of the time, if requested; keep tensor names."""
        if self.compile:
            for part in module.modules():
                if isinstance(part, SpatioGraphLearningCell):
                    part.compile(**self.get_params_for("compile"))
        return module

    def __repr__(self, N_CHAR_MAX=700):
        """Name the parameters that differ from their defaults, as scikit-learn does."""
        defaults = {"criterion": self.criterion}  # skorch gives it none
        for parent in type(self).__mro__:
            if "__init__" in vars(parent):
                for name, parameter in inspect.signature(parent).parameters.items():
                    defaults.setdefault(name, parameter.default)
        changed = [
            f"{name}={shorten(getattr(value, '__name__', repr(value)), 60)}"
            for name, value in self.get_params(deep=False).items()
            if name not in defaults or repr(value) != repr(defaults[name])
        ]
        return fill(f"{type(self).__name__}({', '.join(changed)})", 88, subsequent_indent="    ")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True  # missing channels are NaN
        return tags

    @property
    def module_class(self) -> type[torch.nn.Module]:
        """The class of the module."""
        return self.module

    def _get_param_names(self):
        # skorch 1.4 treats its own attribute _params_to_validate as a parameter.
        return [name for name in super()._get_param_names() if not name.startswith("_")]

    def _fit(self, X, y, groups, *, anew, classes=None):
        """Train on any input, from scratch or from the current weights."""
        anew = anew or not self.initialized_
        if anew:
            self._begin_anew()
        with torch_seed(self.random_state), use_log_level(self._log_level()):
            windows = to_windows(X, y, groups, self._settings_to_fit(y, reset=anew))
            if anew:
                self._learn_sizes(windows, classes)
                self.initialize()
            return self._train(windows)

    def _log_level(self):
        """Return the level of mne's log in a fit; skorch's ``verbose=0`` is mne's False."""
        if isinstance(self.verbose, str):
            return self.verbose
        return max(logger.level, logging.WARNING) if self.verbose == 0 else None

    def _begin_anew(self):
        """Remove scikit-learn's attributes of the array of an earlier fit."""
        for name in ("n_features_in_", "feature_names_in_"):
            vars(self).pop(name, None)

    def _train(self, windows):
        """Train on windows, and record their patients."""
        if not len(self.history):  # metadata of an earlier fit does not apply
            self.training_data_, self.notes_ = self.pretraining_data_, {}
            self.versions_ = {}
        # Of the notes, what may be false of the new weights is dropped.
        self.notes_ = {
            name: note
            for name, note in self.notes_.items()
            if name == "limits" or (name, note) == ("synthetic", False)
        }
        now = training_manifest(windows, self.kind, self.sfreq)
        if now not in self.training_data_:
            self.training_data_ = [*self.training_data_, now]
        self.metrics_ = None
        if self.callbacks == "disable":
            self.callbacks_ = needed_callbacks(self)
        if len(self.history):
            self._renew_rates()
        return super().partial_fit(windows)

    def _renew_rates(self):
        """Let the schedule start from the learning rates of now, which may have been set since."""
        # Torch keeps those of the first training in `initial_lr`.
        of_all = self.get_all_learnable_params()
        (asked,), options = self.get_params_for_optimizer("optimizer", of_all)
        groups = self.optimizer_.param_groups
        if len(groups) == len(asked):
            for group, own in zip(groups, asked, strict=True):
                group["initial_lr"] = own.get("lr", options["lr"])

    def _to_predict(self, X, groups=None):
        """Yield the windows to predict, in pieces."""
        check_is_fitted(self)
        cut = partial(recording_windows, clip_len=self.clip_len)
        settings = self._window_settings(cut, reset=False)
        return to_windows_by_piece(X, groups, settings, n_at_once=self.batch_size)

    def _window_settings(self, cut, *, reset, labelled=False):
        """Return the settings of the conversion to windows; ``reset`` in a fit."""
        how = {"allow_nd": True, "dtype": np.float32, "ensure_all_finite": False}
        return WindowSettings(
            wanted=self.wanted,
            adaptation=self.adaptation,
            cut=cut,
            check_array=partial(validate_data, self, reset=reset, **how),
            n_chans=None if reset else self.module_.n_chans,
            labelled=labelled,
        )

    def _signal_options(self, windows):
        """Return the options of the module that depend on the windows of a fit."""
        n_chans, n_times = windows.window_shape
        named = n_chans == len(self.channels)
        return {
            "chs_info": [{"ch_name": name} for name in self.channels] if named else None,
            "n_chans": n_chans,
            "n_times": n_times,
            "sfreq": self.sfreq,
        }

    def _build_module(self, inferred):
        """Build the module from inferred options, overridden by those of the user."""
        asked = self.get_params_for("module")
        if isinstance(self.module, nn.Module) and not asked:
            self.module_ = self.module  # has its own options: skorch would rebuild it
        else:
            self.module_ = self.initialized_instance(self.module_class, inferred | asked)
        for part in self.module_.modules():
            if isinstance(part, InputLevel):
                if part.unit not in ("auto", "V"):
                    raise InputError(
                        "module__input_unit",
                        f"is {part.unit!r}, but estimators take volts",
                        "omit it, and give the signals in volts",
                    )
                part.trusts = True  # inputs have been checked

    def _own_metadata(self):
        """Return the metadata of a saved model that only this kind of estimator has."""
        return {}

    def _take_metadata(self, metadata, module):
        """Restore the metadata that only this kind of estimator has."""
