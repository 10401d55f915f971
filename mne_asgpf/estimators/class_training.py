"""How the second stage is trained: its loss, when it stops, what it reports."""

from braindecode.classifier import EEGClassifier
from mne.utils import logger
from sklearn.metrics import f1_score
from skorch.callbacks import EarlyStopping, EpochScoring, GradientNormClipping, PrintLog
from skorch.utils import to_numpy, to_tensor

from ..events import decide
from .freezing import Freezing
from .recipe import CLASSIFICATION
from .schedule import cosine_schedule


class ClassTraining:
    """Weighted cross entropy, the learned graphs' regularisation, the recipe's callbacks."""

    @property
    def _default_callbacks(self):
        kept = {name: callback for name, callback in super()._default_callbacks}
        callbacks = [(name, kept[name]) for name in ("epoch_timer", "train_loss", "valid_loss")]
        if self.train_split is not None:
            callbacks += [
                ("valid_f1", EpochScoring(_weighted_f1, lower_is_better=False, name="valid_f1")),
                (
                    "early_stopping",
                    EarlyStopping(
                        CLASSIFICATION["monitor"],
                        patience=self.patience,
                        lower_is_better=False,
                        load_best=True,
                        sink=logger.info,
                    ),
                ),
            ]
        return callbacks + [
            ("freezing", Freezing(self.freeze, self.unfreeze_every)),
            ("gradient_clipping", GradientNormClipping(self.gradient_clip)),
            ("schedule", cosine_schedule(self.max_epochs)),
            ("print_log", PrintLog(sink=logger.info)),
        ]

    def initialize_callbacks(self):
        """Build the callbacks; those that score are shown classes, as ``predict`` gives them.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.
        """
        super().initialize_callbacks()
        if not hasattr(self, "class_labels_"):
            return self  # they are built once more when it is fitted
        for _, callback in self.callbacks_:
            extractor = getattr(callback, "target_extractor", None)
            if extractor is to_numpy or isinstance(extractor, _ClassesOfCodes):
                callback.target_extractor = _ClassesOfCodes(self.classes_)
        return self

    def initialize_criterion(self):
        """Build the criterion with the classes' weights.

        Returns
        -------
        self : ASGPFClassifier
            The classifier.
        """
        options = {"weight": self.class_weights_} | self.get_params_for("criterion")
        self.criterion_ = self.initialized_instance(self.criterion, options)
        return self

    def infer(self, x, **fit_params):
        """Run the module on a batch.

        Parameters
        ----------
        x : torch.Tensor, shape (batch, n_channels, n_times)
            Windows in volts.
        **fit_params : dict
            Handed to the module.

        Returns
        -------
        y_pred : torch.Tensor | tuple of torch.Tensor
            The logits; in training, where the module regularises its graphs, also what
            they add to the loss of each window.
        """
        training = self.module_.training
        if not (training and getattr(self.module_, "regularises_graphs", False)):
            return super().infer(x, **fit_params)
        typing = self.module_.describe(to_tensor(x, device=self.device), **fit_params)
        return typing.logits, typing.regularisation

    def get_loss(self, y_pred, y_true, *args, **kwargs):
        """Compute the loss of a batch.

        Parameters
        ----------
        y_pred : torch.Tensor | tuple of torch.Tensor
            As :meth:`infer` gives it.
        y_true : torch.Tensor of int64, shape (batch,)
            The encoded classes.
        *args, **kwargs : tuple, dict
            As in :meth:`skorch.NeuralNet.get_loss`.

        Returns
        -------
        loss : torch.Tensor, shape ()
            The criterion, and in training the graphs' regularisation.
        """
        if not isinstance(y_pred, tuple):
            return super().get_loss(y_pred, y_true, *args, **kwargs)
        logits, regularisation = y_pred
        return super().get_loss(logits, y_true, *args, **kwargs) + regularisation.mean()


class _ClassesOfCodes:
    """Turn the codes of a batch into the classes that they stand for."""

    def __init__(self, classes):
        self.classes = classes

    def __call__(self, codes):
        return self.classes[to_numpy(codes)]


def _weighted_f1(net, dataset, y):
    codes = decide(EEGClassifier.predict_proba(net, dataset), net.classes_.tolist())
    return f1_score(y, net.classes_[codes], average="weighted", zero_division=0)
