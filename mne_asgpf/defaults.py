"""The defaults of signals, windows and training, and the published settings."""

from typing import Any, NamedTuple

#: Sampling rate in Hz to which recordings are resampled.
SFREQ = 200.0
#: Length of a window in seconds.
CLIP_LEN = 12.0
#: Number of required channels that may be missing.
MAX_MISSING = 4
#: Number of classes of seizures: 4 or 8.
SCHEME = 4

_SCRIPTS = "the released scripts (commit 6205920)"
_TABLES = "used in the published tables; the scripts monitor the development loss"


class Setting(NamedTuple):
    """One setting of the training."""

    name: str  # A parameter of the estimator, or `optimizer`, `schedule` or `monitor`.
    classification: object  # The default in each estimator; None if there is none.
    pretraining: object
    published_classification: object  # The published value for each task.
    published_pretraining: object
    source: str  # Of the published values.


_COSINE = "cosine, one step per epoch"
SETTINGS = (
    Setting("objective", None, "within_patient", None, "forecast", _SCRIPTS),
    Setting("lr", 4e-3, 4e-3, 3e-4, 5e-4, _SCRIPTS),
    Setting("max_epochs", 20, 30, 60, 350, _SCRIPTS),
    Setting("batch_size", 16, 64, 48, 48, _SCRIPTS),
    Setting("optimizer", "Adam", "Adam", "Adam", "Adam", _SCRIPTS),
    Setting("schedule", _COSINE, _COSINE, _COSINE, _COSINE, _SCRIPTS),
    Setting("gradient_clip", 5.0, 5.0, 5.0, 5.0, _SCRIPTS),
    Setting("min_batches", 20, None, 1, None, "the scripts do not repeat windows"),
    Setting("patience", None, None, 5, None, _SCRIPTS),
    Setting("monitor", "valid_f1", None, "valid_f1", None, _TABLES),
    Setting("augmentation", "varied", None, "published", "published", _SCRIPTS),
    Setting("calibrate", True, None, False, None, _SCRIPTS),
    Setting("clip_len", CLIP_LEN, CLIP_LEN, 12.0, 12.0, _SCRIPTS),
    Setting("module__n_layers", 1, 1, 2, 3, _SCRIPTS),
    Setting("module__n_units", 32, 32, 64, 64, _SCRIPTS),
    Setting("module__drop_prob", 0.1, 0.1, 0.5, 0.5, _SCRIPTS),
)
CLASSIFICATION: dict[str, Any] = {setting.name: setting.classification for setting in SETTINGS}
PRETRAINING: dict[str, Any] = {setting.name: setting.pretraining for setting in SETTINGS}
_DONE = ("optimizer", "schedule", "monitor")  # not parameters


def published_settings(task):
    """Return the published parameters of an estimator for "classification" or "pretraining"."""
    values = {setting.name: getattr(setting, f"published_{task}") for setting in SETTINGS}
    return {
        name: value
        for name, value in values.items()
        if value is not None and name not in _DONE and not name.startswith("module__")
    } | {"module__variant": "released"}
