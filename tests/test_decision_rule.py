"""Predictions, probabilities and annotations say the same of the same time."""

import numpy as np
import pytest
import torch
from small_net import CLIP, classifier, make_raw, make_raws


@pytest.fixture(scope="module")
def fitted():
    return classifier().fit(make_raws())


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
    ends = fitted.describe(raw).starts + CLIP
    annotated = _annotated(fitted.predict_annotations(raw), ends)
    assert annotated == (predicted != "bckg").tolist()


def test_all_outputs_agree_for_a_trained_model():
    trained = classifier(max_epochs=15).fit(make_raws(10))
    for raw in make_raws(4, seconds=21):
        predicted = trained.predict(raw)
        ends = trained.describe(raw).starts + CLIP
        assert _annotated(trained.predict_annotations(raw), ends) == (predicted != "bckg").tolist()
