"""Reports say what they must, and nothing of the person."""

import re
from datetime import UTC, datetime

import matplotlib
import mne
import numpy as np
import pandas as pd
import pytest

import mne_asgpf
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.evaluation import score_clips
from mne_asgpf.event_table import make_event_table
from mne_asgpf.events import find_seizures
from mne_asgpf.report import add_corpus, add_recording, add_scores, add_training, save_report

CLASSES = ["CF", "GN", "bckg"]


@pytest.fixture(autouse=True)
def _agg():
    matplotlib.use("Agg")


@pytest.fixture
def report():
    return mne.Report(title="Test", verbose="error")


@pytest.fixture
def recording():
    """A recording of 36 s with a seizure in its middle, as the model gives it back."""
    rng = np.random.default_rng(0)
    data = 30e-6 * rng.normal(size=(19, 36 * 100))
    data[4] = np.nan
    raw = mne.io.RawArray(data, mne.create_info(list(ELECTRODES), 100, "eeg"), verbose="error")
    raw.set_meas_date(datetime(2001, 2, 3, tzinfo=UTC))
    raw.info["subject_info"] = {"his_id": "secret", "last_name": "Surname"}
    probabilities = np.array([[0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    found = {
        "probabilities": probabilities,
        "classes": CLASSES,
        "starts": np.arange(3) * 12.0,
        "clip_len": 12.0,
    }
    evidence = rng.normal(size=(3, 19, 3))
    evidence[1, 7, 0] = 9
    evidence[1, 4, 0] = 99  # the missing channel
    return {
        "raw": raw,
        "events": find_seizures(**found),
        "node_evidence": evidence,
        "graphs": rng.uniform(size=(3, 12, 19, 19)),
    } | found


def _text(report):
    return re.sub(r"base64,[^\"]*", "", "\n".join(report.html))


def test_recording_section_is_complete(report, recording):
    add_recording(report, **recording, details={"Model": "abc 1.0"}, synthetic=True)
    text = _text(report)
    assert "combined focal (CF)" in text
    assert "12.0" in text
    assert "abc 1.0" in text
    assert f"Strongest: {ELECTRODES[7]}" in text  # not the missing channel
    # Probabilities, electrodes, graph, and two pages of traces in each of two montages.
    assert text.count("<img") == 3 + 4
    for title in ("1 event", "bipolar, 2\N{EN DASH}22 s", "referential, 22\N{EN DASH}36 s"):
        assert title in text
    assert not matplotlib.pyplot.get_fignums()


def test_notices_are_on_every_table_and_figure(report, recording):
    add_recording(report, **recording, synthetic=True)
    text = _text(report)
    assert text.count("Not a medical device") == 2
    assert text.count("Synthetic data") == 2 + 7
    assert mne_asgpf.__version__ in text


def test_real_data_is_not_called_synthetic_nor_named(report, recording, tmp_path):
    add_recording(report, **recording)
    path = save_report(report, tmp_path / "r.html")
    text = re.sub(r"base64,[^\"]*", "", path.read_text(encoding="utf-8"))
    for word in ("ynthetic", "secret", "Surname", "2001"):
        assert word not in text.split("</head>")[-1]


def test_recording_without_events_or_evidence(report, recording):
    for name in ("node_evidence", "graphs"):
        recording.pop(name)
    recording["events"] = make_event_table()
    add_recording(report, **recording)
    text = _text(report)
    assert "No events" in text and ">Onset (s)<" not in text
    assert "No event was found" in text
    # The time that comes nearest to an event is shown all the same.
    assert "highest seizure probability is 0.90" in text
    assert "event's windows" not in text
    assert "Highest probability, bipolar, 2\N{EN DASH}22 s" in text


def test_an_event_of_hours_does_not_fill_the_page(report, recording):
    recording["events"] = make_event_table([{"onset": 0, "duration": 36, "label": "CF"}])
    for name in ("node_evidence", "graphs"):
        recording.pop(name)
    add_recording(report, **recording, page_length=1.5)
    text = _text(report)
    assert text.count("<img") == 1 + 2 * 15
    assert "The first 15 of 24 pages are shown" in text


def test_recording_that_cannot_be_assessed_at_all(report, recording):
    recording["events"] = make_event_table()
    recording["probabilities"] = np.full((3, 3), np.nan)
    add_recording(report, **recording)
    assert _text(report).count("<img") == 1


def test_a_report_does_without_a_figure_that_cannot_be_drawn(report, recording):
    kept = [ELECTRODES.index(name) for name in ("F3", "F4", "P3", "P4")]  # on a circle
    recording["raw"].load_data()._data[np.setdiff1d(np.arange(19), kept)] = np.nan
    add_recording(report, **recording)
    assert "Strongest:" not in _text(report)
    assert "learned graph" in _text(report)


@pytest.mark.parametrize("how", ["label", "threshold"])
def test_an_event_can_be_not_sure(report, recording, how):
    options = {"min_confidence": 0.9}
    if how == "label":
        recording["events"]["label"] = "not sure"
        options = {}
    add_recording(report, **recording, **options)
    (row,) = [row for row in _rows("".join(report.html)) if row[0] == "1"]
    assert row[3] == "not sure, most probably combined focal (CF)"


def test_times_have_their_error_and_further_columns_are_shown(report, recording):
    recording["events"] = recording["events"].assign(onset_error=1.5, end_error=4, n_votes=3)
    add_recording(report, **recording)
    heads, row = [row for row in _rows("".join(report.html)) if row[0] in ("Event", "1")]
    times = [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row[1:3]]
    assert times == ["12.0 \N{PLUS-MINUS SIGN} 1.5", "24.0 \N{PLUS-MINUS SIGN} 4.0"]
    assert (heads[-1], row[-1]) == ("N votes", "3")


def test_times_after_an_hour_are_also_in_hours(report, recording):
    event = {"onset": 3725, "duration": 20, "label": "CF", "confidence": 0.5}
    recording["events"] = make_event_table([event])
    add_recording(report, **recording, max_events=0)
    (row,) = [row for row in _rows("".join(report.html)) if row[0] == "1"]
    assert row[1:3] == ["3725.0 (1:02:05)", "3745.0 (1:02:25)"]


def test_electrodes_and_graphs_are_not_taken_for_the_onset(report, recording):
    add_recording(report, **recording)
    assert _text(report).count("not where the seizure starts") == 2


def test_implausible_signals_are_named(report, recording):
    add_recording(report, **recording)
    assert "Implausible" not in _text(report)
    data = 1e3 * recording["raw"].get_data()
    recording["raw"] = mne.io.RawArray(data, recording["raw"].info, verbose="error")
    add_recording(report, **recording)
    assert "<b>Implausible signals</b>: the typical amplitude is 0.0298 V" in _text(report)


def test_text_from_files_is_escaped(report, recording):
    mark = "<script>alert(1)</script>"
    recording["events"]["note"] = mark
    truth = make_event_table([{"onset": 1, "duration": 2, "label": mark}])
    add_recording(report, **recording, truth=truth, title=mark, details={mark: mark})
    html = "".join(report.html)
    assert mark not in html
    assert "&lt;script&gt;" in html


def test_a_page_needs_no_network(report, recording, tmp_path):
    add_recording(report, **recording)
    html = save_report(report, tmp_path / "r.html").read_text(encoding="utf-8")
    loads = re.findall(r"(?:src|url\()\s*=?\s*[\"\']?(https?:|//)", html)
    loads += re.findall(r"<link[^>]+href=[\"\']?https?:", html)
    assert not loads
    assert html.count("@media (max-width: 900px), print") == 1  # our style, once


def test_consciousness_carries_a_caveat(report, recording):
    recording["classes"] = ["cpsz", "gnsz", "bckg"]
    recording["events"]["label"] = "cpsz"
    add_recording(report, **recording)
    assert "scalp EEG cannot show" in _text(report)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"classes": ["fnsz", "gnsz", "bckg"]}, "unknown classes: CF"),
        ({"graphs": np.ones((3, 12, 5, 5))}, "5 nodes, expected 19"),
    ],
)
def test_arguments_that_do_not_match_are_refused(report, recording, change, problem):
    with pytest.raises(ValueError, match=problem):
        add_recording(report, **(recording | change))


def test_scores_and_training_sections(report):
    scores = score_clips(["CF", "GN"], [[1, 0, 0], [0, 1, 0]], CLASSES, n_bootstrap=5)
    add_scores(report, {"model": scores, "baseline": scores}, synthetic=True)
    history = [{"train_loss": 2.0, "valid_loss": 1.5, "dur": 1.0}, {"train_loss": 1.0}]
    add_training(report, {"pre-training": history}, losses={"pre-training": "RMSE (ln µV)"})
    text = _text(report)
    for word in ("baseline", "Confusion matrix of model", "1.000\N{EN DASH}1.000", "RMSE (ln µV)"):
        assert word in text


def test_corpus_section_counts_and_names_what_was_left_out(report):
    rows = [
        {"path": "/x/a.edf", "split": "train", "patient": "p1", "seizures": {"absz": 2}},
        {"path": "/x/b.edf", "split": "train", "patient": "p1", "seizures": {"fnsz": 1}},
        {"path": "/x/c.edf", "split": "dev", "patient": "p2", "seizures": {}},
        {"path": "/x/d.edf", "split": "dev", "patient": "p3", "seizures": None},
    ]
    recordings = pd.DataFrame(rows).assign(duration=1800.0, status="ok", problem="", remedy="")
    recordings.loc[3, ["status", "problem", "remedy"]] = ["refused", "truncated", "copy it again"]
    add_corpus(report, recordings, include_names=True)
    rows = _rows("".join(report.html))
    assert rows[:3] == [
        ["Split", "Recordings", "Patients", "Length (h)", "Labelled"],
        ["dev", "1", "1", "0.500", "1"],
        ["train", "2", "1", "1.000", "2"],
    ]
    assert rows[3:6] == [
        ["Type", "dev", "train"],
        ["absz (absence)", "0", "2"],
        ["fnsz (focal non-specific)", "0", "1"],
    ]
    assert rows[7:] == [["d.edf", "truncated", "copy it again"]]
    assert "1 of 4 files" in _text(report)


def test_corpus_section_hides_file_names_by_default(report):
    left_out = pd.DataFrame(
        {
            "path": ["/x/smith.edf"],
            "problem": ["smith.edf is truncated"],
            "remedy": ["copy it again"],
        }
    )
    recordings = pd.DataFrame(
        {"path": ["/x/a.edf"], "split": "train", "patient": "p", "seizures": [{}], "status": "ok"}
    ).assign(duration=1.0)
    add_corpus(report, recordings, left_out)
    assert ["1", "it is truncated", "copy it again"] in _rows("".join(report.html))
    assert "smith" not in "".join(report.html)


def _rows(html):
    """Give the cells of all tables, row by row."""
    rows = re.findall(r"<tr.*?>(.*?)</tr>", html, re.DOTALL)
    return [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row) for row in rows]


def test_a_report_is_written_whole_and_not_over_another(report, tmp_path):
    report.add_html("<p>x</p>", "t")
    path = save_report(report, tmp_path / "new" / "r.html")
    assert [p.name for p in path.parent.iterdir()] == ["r.html"]
    with pytest.raises(ValueError, match="overwrite"):
        save_report(report, path)
    save_report(report, path, overwrite=True)
    with pytest.raises(ValueError, match=r"\.html"):
        save_report(report, tmp_path / "r.pdf")
