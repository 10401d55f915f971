"""The classes of windows: validation, and weights for the loss."""

import numpy as np
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, column_or_1d


def check_classes(y):
    """Check the classes given by a user, as scikit-learn does."""
    y = column_or_1d(check_array(y, ensure_2d=False, dtype=None, input_name="y"), warn=True)
    check_classification_targets(y)
    return y


def class_weights(class_weight, labels, classes):
    """Compute class weights, as scikit-learn does; a class without windows has weight 1."""
    present = np.isin(classes, labels)
    weights = np.ones(len(classes), np.float32)
    weights[present] = compute_class_weight(class_weight, classes=classes[present], y=labels)
    return weights
