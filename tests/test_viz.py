"""Pictures: what they show, not how it looks."""

import matplotlib
import mne
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.evaluation import score_clips, scores_table
from mne_asgpf.event_table import make_event_table
from mne_asgpf.viz import (
    plot_confusion,
    plot_event,
    plot_graph,
    plot_label_efficiency,
    plot_node_evidence,
    plot_probabilities,
    plot_scores,
    plot_training,
)

CLASSES = ["CF", "GN", "bckg"]
WINDOWS = {
    "probabilities": np.array([[0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0, 0.1, 0.9]]),
    "classes": CLASSES,
    "starts": np.arange(4) * 12.0,
    "clip_len": 12.0,
}
EVENTS = make_event_table([{"onset": 12, "duration": 24, "label": "CF", "confidence": 0.6}])


@pytest.fixture(autouse=True)
def _close():
    matplotlib.use("Agg")
    yield
    matplotlib.pyplot.close("all")


@pytest.fixture
def raw():
    rng = np.random.default_rng(0)
    data = 30e-6 * rng.normal(size=(19, 48 * 200))
    data[4] = np.nan
    raw = mne.io.RawArray(data, mne.create_info(list(ELECTRODES), 200, "eeg"), verbose="error")
    raw.info["bads"] = [ELECTRODES[4]]
    return raw


def _scores():
    y = np.repeat(["CF", "GN"], [3, 1])
    return score_clips(y, [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]], CLASSES, n_bootstrap=5)


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def _labels(axes):
    return axes.get_xlabel(), axes.get_ylabel()


def test_confusion_shows_counts_and_shares():
    figure = plot_confusion(_scores(), show=False)
    assert _texts(figure.axes[0])[:2] == ["2\n67 %", "1\n33 %"]
    assert all(_labels(figure.axes[0]))


def test_scores_lie_at_their_values():
    table = scores_table({"model": _scores(), "baseline": _scores()})
    figure = plot_scores(table, show=False)
    dots = figure.axes[0].lines[0]
    assert dots.get_xdata().tolist() == table["weighted_f1"].tolist()
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["model", "baseline"]


def test_label_efficiency_keeps_systems_shares_and_intervals():
    rows = [("a", 0.05, 0.3), ("a", 1.0, 0.7), ("b", 1.0, 0.6), ("b", 0.05, 0.2)]
    table = pd.DataFrame(rows, columns=["system", "fraction", "weighted_f1"])
    table = table.assign(low=table["weighted_f1"] - 0.1, high=table["weighted_f1"] + 0.2)
    (axes,) = plot_label_efficiency(table, show=False).axes
    assert [bars.get_label() for bars in axes.containers] == ["a", "b"]
    for bars, scores in zip(axes.containers, ([0.3, 0.7], [0.2, 0.6]), strict=True):
        line, _, (segments,) = bars
        assert line.get_ydata().tolist() == scores
        ends = [segment[:, 1] for segment in segments.get_segments()]
        np.testing.assert_allclose(ends, [[score - 0.1, score + 0.2] for score in scores])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["5", "100"]
    assert all(_labels(axes))


def test_event_traces_have_names_a_scale_and_a_common_time_axis(raw):
    figure = plot_event(raw, EVENTS.iloc[0], **WINDOWS, show=False)
    traces, strip = figure.axes
    assert [t.get_text() for t in traces.get_yticklabels()] == list(ELECTRODES)
    assert any("µV" in text for text in _texts(traces))
    assert sum("missing" in text for text in _texts(traces)) == 1
    assert traces.get_xlim() == strip.get_xlim() == (7, 37)
    assert "(s)" in strip.get_xlabel()


def test_event_traces_keep_their_amplitude(raw):
    raw.load_data()
    raw._data[:] = 50e-6 * np.sin(2 * np.pi * 10 * raw.times)
    traces = plot_event(raw, EVENTS.iloc[0], **WINDOWS, show=False).axes[0]
    scale = int(next(t for t in _texts(traces) if "µV" in t).split()[0])
    assert np.abs(traces.lines[0].get_ydata()).max() * scale == pytest.approx(50, rel=0.02)


def test_event_at_the_edge_of_a_short_recording(raw):
    short = raw.copy().crop(0, 4)
    event = {"onset": 0.0, "duration": 5.0, "label": "CF", "confidence": 1.0}
    figure = plot_event(short, event, **WINDOWS, show=False)
    assert figure.axes[0].get_xlim() == (0, 4)


def test_probabilities_are_stacked_up_to_one():
    figure = plot_probabilities(
        **WINDOWS, events=EVENTS, truth=EVENTS.assign(label="mysz"), show=False
    )
    strip, lanes = figure.axes
    assert np.allclose(strip.patches[-1].get_data().values, 1)
    assert [t.get_text() for t in lanes.get_yticklabels()] == ["Found", "Labels"]
    assert "another type" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_probabilities_leave_a_gap_where_no_window_is():
    windows = WINDOWS | {"starts": np.array([0, 12, 60, 72.0])}
    strip = plot_probabilities(**windows, show=False).axes[0]
    data = strip.patches[0].get_data()
    assert data.edges.tolist() == [0, 12, 24, 60, 72, 84]
    assert np.isnan(data.values).tolist() == [False, False, True, False, False]


def test_topomap_names_what_is_missing():
    values = np.linspace(-1, 2, 19)
    values[3] = np.nan
    figure = plot_node_evidence(values, ELECTRODES, show=False)
    texts = _texts(figure.axes[0])
    assert f"missing: {ELECTRODES[3]}" in texts
    assert set(texts) >= set(ELECTRODES) - {ELECTRODES[3]}
    assert figure.axes[0].images[0].get_clim() == (-2, 2)
    assert "logit" in figure.axes[1].get_ylabel()


def test_graph_draws_the_strongest_pairs():
    weights = np.zeros((19, 19))
    weights[0, 1], weights[5, 2], weights[7, 7] = 1, 3, 9
    figure = plot_graph(weights, ELECTRODES, top=1 / 171, show=False)
    head, matrix = figure.axes[:2]
    edges = next(c for c in head.collections if isinstance(c, LineCollection))
    assert edges.get_array().tolist() == [1.5]  # F7-F3 and none of the rest
    assert matrix.images[0].get_clim() == (0, 3)
    assert set(_texts(head)) >= set(ELECTRODES)


def test_graph_without_an_edge_is_no_error():
    plot_graph(np.zeros((19, 19)), ELECTRODES, show=False)
    plot_graph(np.full((19, 19), np.nan), ELECTRODES, show=False)


@pytest.mark.parametrize(
    ("shape", "names", "problem"),
    [((3, 2), ["Fz", "Cz"], "shape"), ((1, 1), ["X9"], "no 10-20 position")],
)
def test_graphs_that_do_not_fit_are_refused(shape, names, problem):
    with pytest.raises(ValueError, match=problem):
        plot_graph(np.ones(shape), names, show=False)


def test_training_marks_the_best_epoch():
    history = [{"train_loss": 3, "valid_loss": v} for v in (2.0, 1.0, 1.5)]
    axes = plot_training(history, label="RMSE (ln µV)", show=False).axes[0]
    assert "lowest, 1.000 in epoch 2" in axes.get_legend_handles_labels()[1]
    assert len(plot_training([{"train_loss": 1.0}], show=False).axes[0].lines) == 1


def test_axes_that_are_given_are_used():
    figure, axes = matplotlib.pyplot.subplots()
    assert plot_confusion(_scores(), axes=axes, show=False) is figure
