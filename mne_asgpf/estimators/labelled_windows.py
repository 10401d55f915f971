"""What the second stage learns from: windows of any input, with their classes."""

import numpy as np
from sklearn.utils import check_consistent_length
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, column_or_1d

from ..errors import InputError
from ..windows import recording_windows, typed_windows
from .adapting import adapt
from .inputs import given_windows
from .recordings import is_recordings, load_recordings
from .window_set import WindowSet


def labelled_windows(classifier, X, y=None, groups=None, *, reset):
    """Give the windows of an input with their classes.

    Parameters
    ----------
    classifier : ASGPFClassifier
        Its parameters say how recordings are cut.
    X : Raw | path-like | BIDSPath | list of them | Epochs | windows dataset | array
        EEG in volts.
    y : array-like, shape (n,) | None
        The class of each recording or, of what is no recording, of each window; None
        where the input brings them along.
    groups : array-like, shape (n,) | None
        The patient of each; None for what the input tells.
    reset : bool
        Whether the classifier is fitted on the very windows.

    Returns
    -------
    windows : WindowSet
        The windows.

    Raises
    ------
    InputError
        If there are no classes, or the input cannot be used.
    """
    y = None if y is None else _check_classes(y)
    if is_recordings(X):
        return _of_recordings(classifier, X, y, groups)
    windows = given_windows(classifier, X, groups, reset=reset)
    labels = windows.labels if y is None else y
    if labels is None:
        raise InputError(
            "y",
            "ASGPFClassifier requires y to be passed, but the target y is None",
            "give the class of each window",
        )
    check_consistent_length(windows, labels)
    return WindowSet(
        windows.windows,
        labels=labels,
        patients=windows.patients,
        classes=windows.classes if y is None else None,
        groups=windows.groups,
        spectra=windows.spectra,
    )


def _of_recordings(classifier, X, y, groups):
    raws, told = load_recordings(
        X,
        patients=groups,
        labelled=y is None,
        all_needed=y is not None,
        **classifier.wanted,
    )
    if y is None:
        windows = typed_windows(
            raws,
            scheme=classifier.scheme,
            clip_len=classifier.clip_len,
            first_clip_only=classifier.first_clip_only,
            background=classifier.background,
            descriptions=told,
            random_state=classifier.random_state,
        )
        classes = windows.classes
        labels = np.asarray(classes)[windows.get_metadata()["target"]]
    else:
        check_consistent_length(raws, y)
        # By number: one Raw may be given twice, and one without data has no windows.
        told = [row | {"number": number} for number, row in enumerate(told)]
        windows = recording_windows(
            raws, clip_len=classifier.clip_len, reject_by_annotation=True, descriptions=told
        )
        classes, labels = None, y[windows.get_metadata()["number"]]
    patients = windows.get_metadata()["patient"]
    windows = WindowSet(
        windows,
        labels=labels,
        patients=patients,
        classes=classes,
        groups=None if groups is None else patients,
    )
    return adapt(windows, classifier.adaptation, classifier.sfreq)


def class_weights(class_weight, labels, classes):
    """Weigh the classes, as scikit-learn does; one that no window is of weighs 1.

    Parameters
    ----------
    class_weight : dict | "balanced" | None
        Weight by class; "balanced": inverse to how often each occurs; None: all 1.
    labels : array, shape (n_windows,)
        The class of each window.
    classes : array, shape (n_classes,)
        All classes.

    Returns
    -------
    weights : array of float32, shape (n_classes,)
        One weight a class.
    """
    present = classes[np.isin(classes, labels)]
    weights = np.ones(len(classes), np.float32)
    weights[np.isin(classes, labels)] = compute_class_weight(
        class_weight, classes=present, y=labels
    )
    return weights


def _check_classes(y):
    y = column_or_1d(check_array(y, ensure_2d=False, dtype=None, input_name="y"), warn=True)
    check_classification_targets(y)
    return y
