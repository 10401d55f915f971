"""The published recipe: how both stages are trained unless told otherwise, and where it stands."""

from typing import NamedTuple

_SCRIPTS = "the released scripts (commit 6205920)"
_TABLES = "the published tables score by it; the scripts watch the development loss"


class Setting(NamedTuple):
    """One setting of the recipe.

    Parameters
    ----------
    name : str
        The parameter of the estimator that has it as its default; for ``optimizer``,
        ``schedule`` and ``monitor`` what is done.
    classification : object
        Its value in :class:`~mne_asgpf.ASGPFClassifier`; None where it has none.
    pretraining : object
        Its value in :class:`~mne_asgpf.ASGPFPretrainer`; None where it has none.
    source : str
        Where it stands.
    """

    name: str
    classification: object
    pretraining: object
    source: str


RECIPE = (
    Setting("lr", 3e-4, 5e-4, _SCRIPTS),
    Setting("max_epochs", 60, 350, _SCRIPTS),
    Setting("batch_size", 48, 48, _SCRIPTS),
    Setting("optimizer", "Adam", "Adam", _SCRIPTS),
    Setting("schedule", "cosine, a step an epoch", "cosine, a step an epoch", _SCRIPTS),
    Setting("gradient_clip", 5.0, 5.0, _SCRIPTS),
    Setting("patience", 5, None, _SCRIPTS),
    Setting("monitor", "valid_f1", None, _TABLES),
    Setting("augmentation", "published", "published", _SCRIPTS),
    Setting("clip_len", 12.0, 12.0, _SCRIPTS),
    Setting("module__n_layers", 2, 3, _SCRIPTS),
    Setting("module__n_units", 64, 64, _SCRIPTS),
    Setting("module__drop_prob", 0.5, 0.5, _SCRIPTS),
)
CLASSIFICATION = {setting.name: setting.classification for setting in RECIPE}
PRETRAINING = {setting.name: setting.pretraining for setting in RECIPE}
