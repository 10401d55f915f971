"""Predictions, probabilities and annotations say the same of the same time."""

import numpy as np
import pytest
import torch
from small_net import CLIP, classifier, make_raw, make_raws

from mne_asgpf.evaluation import type_probabilities
from mne_asgpf.events import given_seizure


@pytest.fixture(scope="module")
def fitted():
    return classifier(calibrate=False).fit(make_raws())  # its head is replaced


def _annotated(annotations, ends):
    """Tell of the end of each window whether it is in a seizure."""
    stops = annotations.onset + annotations.duration + 1e-6
    return [bool(((annotations.onset < end) & (end <= stops)).any()) for end in ends]


@pytest.mark.parametrize("background", [0.2, 0.45, 0.55])
def test_all_outputs_agree_where_background_is_the_most_probable_class(fitted, background):
    types = (1 - background) * np.array([0.4, 0.3, 0.2, 0.1])
    with torch.no_grad():
        fitted.module_.final_layer.weight.zero_()
        fitted.module_.final_layer.bias.copy_(torch.tensor([*types, background]).log())
    raw = make_raw(seconds=21)  # the last window overlaps
    predicted = fitted.predict(raw)
    assert set(predicted) == {"CF" if background < 0.5 else "bckg"}
    ends = fitted.type_recording(raw).starts + CLIP
    annotated = _annotated(fitted.predict_annotations(raw), ends)
    assert annotated == (predicted != "bckg").tolist()


def test_all_outputs_agree_for_a_trained_model():
    trained = classifier(max_epochs=15).fit(make_raws(10))
    for raw in make_raws(4, seconds=21):
        predicted = trained.predict(raw)
        ends = trained.type_recording(raw).starts + CLIP
        assert _annotated(trained.predict_annotations(raw), ends) == (predicted != "bckg").tolist()


def test_types_are_as_probable_where_no_seizure_is_possible():
    probabilities = np.array([[0.0, 0.0, 1.0], [0.1, 0.3, 0.6]])
    of_types, types = given_seizure(probabilities, ["CF", "GN", "bckg"])
    np.testing.assert_allclose(of_types, [[0.5, 0.5], [0.25, 0.75]])
    assert types == ("CF", "GN")


def test_scores_take_windows_that_exclude_a_seizure(fitted, monkeypatch):
    certain = np.eye(5)[[4, 0]]
    monkeypatch.setattr(type(fitted), "predict_proba", lambda *args: certain)
    probabilities = type_probabilities(fitted, certain, ("CF", "GN", "AB", "CT"))
    np.testing.assert_allclose(probabilities, [[0.25] * 4, [1, 0, 0, 0]])
