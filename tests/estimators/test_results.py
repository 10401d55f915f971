"""What estimators return: tables, annotations, files, plots, and what is shown of it."""

import matplotlib
import matplotlib.pyplot as plt
import mne
import numpy as np
import pytest
from sklearn.base import clone

from mne_asgpf import (
    ASGPFClassifier,
    ASGPFPretrainer,
    ClipScores,
    RecordingForecast,
    RecordingTyping,
    score_clips,
)
from mne_asgpf.event_rule import EventRule
from mne_asgpf.events import Moments

matplotlib.use("agg")
CLASSES = ("bckg", "CF", "<b>GN</b>")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def typing():
    probabilities = np.array([[0.9, 0.05, 0.05], [0.2, 0.7, 0.1], [np.nan] * 3])
    rng = np.random.default_rng(0)
    info = mne.create_info(["Fp1", "F7"], 200.0, "eeg")
    starts, lengths, reasons = np.arange(3) * 12.0, np.full(3, 12.0), np.array(["", "", "flat"])
    reasons = reasons.astype(object)
    return RecordingTyping(
        raw=mne.io.RawArray(1e-6 * rng.standard_normal((2, 200 * 36)), info, verbose=False),
        classes=CLASSES,
        starts=starts,
        clip_len=12.0,
        lengths=lengths,
        probabilities=probabilities,
        reasons=reasons,
        node_logits=np.zeros((3, 2, 3)),
        graphs=np.zeros((3, 12, 2, 2)),
        moments=Moments(starts, starts + lengths, probabilities, reasons),
        rule=EventRule(step=None),
    )


@pytest.fixture
def forecast():
    past = np.ones((4, 2, 3))
    target = np.arange(2 * 2 * 3, dtype=float).reshape(2, 2, 3)
    return RecordingForecast(("Fp1", "Fp2"), 5.0, past, target, target + 1)


@pytest.fixture
def scores():
    y = np.repeat(CLASSES, 4)
    return score_clips(y, np.eye(3)[np.arange(12) % 3], CLASSES, groups=np.arange(12) % 5)


def test_windows_as_a_table(typing):
    table = typing.to_data_frame()
    assert [*table] == ["onset", "duration", *CLASSES, "not_assessable"]
    assert table["CF"].tolist()[:2] == [0.05, 0.7]
    assert table["not_assessable"].tolist() == ["", "", "flat"]


def test_seizures_as_annotations_and_files(typing, tmp_path):
    annotations = typing.to_annotations()
    assert [*annotations.description] == ["CF"]
    assert [*annotations.onset] == [12.0]
    assert not len(typing.to_annotations(typing.find_seizures(EventRule(0.95, step=None))))
    paths = typing.save(tmp_path, "one")
    assert [*mne.read_annotations(paths["annotations"]).onset] == [12.0]
    assert '"flat"' in paths["sidecar"].read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="already exists"):
        typing.save(tmp_path, "one")


def test_forecast_as_a_table(forecast):
    table = forecast.to_data_frame()
    assert table.loc[(10.0, "Fp1", 2)].tolist() == [forecast.target[1, 0, 2]] + [9.0]
    assert len(table) == forecast.target.size


@pytest.mark.parametrize(
    ("name", "plot"),
    [
        ("typing", lambda typing: typing.plot_probabilities(typing.find_seizures(), show=False)),
        ("typing", lambda t: t.plot_event(t.find_seizures().iloc[0], show=False)),
        ("forecast", lambda forecast: forecast.plot("Fp1", show=False)),
        ("scores", lambda scores: scores.plot_confusion(show=False)),
    ],
)
def test_results_plot_themselves(name, plot, request):
    figure = plot(request.getfixturevalue(name))
    assert figure.axes[0].has_data()


@pytest.mark.parametrize("name", ["typing", "forecast", "scores"])
def test_results_are_short_in_a_terminal_and_escaped_in_a_notebook(name, request):
    result = request.getfixturevalue(name)
    assert repr(result).startswith(f"<{type(result).__name__} | ")
    assert len(repr(result)) < 160
    html = result._repr_html_()
    assert "<table" in html
    assert "<b>" not in html


def test_what_is_shown_of_results(typing, forecast, scores):
    assert "3 windows of 12 s in 36 s, 1 not assessable" in repr(typing)
    assert "2 s from 9 s on, made from 4 s, 2 channels" in repr(forecast)
    assert isinstance(scores, ClipScores)
    assert f"weighted F1 {scores.weighted_f1:.3f}" in repr(scores)
    assert "12 clips of 5 patients" in repr(scores)


def test_estimators_show_what_was_changed():
    assert repr(ASGPFClassifier()) == "ASGPFClassifier()"
    assert repr(ASGPFPretrainer()) == "ASGPFPretrainer()"
    pretrainer = ASGPFPretrainer(lr=0.5)
    shown = "ASGPFClassifier(pretrained=ASGPFPretrainer(lr=0.5), module__n_layers=1)"
    assert repr(clone(ASGPFClassifier(pretrained=pretrainer, module__n_layers=1))) == shown


def test_estimators_fit_a_terminal():
    shown = repr(ASGPFClassifier(channels=["Fp1"] * 200, pretrained="model" * 100, freeze=1))
    assert max(map(len, shown.split("\n"))) <= 88
    assert len(shown) < 300
    assert "freeze=1" in shown
