"""The systems, one line each, and the settings that validation chooses from.

Every network is trained with Adam, a cosine over its epochs, batches of 16, gradients clipped and
balanced cross entropy, for as many epochs as the others. ASGPF has its default augmentation; models
of braindecode, which cannot tell what is missing, have the published one. What that is worth to
ASGPF is a row of ``details``.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from mne_asgpf.evaluation import majority_baseline, spectrum_baseline
from mne_asgpf.evaluation.baseline import log_spectra
from mne_asgpf.models.objectives import FORECAST, OBJECTIVES
from mne_asgpf.models.variant import SWITCHES
from tasks.networks import Asgpf, Braindecode, Probe, Recurrent

_MAIN_SWITCHES = ("normalisation", "position", "read_out", "time_pooling", "initialisation")
_NOT_IN_CLASSIFIER = ("decoder_start", "forecast", "pretraining_loss")


class System(NamedTuple):
    """A system of the table.

    Parameters
    ----------
    name : str
        Its name.
    make : callable
        ``make(task, seed, **setting)`` gives an object with ``fit(X, y, groups=subjects)``,
        ``predict_proba(X, groups=subjects)``, ``classes_`` and ``n_parameters``. The task
        holds the training subjects only, with the unlabelled windows of all of them.
    settings : tuple of dict
        What validation chooses from, as many for each; the first is taken where there are too
        few subjects to choose.
    takes : tuple of str
        Which options of ``--set`` reach it: "training" (``lr``, ``epochs``, ``min_steps``),
        "asgpf" (all others but those of the pre-trainer), "pretrainer" (``pretrainer__...``).
    """

    name: str
    make: object
    settings: tuple
    takes: tuple = ()

    def options(self, given):
        """Give those of the options that reach it."""
        return {name: value for name, value in given.items() if _kind(name) in self.takes}


def _kind(option):
    if option in ("lr", "epochs", "min_steps"):
        return "training"
    return "pretrainer" if option.startswith("pretrainer__") else "asgpf"


class Majority:
    """The training set's class frequencies."""

    n_parameters = 0

    def fit(self, X, y, groups):
        """Count."""
        self.model = majority_baseline().fit(X, y)
        self.classes_ = self.model.classes_
        return self

    def predict_proba(self, X, groups):
        """Give the frequencies for each window."""
        return self.model.predict_proba(X)


class Spectrum:
    """A logistic regression of log spectra, as they are or less each subject's own mean.

    Parameters
    ----------
    sfreq : float
        Sampling rate in Hz.
    seed : int
        The seed of the logistic regression.
    adapted : bool
        Whether the mean log spectrum of each subject's windows is subtracted from them,
        channel by channel and bin by bin. It takes no labels, so test subjects are
        treated alike.
    C : float
        Inverse of the regularisation.
    """

    def __init__(self, sfreq, seed, adapted, C):
        self.sfreq, self.seed, self.adapted, self.C = sfreq, seed, adapted, C

    def fit(self, X, y, groups):
        """Fit."""
        self.model = spectrum_baseline(self.sfreq, random_state=self.seed)[1:]
        self.model[-1].set_params(C=self.C)
        self.model.fit(self._features(X, groups), y)
        self.classes_ = self.model.classes_
        self.n_parameters = self.model[-1].coef_.size + self.model[-1].intercept_.size
        return self

    def predict_proba(self, X, groups):
        """Give the probabilities."""
        return self.model.predict_proba(self._features(X, groups))

    def _features(self, X, groups):
        features = log_spectra(X, self.sfreq)
        if self.adapted:
            means = features[:, ::2]  # beside them the deviations over the seconds, left alone
            for subject in np.unique(groups):
                rows = groups == subject
                observed = np.ma.masked_invalid(means[rows])
                means[rows] = (observed - observed.mean(axis=0)).filled(np.nan)
        return features


def _majority(task, seed):
    return Majority()


def _spectrum(task, seed, *, adapted=False, C):
    return Spectrum(task.sfreq, seed, adapted, C)


_C = ({"C": 1.0}, {"C": 0.01})
_LR = ({"lr": 4e-3}, {"lr": 1e-3})
_LR_OF_TRANSFORMERS = ({"lr": 5e-4}, {"lr": 1e-4})
_ASGPF = ("training", "asgpf")
_PRETRAINED = (*_ASGPF, "pretrainer")


def _changed(name, **options):
    """Change one thing of ASGPF; no setting is chosen, so that it is the only one."""
    return System(f"ASGPF, {name}", partial(Asgpf, **options), _LR[:1], _ASGPF)


def _switches():
    """Toggle alone the input, the read-out, the start of the weights, the messages and more."""
    yield _changed("as it is")
    yield from _as_released(switch for switch in SWITCHES if switch.name in _MAIN_SWITCHES)
    for messages in ("none", "starting"):
        yield _changed(f"messages={messages}", module__switches={"messages": messages})
    fixed = {"module__graph": "distance", "module__switches": {"messages": "starting"}}
    yield _changed("messages along the distance graph", **fixed)
    yield _changed("augmentation=None", augmentation=None)


def _details():
    """Toggle the other switches alone, and try other graphs and sizes."""
    yield _changed("as it is")
    yield from _as_released(
        switch for switch in SWITCHES if switch.name not in (*_MAIN_SWITCHES, *_NOT_IN_CLASSIFIER)
    )
    yield _changed("graph learned from distance", module__graph="distance")
    yield _changed("graph learned from coherence", module__graph="coherence")
    yield _changed("4 edges per electrode", module__top_k=4)
    seen = {"learner_input": "input_and_state"}
    yield _changed("learner_input=input_and_state", module__switches=seen)
    yield _changed("propagation=shared", module__switches={"propagation": "shared"})
    yield _changed("two layers", module__n_layers=2)
    yield _changed("five steps", module__n_propagation_steps=5)
    yield _changed("100 bins", module__n_bins=100)
    yield _changed("64 units", module__n_units=64)
    yield _changed("augmentation=published", augmentation="published")


def _as_released(switches):
    """Set each switch alone to what the released scripts do."""
    for switch in switches:
        if switch.released != switch.repaired:
            options = {"module__switches": {switch.name: switch.released}}
            yield _changed(f"{switch.name}={switch.released}", **options)


def _objectives():
    """Pre-train by each objective."""
    for objective in (FORECAST, *OBJECTIVES, "contrastive+masked", "neighbours+masked"):
        make = partial(Asgpf, pretrain=True, pretrainer__objective=objective)
        yield System(f"ASGPF pre-trained, {objective}", make, _LR[:1], _PRETRAINED)


SYSTEMS = (
    System("majority class", _majority, ({},)),
    System("spectrum only", _spectrum, _C),
    System("spectrum only adapted", partial(_spectrum, adapted=True), _C),
    System("ASGPF", Asgpf, _LR, _ASGPF),
    System("ASGPF light", partial(Asgpf, module__variant="light"), _LR, _ASGPF),
    System("ASGPF released", partial(Asgpf, module__variant="released"), _LR, _ASGPF),
    System("ASGPF mean of five", partial(Asgpf, n_trainings=5), _LR, _ASGPF),
    System("ASGPF adapted", partial(Asgpf, adaptation="patient"), _LR, _ASGPF),
    System("ASGPF pre-trained", partial(Asgpf, pretrain=True), _LR, _PRETRAINED),
    System(
        "ASGPF pre-trained adapted",
        partial(Asgpf, pretrain=True, adaptation="patient"),
        _LR,
        _PRETRAINED,
    ),
    System("pre-trained encoder probed", Probe, _C, ("pretrainer",)),
    System(
        "untrained encoder probed", partial(Probe, pretrainer__lr=0.0, pretrainer__max_epochs=1), _C
    ),
    System("LSTM", partial(Recurrent, "LSTM"), _LR, ("training",)),
    System("CNN-LSTM", partial(Recurrent, "CNN-LSTM"), _LR, ("training",)),
    System("EEGNet", partial(Braindecode, "EEGNet"), _LR, ("training",)),
    System("ShallowFBCSPNet", partial(Braindecode, "ShallowFBCSPNet"), _LR, ("training",)),
    System("Deep4Net", partial(Braindecode, "Deep4Net"), _LR, ("training",)),
    System(
        "EEGConformer", partial(Braindecode, "EEGConformer"), _LR_OF_TRANSFORMERS, ("training",)
    ),
    System("BIOT", partial(Braindecode, "BIOT"), _LR_OF_TRANSFORMERS, ("training",)),
    System("Labram", partial(Braindecode, "Labram"), _LR_OF_TRANSFORMERS, ("training",)),
)

#: Systems that are run when a group is asked for by name.
GROUPS = {
    "switches": tuple(_switches()),
    "details": tuple(_details()),
    "objectives": tuple(_objectives()),
    # What a user gets who sets nothing; of ten labelled subjects or more, some are not trained on.
    "defaults": (System("ASGPF as it comes", partial(Asgpf, as_it_comes=True), ({},), ("asgpf",)),),
}
