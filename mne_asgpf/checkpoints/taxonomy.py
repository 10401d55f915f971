"""The meaning of the classes of a saved classifier when it was trained."""

from mne.utils import warn

from ..labels import BACKGROUND, CLASS_NAMES, LABELS, class_of, szcore_code
from .schema import SeizureClass


def class_taxonomy(classes, scheme):
    """Describe the classes."""
    return {
        name: SeizureClass(
            name=CLASS_NAMES[name],
            szcore=szcore_code(name),
            labels=[BACKGROUND]
            if name == BACKGROUND
            else [label for label in LABELS if class_of(label, scheme) == name],
        )
        for name in classes
        if name in CLASS_NAMES
    }


def warn_of_changed_classes(path, metadata):
    """Warn if the meaning of a saved classifier's classes has changed."""
    today = class_taxonomy(metadata.classes, metadata.estimator.scheme)
    other = [name for name, kind in metadata.taxonomy.items() if kind != today.get(name)]
    if other:
        warn(
            f"{path}: the taxonomy has changed since this model was trained; its classes "
            f"{', '.join(other)} are those described in its model.json."
        )
