"""What both estimators do to be saved and read back."""

import math
from functools import partial

import numpy as np
import torch
from braindecode.models.util import resolve_type_kwargs
from skorch.callbacks import EarlyStopping
from skorch.history import History

from ..checkpoints.files import described_class, write_checkpoint
from ..checkpoints.hub import push
from ..checkpoints.manifest import describe_training_data, patients_among
from ..checkpoints.schema import Parameters
from .parameters import parameters_from_json, parameters_to_json

# Options of the module that follow from the estimator or its data.
_SIGNALS = {"n_outputs", "n_chans", "chs_info", "n_times", "input_window_seconds", "sfreq"}
_FOLLOWING = _SIGNALS | {"objective"}


class Saving:
    """Save a fitted estimator and build it anew from what was saved.

    Subclasses name their kind in ``_kind`` and the schema of the parameters to keep in
    ``_parameters``.
    """

    _kind: str
    _parameters: type[Parameters]
    # What an estimator that was built but not trained has.
    pretraining_data_: list = []
    training_data_: list = []
    metrics_ = None
    notes_: dict = {}

    def save(self, path, *, overwrite=False, notes=None):
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
            ``"limits"`` what it is no good for. ``"synthetic": True`` says that no
            person's EEG was in it. None keeps the notes it was read with.

        Raises
        ------
        FileExistsError
            There is something at ``path`` already and ``overwrite`` is False.
        InputError
            The model holds NaN or infinity, or the notes are not safe for JSON.
        """
        self._once(partial(self._save, path, overwrite=overwrite, notes=notes))

    def _save(self, path, *, overwrite=False, notes=None):
        self.check_is_fitted()
        description = {
            "kind": self._kind,
            "estimator": parameters_to_json(self, self._parameters.model_fields),
            "training_data": [data.model_dump() for data in self.training_data_],
            "history": [_scalars(epoch) for epoch in self.history],
            "metrics": self._metrics(),
            "notes": self.notes_ if notes is None else notes,
            **self._description(),
        }
        write_checkpoint(path, self.module_, description, overwrite=overwrite)

    def push_to_hub(self, repo_id, *, notes=None, private=None, revision=None):
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
        return self._once(partial(push, self._save, repo_id, **options))

    def _once(self, act):
        """Let one process act, of those that train together."""
        return act()

    def seen_patients(self, patients):
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

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Note what is trained on.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        X : WindowSet
            The windows.
        y : None
            Not used.
        **kwargs : dict
            Not used.
        """
        if not len(self.history):  # nothing of an earlier fit is true of this one
            self.training_data_, self.notes_ = self.pretraining_data_, {}
        now = describe_training_data(X, self._kind, self.sfreq)
        if now not in self.training_data_:
            self.training_data_ = [*self.training_data_, now]
        self.metrics_ = None
        super().on_train_begin(net, X=X, y=y, **kwargs)

    def _description(self):
        return {}

    def _metrics(self):
        """Give the figures of the epoch whose weights are kept."""
        if self.metrics_ is not None or not len(self.history):
            return self.metrics_ or {}
        kept = [
            callback.best_epoch_
            for _, callback in self.callbacks_
            if isinstance(callback, EarlyStopping) and callback.load_best
        ]
        epoch = kept[0] if kept else len(self.history)
        return _scalars(next(one for one in self.history if one["epoch"] == epoch))

    @classmethod
    def _from_checkpoint(cls, module, description):
        config = resolve_type_kwargs(
            described_class(description), description.module.model_dump(exclude_unset=True)
        )
        options = {f"module__{name}": config[name] for name in config if name not in _FOLLOWING}
        estimator = cls(**parameters_from_json(description.estimator), **options)
        estimator.signal_options_ = {
            name: config[name] for name in _SIGNALS if config.get(name) is not None
        }
        estimator._take_description(description, module)
        with torch.random.fork_rng():
            estimator.initialize()
        estimator.module_.load_state_dict(module.state_dict())
        estimator.module_.eval()
        estimator.history_ = History(epoch | {"batches": []} for epoch in description.history)
        for group in estimator.optimizer_.param_groups:
            group["initial_lr"] = group["lr"]  # where a schedule that goes on starts from
        estimator.metrics_ = description.metrics
        estimator.training_data_ = description.training_data
        estimator.notes_ = description.notes
        return estimator

    def _take_description(self, description, module):
        pass


def _plain(value):
    return np.asarray(value).tolist()


def _scalars(epoch):
    """Keep what one epoch says in single values; what is not finite is None."""
    values = {key: _plain(value) for key, value in epoch.items() if key != "batches"}
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
        if isinstance(value, (bool, int, float, str))
    }
