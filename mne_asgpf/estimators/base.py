"""What both estimators share: how they take recordings, train, are saved and described."""

import inspect
from collections.abc import Iterable
from functools import partial
from textwrap import fill, shorten
from typing import Any

import numpy as np
import torch
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
from .training.processes import OneProcess
from .training.resume import Resume
from .training.seeding import torch_seed


class Base:
    """An estimator of EEG, on top of a net of skorch.

    Subclasses name their kind in ``kind`` and the schema of the parameters that are saved in
    ``parameters_schema``.
    """

    # Under metadata routing, patients come along unless the user says otherwise.
    __metadata_request__fit = {"groups": True}
    kind: str
    parameters_schema: type[Parameters]
    crops_time = True  # in the augmentation "varied"
    # What an estimator that was built but not trained has.
    pretraining_data_: list = []
    training_data_: list = []
    metrics_ = None
    versions_: dict = {}  # of the packages that wrote it, where it was saved
    notes_: dict = {}
    module_: Any  # of skorch
    transforms_: list = []
    _resume = None

    @property
    def processes(self) -> OneProcess:
        """The processes that train together."""
        return OneProcess()

    @property
    def wanted(self) -> dict[str, Any]:
        """Channels, sampling rate and what may be missing, of any input."""
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
            The folder to write; it appears whole or not at all.
        overwrite : bool
            Whether a folder that is there already may be replaced.
        notes : dict | None
            What else shall be known of it, safe for JSON: in ``"data"`` what data it was
            trained on, in ``"scores"`` what it scored on which other data, in
            ``"limits"`` what it should not be used for. ``"synthetic": True`` says that
            all of it was simulated. None keeps the notes it was read with.

        Raises
        ------
        FileExistsError
            There is something at ``path`` already and ``overwrite`` is False.
        InputError
            The model holds NaN or infinity, or the notes are not safe for JSON.
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
        """Save the fitted estimator into a repository of the Hugging Face hub, with a card.

        Parameters
        ----------
        repo_id : str
            The repository, ``user/name``; it is made when missing. ``read_asgpf`` and
            ``ASGPFClassifier(pretrained=...)`` take the same name.
        notes : dict | None
            As in :meth:`save`. ``"data"`` must say what it was trained on.
        private : bool | None
            Whether a repository that is made is private; None: as is usual for the user.
        revision : str | None
            The branch; None: the main one.

        Returns
        -------
        url : str
            Where it is.

        Raises
        ------
        InputError
            The notes do not say what it was trained on, or as in :meth:`save`.
        """
        options = {"notes": notes, "private": private, "revision": revision}
        save = partial(save_estimator, self)
        return self.processes.once(partial(push, save, repo_id, **options))

    def seen_patients(self, patients: Iterable[str]) -> list[str]:
        """Tell which patients the model was trained on, its pre-training included.

        Parameters
        ----------
        patients : iterable of str
            Ids, spelt as they were in the training.

        Returns
        -------
        seen : list of str
            Those that were trained on, as far as the training data told of patients.
        """
        self.check_is_fitted()
        return patients_among(patients, self.training_data_)

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train, from the last epoch on that ``resume_dir`` holds."""
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
        """Call callbacks; take the state up before the first epoch, keep it after each."""
        # Before all callbacks, but after the split, which may draw; and after all callbacks.
        if self._resume is not None and method_name == "on_epoch_begin":
            self._resume.take_up(self)
        super().notify(method_name, **cb_kwargs)
        if self._resume is not None and method_name == "on_epoch_end":
            self._resume.keep(self)

    def train_step_single(self, batch, **fit_params):
        """Augment a batch and compute its loss and gradients; refuse a loss that is not finite."""
        for transform in self.transforms_:
            batch = transform(*batch)
        step = super().train_step_single(batch, **fit_params)
        loss = self.processes.mean(step["loss"].detach())  # so that all processes stop
        if not torch.isfinite(loss):
            raise diverged(self, f"the loss is {loss.item()}")
        return step

    def get_iterator(self, dataset, training=False, **kwargs):
        """Give batches of windows."""
        batches = super().get_iterator(dataset, training=training, **kwargs)
        loader = getattr(batches, "loader", batches)  # braindecode's wrapper, and accelerate's
        loader = getattr(loader, "base_dataloader", loader)
        if not training:
            # A loader draws a seed whenever it starts; prediction must not move torch's own.
            loader.generator = torch.Generator()
        elif getattr(loader, "persistent_workers", False) and loader.generator is None:
            # It starts once in a fit, and again in one that goes on: that must not move it either.
            loader.generator = torch.Generator().manual_seed(torch.initial_seed())
        return batches

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, by patient where patients are known."""
        if not self.train_split:
            return X, None
        groups = {} if X.groups is None else {"groups": X.groups}
        return self.train_split(X, X.codes, **groups)

    def torch_compile(self, module, name):
        """Compile the cells, where most of the time goes, if asked to; tensors keep their names."""
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
        """What the module is built from."""
        return self.module

    def _get_param_names(self):
        # skorch 1.4 takes a note of its own, _params_to_validate, for a parameter.
        return [name for name in super()._get_param_names() if not name.startswith("_")]

    def _fit(self, X, y, groups, *, anew, classes=None):
        """Train on any input, from scratch or on."""
        anew = anew or not self.initialized_
        if anew:
            self._begin_anew()
        with torch_seed(self.random_state):
            windows = to_windows(X, y, groups, self._settings_to_fit(y, reset=anew))
            if anew:
                self._learn_sizes(windows, classes)
                self.initialize()
            return self._train(windows)

    def _begin_anew(self):
        """Forget what scikit-learn noted of an array that an earlier fit was on."""
        for name in ("n_features_in_", "feature_names_in_"):
            vars(self).pop(name, None)

    def _train(self, windows):
        """Train on windows, and note whom they come from."""
        if not len(self.history):  # nothing of an earlier fit is true of this one
            self.training_data_, self.notes_ = self.pretraining_data_, {}
            self.versions_ = {}
        now = training_manifest(windows, self.kind, self.sfreq)
        if now not in self.training_data_:
            self.training_data_ = [*self.training_data_, now]
        self.metrics_ = None
        if self.callbacks == "disable":
            self.callbacks_ = needed_callbacks(self)
        return super().partial_fit(windows)

    def _to_predict(self, X, groups=None):
        """Give the windows to predict, piece by piece."""
        check_is_fitted(self)
        cut = partial(recording_windows, clip_len=self.clip_len)
        settings = self._window_settings(cut, reset=False)
        return to_windows_by_piece(X, groups, settings, n_at_once=self.batch_size)

    def _window_settings(self, cut, *, reset, labelled=False):
        """Say how an input becomes windows; ``reset`` where the estimator is fitted on them."""
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
        """Give the options of the module that follow from the windows of a fit."""
        n_chans, n_times = windows.window_shape
        named = n_chans == len(self.channels)
        return {
            "chs_info": [{"ch_name": name} for name in self.channels] if named else None,
            "n_chans": n_chans,
            "n_times": n_times,
            "sfreq": self.sfreq,
        }

    def _build_module(self, inferred):
        """Build the module from what was inferred and, above it, what the user asks for."""
        asked = self.get_params_for("module")
        if isinstance(self.module, nn.Module) and not asked:
            self.module_ = self.module  # brings its own options: skorch would build it anew
        else:
            self.module_ = self.initialized_instance(self.module_class, inferred | asked)
        for part in self.module_.modules():
            if isinstance(part, InputLevel):
                if part.unit not in ("auto", "V"):
                    raise InputError(
                        "module__input_unit",
                        f"is {part.unit!r}, and estimators take volts",
                        "leave it out, and give the signals in volts",
                    )
                part.trusts = True  # inputs are checked before

    def _description(self):
        """Give what a saved model says of this kind of estimator alone."""
        return {}

    def _take_metadata(self, metadata, module):
        """Take over what a saved model says of this kind of estimator alone."""
