"""Scores of clips, against scikit-learn and against counting by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, recall_score, roc_auc_score

from mne_asgpf.evaluation import compare_clips, score_clips, scores_table
from mne_asgpf.evaluation.bootstrap import (
    draw_patients,
    drawn_auroc,
    figures_of_confusions,
    patient_confusions,
)

CLASSES = ("CF", "GN", "AB", "CT")


def _clips(n, seed, skill=1.0, classes=CLASSES):
    rng = np.random.default_rng(seed)
    y = rng.choice(classes, n)
    logits = rng.normal(size=(n, len(CLASSES))) + skill * (y[:, None] == np.array(CLASSES))
    probabilities = np.exp(logits)
    return y, probabilities / probabilities.sum(axis=1, keepdims=True)


def test_scores_are_those_of_scikit_learn():
    y, probabilities = _clips(200, 0)
    scores = score_clips(y, probabilities, CLASSES, n_bootstrap=10)
    y_pred = np.array(CLASSES)[probabilities.argmax(axis=1)]
    order = np.argsort(CLASSES)
    assert scores.weighted_f1 == pytest.approx(f1_score(y, y_pred, average="weighted"))
    assert scores.balanced_accuracy == pytest.approx(balanced_accuracy_score(y, y_pred))
    assert scores.macro_auroc == pytest.approx(
        roc_auc_score(y, probabilities[:, order], multi_class="ovr", labels=np.sort(CLASSES))
    )
    assert scores.macro_f1 == pytest.approx(f1_score(y, y_pred, average="macro"))
    areas = [roc_auc_score(y == name, probabilities[:, i]) for i, name in enumerate(CLASSES)]
    assert scores.per_class["auroc"].tolist() == pytest.approx(areas)
    assert scores.confusion.loc["CF", "GN"] == ((y == "CF") & (y_pred == "GN")).sum()
    assert scores.per_class["support"].sum() == scores.n_clips == 200


def test_absent_classes_do_not_count():
    y, probabilities = _clips(40, 1, classes=["CF", "GN"])
    scores = score_clips(y, probabilities, CLASSES, n_bootstrap=10)
    recall = scores.per_class["recall"]
    assert scores.balanced_accuracy == pytest.approx(recall[["CF", "GN"]].mean())
    assert 0 < scores.macro_auroc < 1
    assert score_clips(["CF"] * 40, probabilities, CLASSES).macro_auroc is None


def test_interval_holds_the_score_and_repeats_with_the_seed():
    y, probabilities = _clips(120, 2)
    groups = np.repeat(np.arange(12), 10)
    scores = score_clips(y, probabilities, CLASSES, groups=groups, random_state=3)
    low, high = scores.interval
    assert low < scores.weighted_f1 < high
    assert scores.n_patients == 12
    again = score_clips(y, probabilities, CLASSES, groups=groups, random_state=3)
    assert again.interval == scores.interval


def test_clips_that_resemble_each_other_widen_the_interval():
    # Each patient is all right or all wrong: 20 independent observations, not 200.
    y = np.array(["CF", "GN"] * 100)
    right = np.repeat(np.arange(20) % 2 == 0, 10)
    p_cf = np.where((y == "CF") == right, 0.9, 0.1)
    probabilities = np.column_stack([p_cf, 1 - p_cf])
    by_clip, by_patient = (
        np.ptp(score_clips(y, probabilities, ["CF", "GN"], groups=g, random_state=0).interval)
        for g in (None, np.repeat(np.arange(20), 10))
    )
    assert by_patient > 2 * by_clip


def test_one_patient_has_no_interval():
    y, probabilities = _clips(20, 0)
    assert np.isnan(score_clips(y, probabilities, CLASSES, groups=["a"] * 20).interval).all()


@given(seed=st.integers(0, 1000))
def test_each_draw_of_patients_is_scored_as_scikit_learn_weighs_it(seed):
    y, probabilities = _clips(40, seed)
    patients = np.repeat(np.arange(8), 5)
    drawn = draw_patients(patients, 3, seed)
    y_pred = np.array(CLASSES)[probabilities.argmax(axis=1)]
    of_draws = figures_of_confusions(drawn, patient_confusions(y, y_pred, CLASSES, patients))
    scores = probabilities[:, 0].round(1)  # with ties
    areas = drawn_auroc(drawn, y == "CF", scores, patients)
    for row, times, area in zip(of_draws.itertuples(), drawn, areas, strict=True):
        weights = times[patients]
        present = sorted(set(y[weights > 0]))
        averages = {"labels": present, "sample_weight": weights, "zero_division": 0}
        assert row.macro_f1 == pytest.approx(f1_score(y, y_pred, average="macro", **averages))
        weighted = f1_score(y, y_pred, average="weighted", **averages)
        assert row.weighted_f1 == pytest.approx(weighted)
        recall = recall_score(y, y_pred, average="macro", **averages)
        assert row.balanced_accuracy == pytest.approx(recall)
        if len({*(y[weights > 0] == "CF")}) == 2:
            assert area == pytest.approx(roc_auc_score(y == "CF", scores, sample_weight=weights))


@settings(deadline=None, max_examples=25)
@given(n=st.integers(2, 40), seed=st.integers(0, 1000))
def test_bootstrap_f1_is_bounded_and_follows_a_perfect_classifier(n, seed):
    y, probabilities = _clips(n, seed)
    low, high = score_clips(y, probabilities, CLASSES, n_bootstrap=50, random_state=0).interval
    assert 0 <= low <= high <= 1
    perfect = (y[:, None] == np.array(CLASSES)).astype(float)
    assert score_clips(y, perfect, CLASSES, n_bootstrap=50).interval == (1, 1)


@pytest.mark.parametrize(
    ("y", "probabilities", "groups", "problem"),
    [
        (["CF"], [[1, 0]], None, "shape"),
        (["mysz"], [[1, 0, 0, 0]], None, "unknown classes: mysz"),
        ([], np.empty((0, 4)), None, "empty"),
        (["CF"], [[np.nan, 0, 0, 0]], None, "NaN"),
        (["CF"], [[1, 0, 0, 0]], ["a", "b"], "has length 2, expected 1"),
    ],
)
def test_input_that_does_not_fit_is_refused(y, probabilities, groups, problem):
    with pytest.raises(ValueError, match=problem):
        score_clips(y, probabilities, CLASSES, groups=groups)


def test_tables():
    scores = score_clips(*_clips(30, 0), CLASSES, n_bootstrap=10)
    table = scores_table({"a": scores, "b": scores})
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["b", "weighted_f1"] == scores.weighted_f1
    assert "precision" in scores._repr_html_()


def test_paired_difference():
    y, good = _clips(60, 0)
    poor = np.roll(good, 1, axis=0)
    patients = np.arange(60) // 3
    difference, (low, high) = compare_clips(y, good, poor, CLASSES, groups=patients)
    ours, theirs = (score_clips(y, p, CLASSES).weighted_f1 for p in (good, poor))
    assert difference == pytest.approx(ours - theirs)
    assert low < difference < high
    assert compare_clips(y, good, good, CLASSES, groups=patients) == (0, (0, 0))
    with pytest.raises(ValueError, match="shape"):
        compare_clips(y, good, poor[1:], CLASSES)
