"""The defaults of signals, windows and training, next to the published settings."""

from typing import NamedTuple

#: Sampling rate in Hz to which recordings are brought.
SFREQ = 200.0
#: Length of a window in seconds.
CLIP_LEN = 12.0
#: How many of the channels wanted may be missing.
MAX_MISSING = 4
#: How many classes seizures are typed in: 4 or 8.
SCHEME = 4

_SCRIPTS = "the released scripts (commit 6205920)"
_TABLES = "the published tables score by it; the scripts watch the development loss"


class Setting(NamedTuple):
    """One setting of the training.

    Parameters
    ----------
    name : str
        A parameter of the estimator; for ``optimizer``, ``schedule`` and ``monitor`` what is
        done.
    classification : object
        Its default in :class:`~mne_asgpf.ASGPFClassifier`; None where it has none.
    pretraining : object
        Its default in :class:`~mne_asgpf.ASGPFPretrainer`; None where it has none.
    published_classification : object
        Its published value in classification.
    published_pretraining : object
        Its published value in pre-training.
    source : str
        Where the published values stand.
    """

    name: str
    classification: object
    pretraining: object
    published_classification: object
    published_pretraining: object
    source: str


_COSINE = "cosine, a step an epoch"
SETTINGS = (
    Setting("objective", None, "neighbours", None, "forecast", _SCRIPTS),
    Setting("lr", 4e-3, 2e-3, 3e-4, 5e-4, _SCRIPTS),
    Setting("max_epochs", 20, 30, 60, 350, _SCRIPTS),
    Setting("batch_size", 16, 64, 48, 48, _SCRIPTS),
    Setting("optimizer", "Adam", "Adam", "Adam", "Adam", _SCRIPTS),
    Setting("schedule", _COSINE, _COSINE, _COSINE, _COSINE, _SCRIPTS),
    Setting("gradient_clip", 5.0, 5.0, 5.0, 5.0, _SCRIPTS),
    Setting("patience", 10, None, 5, None, _SCRIPTS),
    Setting("monitor", "valid_f1", None, "valid_f1", None, _TABLES),
    Setting("augmentation", "varied", "varied", "published", "published", _SCRIPTS),
    Setting("clip_len", CLIP_LEN, CLIP_LEN, 12.0, 12.0, _SCRIPTS),
    Setting("module__n_layers", 1, 1, 2, 3, _SCRIPTS),
    Setting("module__n_units", 32, 32, 64, 64, _SCRIPTS),
    Setting("module__drop_prob", 0.1, 0.1, 0.5, 0.5, _SCRIPTS),
)
CLASSIFICATION = {setting.name: setting.classification for setting in SETTINGS}
PRETRAINING = {setting.name: setting.pretraining for setting in SETTINGS}
_DONE = ("optimizer", "schedule", "monitor")  # no parameters


def published_settings(task):
    """Return the parameters of an estimator that trains as published.

    Parameters
    ----------
    task : "classification" | "pretraining"
        What the estimator is trained for.

    Returns
    -------
    parameters : dict
        Parameters of the task's estimator. Those of the module are the defaults of its
        released variant.
    """
    values = {setting.name: getattr(setting, f"published_{task}") for setting in SETTINGS}
    return {
        name: value
        for name, value in values.items()
        if value is not None and name not in _DONE and not name.startswith("module__")
    } | {"module__variant": "released"}
