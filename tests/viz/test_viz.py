"""Pictures: what they show, not how it looks."""

from itertools import pairwise

import matplotlib
import matplotlib.pyplot as plt
import mne
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from scipy.spatial.distance import pdist

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.errors import InputError
from mne_asgpf.evaluation import score_clips, scores_table
from mne_asgpf.event_table import make_event_table
from mne_asgpf.labels import CLASS_SCHEMES
from mne_asgpf.viz import (
    event_pages,
    plot_confusion,
    plot_event,
    plot_graph,
    plot_graphs,
    plot_label_efficiency,
    plot_node_evidence,
    plot_probabilities,
    plot_scores,
    plot_training,
)
from mne_asgpf.viz.colours import class_colours, patch_styles
from mne_asgpf.viz.traces import choose_sensitivity

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


def test_label_efficiency_keeps_systems_numbers_and_intervals():
    rows = [("a", 5, 0.3), ("a", 100, 0.7), ("b", 100, 0.6), ("b", 5, 0.2)]
    table = pd.DataFrame(rows, columns=["system", "n_labelled", "f1"])
    table = table.assign(f1_low=table["f1"] - 0.1, f1_high=table["f1"] + 0.2)
    (axes,) = plot_label_efficiency(table, score="f1", label="F1", show=False).axes
    assert [bars.get_label() for bars in axes.containers] == ["a", "b"]
    for bars, scores in zip(axes.containers, ([0.3, 0.7], [0.2, 0.6]), strict=True):
        line, _, (segments,) = bars
        assert line.get_ydata().tolist() == scores
        ends = [segment[:, 1] for segment in segments.get_segments()]
        np.testing.assert_allclose(ends, [[score - 0.1, score + 0.2] for score in scores])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["5", "100"]
    assert all(_labels(axes))


def test_long_recordings_are_drawn_in_hours():
    starts = np.arange(0, 6 * 3600, 12.0)
    probabilities = np.tile([0.1, 0.1, 0.8], (len(starts), 1))
    lanes = plot_probabilities(probabilities, CLASSES, starts, 12.0, EVENTS, show=False).axes[1]
    shown = [tick.get_text() for tick in lanes.get_xticklabels() if tick.get_text()]
    assert {"1", "2", "6"} <= set(shown)
    assert lanes.get_xlabel() == "Time (h)"


def test_blinks_do_not_flatten_the_other_traces(raw):
    raw.load_data()
    quiet = choose_sensitivity(raw, 0, 40, montage="bipolar")
    for name in ("Fp1", "Fp2"):
        raw._data[raw.ch_names.index(name)] += 1e-3 * (raw.times % 4 < 0.4)
    assert choose_sensitivity(raw, 0, 40, montage="bipolar") == quiet


def test_event_traces_have_names_a_scale_and_a_common_time_axis(raw):
    figure = plot_event(raw, EVENTS.iloc[0], **WINDOWS, montage="referential", show=False)
    traces, strip = figure.axes
    names = [t.get_text() for t in traces.get_yticklabels()]
    assert sorted(names) == sorted(ELECTRODES)
    assert names[:2] == ["Fp1", "F7"]
    assert {"Left", "Midline", "Right"} <= set(_texts(traces))
    assert any("µV" in text for text in _texts(traces))
    assert sum("missing" in text for text in _texts(traces)) == 1
    assert traces.get_xlim() == strip.get_xlim() == (2, 22)
    assert "(s)" in strip.get_xlabel()
    assert "1\N{EN DASH}40 Hz, negative up" in traces.get_title()


def _sine(raw, microvolts):
    raw.load_data()
    raw._data[:] = 0
    raw._data[raw.ch_names.index("F7")] = microvolts * 1e-6 * np.sin(20 * np.pi * raw.times)
    return raw


def _trace(figure, name):
    """Give a trace in microvolts, up being positive."""
    traces = figure.axes[0]
    names = [t.get_text() for t in traces.get_yticklabels()]
    row = traces.get_yticks()[names.index(name)]
    scale = float(next(t for t in _texts(traces) if "µV" in t).split()[0])
    return (traces.lines[names.index(name)].get_ydata() - row) * scale


@pytest.mark.parametrize("negative_up", [True, False])
def test_event_traces_keep_their_amplitude_and_polarity(raw, negative_up):
    options = {"negative_up": negative_up, "show": False}
    wave = 50 * np.sin(20 * np.pi * np.arange(2, 22, 1 / 200)) * (-1 if negative_up else 1)
    figures = {
        montage: plot_event(_sine(raw, 50), EVENTS.iloc[0], **WINDOWS, montage=montage, **options)
        for montage in ("referential", "bipolar")
    }
    for name, montage, sign in (
        ("F7", "referential", 1), ("F7-T7", "bipolar", 1), ("Fp1-F7", "bipolar", -1)
    ):  # fmt: skip
        shown = _trace(figures[montage], name)[: len(wave)]
        assert np.corrcoef(shown, sign * wave)[0, 1] > 0.99
        assert np.abs(shown).max() == pytest.approx(50, rel=0.03)


def test_event_traces_are_filtered_to_the_pass_band(raw):
    options = {"montage": "referential", "band": (15.0, 70.0), "show": False}
    figure = plot_event(_sine(raw, 50), EVENTS.iloc[0], **WINDOWS, **options)  # of 10 Hz
    assert np.abs(_trace(figure, "F7")).max() < 5
    assert "15\N{EN DASH}70 Hz" in figure.axes[0].get_title()


@pytest.mark.parametrize(("page", "n_windows"), [((0, 10), 1), ((5, 20), 2), ((30, 40), 0)])
def test_a_page_draws_the_windows_that_it_shows(raw, page, n_windows):
    windows = WINDOWS | {name: WINDOWS[name][:2] for name in ("probabilities", "starts")}
    tmin, tmax = page
    figure = plot_event(raw, EVENTS.iloc[0], **windows, tmin=tmin, tmax=tmax, show=False)
    strip = figure.axes[1]
    bands = [patch for patch in strip.patches if hasattr(patch, "get_data")]
    assert [len(band.get_data().values) for band in bands] == [n_windows] * 3 * bool(n_windows)
    assert strip.get_ylabel() == "Probability"


def test_double_banana_has_18_derivations_and_marks_missing_ones(raw):
    traces = plot_event(raw, EVENTS.iloc[0], **WINDOWS, show=False).axes[0]
    names = [t.get_text() for t in traces.get_yticklabels()]
    assert len(names) == 18
    assert names[0] == "Fp1-F7"
    assert names[-1] == "P8-O2"
    # C3, the electrode that is missing, is in two of them.
    assert sum("missing" in text for text in _texts(traces)) == 2


def test_double_banana_needs_two_neighbours(raw):
    with pytest.raises(ValueError, match="not contain a pair"):
        plot_event(raw.pick(["Fp1", "Pz"]), EVENTS.iloc[0], **WINDOWS, show=False)


def test_event_at_the_edge_of_a_short_recording(raw):
    short = raw.copy().crop(0, 4)
    event = {"onset": 0.0, "duration": 5.0, "label": "CF", "confidence": 1.0}
    figure = plot_event(short, event, **WINDOWS, show=False)
    assert figure.axes[0].get_xlim() == (0, 4)


@given(
    onset=st.floats(0, 1000), length=st.floats(0, 500), rest=st.floats(0.1, 50),
    page_length=st.floats(2, 60),
)  # fmt: skip
def test_pages_show_an_event_from_before_to_after(onset, length, rest, page_length):
    end = onset + length + rest
    pages = event_pages({"onset": onset, "duration": length}, end, page_length=page_length)
    assert pages[0][0] == max(onset - 10, 0)
    assert min(onset + length + 10, end) <= pages[-1][1] + 1e-9 <= end + 1e-6
    for (_, stop), (start, _) in pairwise(pages):
        assert start == pytest.approx(stop)


# Machado, Oliveira and Fernandes 2009, severity 1.
_COLOUR_BLIND = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "neither": np.eye(3),
}


def _lab(colours, vision):
    """Give CIE L*a*b* (D65) of colours as somebody sees them."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.transpose(vision), 0, 1)
    to_xyz = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
    xyz = linear @ np.transpose(to_xyz) / [0.9505, 1, 1.0888]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


@pytest.mark.parametrize("vision", _COLOUR_BLIND)
@pytest.mark.parametrize(("scheme", "least"), [(4, 30), (8, 15)])
def test_classes_are_distinct_in_grey(vision, scheme, least):
    classes = [*CLASS_SCHEMES[scheme], "bckg"]
    colours = class_colours(classes)
    lab = _lab([colours[name] for name in classes], _COLOUR_BLIND[vision])
    assert pdist(lab).min() > least
    assert len({style["hatch"] for style in patch_styles(classes[:-1]).values()}) == scheme


def test_probabilities_are_stacked_up_to_one():
    figure = plot_probabilities(
        **WINDOWS, events=EVENTS, truth=EVENTS.assign(label="mysz"), show=False
    )
    strip, lanes = figure.axes
    assert np.allclose(strip.patches[-1].get_data().values, 1)
    assert [t.get_text() for t in lanes.get_yticklabels()] == ["Model", "Given"]
    assert "another type" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_probabilities_leave_a_gap_where_no_window_is():
    windows = WINDOWS | {"starts": np.array([0, 12, 60, 72.0])}
    strip = plot_probabilities(**windows, show=False).axes[0]
    data = strip.patches[0].get_data()
    assert data.edges.tolist() == [0, 12, 24, 60, 72, 84]
    assert np.isnan(data.values).tolist() == [False, False, True, False, False]


def test_probabilities_mark_what_cannot_be_assessed():
    windows = WINDOWS | {"probabilities": WINDOWS["probabilities"].copy()}
    windows["probabilities"][1] = np.nan
    figure = plot_probabilities(**windows, show=False)
    unknown = figure.axes[0].patches[-1]
    assert unknown.get_label() == "not assessable"
    assert np.isfinite(unknown.get_data().values).tolist() == [False, True, False, False]


def test_topomap_names_what_is_missing():
    values = np.linspace(-1, 2, 19)
    values[3] = np.nan
    figure = plot_node_evidence(values, ELECTRODES, show=False)
    texts = _texts(figure.axes[0])
    assert f"missing: {ELECTRODES[3]}" in texts
    assert set(texts) >= set(ELECTRODES) - {ELECTRODES[3]}
    low, high = figure.axes[0].images[0].get_clim()
    assert -low == high >= 2
    assert "logit" in figure.axes[1].get_ylabel()


@pytest.mark.parametrize(
    "names", [["Cz"], ["F3", "F4", "P3", "P4"], ["T7", "C3", "Cz", "C4", "T8"]]
)
def test_a_topomap_needs_electrodes_to_interpolate_between(names):
    n_open = len(plt.get_fignums())
    with pytest.raises(InputError, match="no topographic plot of .* alone.*Remedy"):
        plot_node_evidence(np.arange(len(names)), names, show=False)
    assert len(plt.get_fignums()) == n_open


def test_topomap_does_not_saturate():
    values = 3 + np.linspace(0, 0.1, 19)
    image = plot_node_evidence(values, ELECTRODES, show=False).axes[0].images[0]
    shown = image.norm(image.get_array().compressed())
    assert (shown.min(), shown.max()) == pytest.approx((0, 1))


def test_graphs_share_their_colours():
    early, late = np.zeros((2, 19, 19))
    early[0, 1], late[0, 1] = 1, 3
    figure = plot_graphs({"Early": early, "Late": late}, ELECTRODES, show=False)
    assert [a.get_title()[:5] for a in figure.axes[:2]] == ["Early", "Late:"]
    edges = [c for a in figure.axes for c in a.collections if isinstance(c, LineCollection)]
    assert [lines.norm.vmax for lines in edges[:2]] == [3, 3]


def test_graph_draws_the_strongest_pairs():
    weights = np.zeros((19, 19))
    weights[0, 1], weights[5, 2], weights[7, 7] = 1, 3, 9
    figure = plot_graph(weights, ELECTRODES, top=1 / 171, show=False)
    head, matrix = figure.axes[:2]
    edges = next(c for c in head.collections if isinstance(c, LineCollection))
    assert edges.get_array().tolist() == [1.5]  # F7-F3 and none of the rest
    assert matrix.images[0].get_clim() == (0, 3)
    assert set(_texts(head)) >= set(ELECTRODES)


def test_graph_without_an_edge_is_plotted():
    plot_graph(np.zeros((19, 19)), ELECTRODES, show=False)
    plot_graph(np.full((19, 19), np.nan), ELECTRODES, show=False)


@pytest.mark.parametrize(
    ("shape", "names", "problem"),
    [((3, 2), ["Fz", "Cz"], "shape"), ((1, 1), ["X9"], "unknown 10-20 position")],
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
