"""What both stages share: how they take recordings, normalise and vary training windows."""

from functools import partial

import torch
from mne.utils import _check_option
from sklearn.utils.validation import check_is_fitted
from torch import nn

from ..models.cell import SpatioGraphLearningCell
from ..models.units import InputLevel
from ..windows import recording_windows
from ..windows.augmentation import published_augmentation, varied_augmentation
from .finite import Finite
from .inputs import prediction_windows
from .resuming import Resuming
from .saving import Saving


class Stage(Resuming, Finite, Saving):
    """Take recordings, fix the normalisation before the first epoch and augment batches."""

    # Under metadata routing, patients come along unless the user says otherwise.
    __metadata_request__fit = {"groups": True}
    _crops_time = True  # in the augmentation "varied"

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Fix the normalisation, unless it came with the encoder; seed the augmentation.

        Parameters
        ----------
        net : skorch.NeuralNet
            The estimator itself.
        dataset_train : torch.utils.data.Dataset
            The training windows.
        **kwargs : dict
            Not used.
        """
        front = self.module_.signals_to_graphs
        if not front.normalisation.is_fixed:
            front.fit_normalisation(x.to(self.device) for x, _ in self.get_iterator(dataset_train))
        self.transforms_ = self._transforms(n_chans=len(dataset_train[0][0]))
        super().on_epoch_begin(net, dataset_train=dataset_train, **kwargs)

    def train_step_single(self, batch, **fit_params):
        """Augment a batch and compute its loss and gradients.

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
        for transform in self.transforms_:
            batch = transform(*batch)
        return super().train_step_single(batch, **fit_params)

    def get_iterator(self, dataset, training=False, **kwargs):
        """Give batches of windows.

        Parameters
        ----------
        dataset : torch.utils.data.Dataset
            The windows.
        training : bool
            Whether they are trained on.
        **kwargs : dict
            Handed on.

        Returns
        -------
        batches : iterable
            The batches.
        """
        batches = super().get_iterator(dataset, training=training, **kwargs)
        loader = getattr(batches, "base_dataloader", getattr(batches, "loader", batches))
        if not training:
            # A loader draws a seed whenever it starts; prediction must not move torch's own.
            loader.generator = torch.Generator()
        elif getattr(loader, "persistent_workers", False) and loader.generator is None:
            # It starts once in a fit, and again in one that goes on: that must not move it either.
            loader.generator = torch.Generator().manual_seed(torch.initial_seed())
        return batches

    def torch_compile(self, module, name):
        """Compile the cells of the module, where most of the time goes, if asked to.

        Parameters
        ----------
        module : torch.nn.Module
            The module.
        name : str
            What it is called.

        Returns
        -------
        module : torch.nn.Module
            The very module: its tensors keep their names.
        """
        if self.compile:
            for part in module.modules():
                if isinstance(part, SpatioGraphLearningCell):
                    part.compile(**self.get_params_for("compile"))
        return module

    @property
    def wanted(self):
        """Channels, sampling rate and what may be missing, of any input."""
        return {
            "channels": self.channels,
            "sfreq": self.sfreq,
            "max_missing": self.max_missing,
        }

    def get_split_datasets(self, X, y=None, **fit_params):
        """Split off the validation set, by patient where patients are known.

        Parameters
        ----------
        X : torch.utils.data.Dataset
            The windows.
        y : None
            Not used: the dataset knows.
        **fit_params : dict
            Not used.

        Returns
        -------
        train, valid : torch.utils.data.Dataset | None
            The two sets.
        """
        if not self.train_split:
            return X, None
        groups = {} if X.groups is None else {"groups": X.groups}
        return self.train_split(X, X.codes, **groups)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True  # what is missing is NaN
        return tags

    @property
    def module_class(self):
        """What the module is built from."""
        return self.module

    def _forget_array(self):
        """Forget what scikit-learn noted of an array that an earlier fit was on."""
        for name in ("n_features_in_", "feature_names_in_"):
            vars(self).pop(name, None)

    def _get_param_names(self):
        # skorch 1.4 takes a note of its own, _params_to_validate, for a parameter.
        return [name for name in super()._get_param_names() if not name.startswith("_")]

    def _to_predict(self, X, groups=None):
        """Give the windows to predict, piece by piece."""
        check_is_fitted(self)
        return prediction_windows(
            self, X, groups, partial(recording_windows, clip_len=self.clip_len)
        )

    def _transforms(self, n_chans):
        """Make the transforms of one epoch."""
        if self.augmentation is None:
            return []
        if not isinstance(self.augmentation, str):
            return list(self.augmentation)
        _check_option("augmentation", self.augmentation, ["published", "varied"])
        # Drawn from torch anew each epoch, so that what is restored with torch's generator
        # is all that a fit which goes on needs.
        seed = int(torch.randint(2**31 - 1, ()))
        named = self.channels if n_chans == len(self.channels) else ()
        if self.augmentation == "published":
            return published_augmentation(named, random_state=seed)
        return varied_augmentation(named, self.sfreq, crop_time=self._crops_time, random_state=seed)

    def _build_module(self, inferred):
        """Build the module from what was inferred and, above it, what the user asks for."""
        asked = self.get_params_for("module")
        if isinstance(self.module, nn.Module) and not asked:
            self.module_ = self.module  # brings its own options: skorch would build it anew
        else:
            self.module_ = self.initialized_instance(self.module_class, inferred | asked)
        for part in self.module_.modules():
            if isinstance(part, InputLevel):
                part.tells = False  # of units that cannot be, given_windows warns
