"""What scikit-learn asks of an estimator, asked of ours with a tiny net and one epoch."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer

# A sample a second and one bin a second: rows of any length are windows.
TINY = dict(
    sfreq=1.0,
    channels=("Cz",),
    module__n_bins=1,
    module__n_units=6,
    module__n_layers=1,
    module__n_propagation_steps=1,
    module__graph_hidden_size=2,
    module__n_heads=1,
    module__drop_prob=0.0,
    augmentation=None,
    max_epochs=1,
    lr=0.1,
    train_split=None,
    batch_size=16,
    # Alone, each window is computed by the same instructions wherever it stands.
    iterator_valid__batch_size=1,
    random_state=0,
    verbose=0,
)


@pytest.mark.filterwarnings(
    # The checks' numbers are not volts.
    "ignore:X. the typical amplitude:RuntimeWarning",
    "ignore:X. every channel is flat:RuntimeWarning",
    "ignore:Not assessable:RuntimeWarning",
    # skorch looks at some parameters as soon as they are set.
    "ignore:TypeError occurred during set_params:UserWarning",
    "ignore:Estimator's parameters changed after set_params raised TypeError:UserWarning",
)
@parametrize_with_checks(
    [ASGPFClassifier(min_batches=1, **TINY), ASGPFPretrainer(**TINY)],
    expected_failed_checks=lambda estimator: {
        "check_no_attributes_set_in_init": "skorch sets attributes of its own in __init__"
    },
)
def test_scikit_learn(estimator, check):
    check(estimator)
