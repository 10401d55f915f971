"""Scores of confidence: against scikit-learn, by hand, and on what is known to be calibrated."""

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from mne_asgpf import InputError
from mne_asgpf.evaluation import risk_coverage, score_calibration, score_sets
from mne_asgpf.viz import plot_reliability, plot_risk_coverage

CLASSES = ("CF", "GN", "AB")


def draw(n, temperature=1.0, seed=0):
    """Draw clips whose truth follows the probabilities, and give these at a temperature."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.standard_normal((n, 3))
    chance = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    codes = (chance.cumsum(1) < rng.random((n, 1))).sum(1)
    given = chance ** (1 / temperature)
    return np.array(CLASSES)[codes], given / given.sum(1, keepdims=True)


def test_overconfidence_is_a_calibration_error():
    y, calibrated = draw(20_000)
    _, boasting = draw(20_000, temperature=0.3)
    good, bad = (score_calibration(y, p, CLASSES, n_bootstrap=20) for p in (calibrated, boasting))
    assert good.calibration_error < 0.02 < 0.1 < bad.calibration_error
    assert good.log_loss < bad.log_loss
    assert good.brier < bad.brier


def test_bins_are_those_of_scikit_learn():
    y, p = draw(500)
    bins = score_calibration(y, p, CLASSES, n_bins=7, n_bootstrap=5).bins
    right = np.array(CLASSES)[p.argmax(1)] == y
    accuracy, confidence = calibration_curve(right, p.max(1), n_bins=7)
    np.testing.assert_allclose(bins["accuracy"], accuracy)
    np.testing.assert_allclose(bins["confidence"], confidence)
    assert bins["n_clips"].sum() == 500


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 100))
def test_errors_stay_within_bounds(n, n_bins, seed):
    y, p = draw(n, 0.5, seed)
    scores = score_calibration(y, p, CLASSES, n_bins=n_bins, n_bootstrap=5, random_state=0)
    assert 0 <= scores.calibration_error <= 1
    right = np.array(CLASSES)[p.argmax(1)] == y
    # Bins can only hide what is wrong.
    assert scores.calibration_error >= abs((p.max(1) - right).mean()) - 1e-9


def test_intervals_are_by_patient():
    # Each patient is all right or all wrong: 20 independent observations, not 200.
    y = np.repeat(["CF", "GN"] * 10, 10)
    p = np.tile([0.6, 0.4, 0.0], (200, 1))
    wide, narrow = (
        score_calibration(y, p, CLASSES, groups=groups, random_state=0).bins
        for groups in (np.repeat(np.arange(20), 10), None)
    )
    assert (wide["high"] - wide["low"])[0] > 2 * (narrow["high"] - narrow["low"])[0]
    single = score_calibration(y, p, CLASSES, groups=["a"] * 200)
    assert np.isnan(single.interval).all()


def test_risk_falls_where_the_least_confident_are_not_answered():
    y, p = draw(2000)
    table = risk_coverage(y, p, CLASSES, answered=[0.5, 0.8, 1.0], random_state=0)
    assert table["risk"].is_monotonic_increasing
    assert table["risk"].iloc[-1] == pytest.approx((np.array(CLASSES)[p.argmax(1)] != y).mean())
    np.testing.assert_allclose(table["answered"], [0.5, 0.8, 1.0], atol=1e-3)
    assert (table["low"] < table["risk"]).all()
    assert (table["risk"] < table["high"]).all()


def test_sets_count_each_patient_once():
    y = ["CF", "CF", "GN", "AB"]
    sets = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 1]], bool)
    (row,) = score_sets(y, sets, CLASSES, groups=["a", "a", "b", "b"]).to_dict("records")
    assert row["coverage"] == pytest.approx((0.5 + 1) / 2)
    assert row["mean_size"] == pytest.approx(7 / 4)
    (row,) = score_sets(y, sets, CLASSES, groups=["a", "a", "a", "b"]).to_dict("records")
    assert row["coverage"] == pytest.approx((2 / 3 + 1) / 2)


def test_logits_are_refused():
    with pytest.raises(InputError, match="does not sum to 1"):
        score_calibration(["CF"], [[3.0, -1.0, 0.0]], CLASSES)


def test_plots_show_bins_and_risks():
    matplotlib.use("Agg")
    y, p = draw(300)
    scores = score_calibration(y, p, CLASSES, n_bootstrap=10)
    axes = plot_reliability({"model": scores}, show=False).axes[0]
    np.testing.assert_allclose(
        axes.collections[1].get_offsets(), scores.bins[["confidence", "accuracy"]]
    )
    assert f"{scores.calibration_error:.3f}" in axes.get_legend().get_texts()[1].get_text()
    table = risk_coverage(y, p, CLASSES, n_bootstrap=10)
    axes = plot_risk_coverage(table, show=False).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), table["risk"])
    matplotlib.pyplot.close("all")
