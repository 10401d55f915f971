"""``mne_asgpf report``, and what a report says of the file and of the model."""

import re
from pathlib import Path

import mne
import pytest
from edf_files import TUSZ_LABELS, write_edf
from small_net import TONES, classifier, make_raw

from mne_asgpf import read_asgpf
from mne_asgpf.commands.main import main
from mne_asgpf.report.source_facts import source_facts
from mne_asgpf.signals import prepare_corpus, read_recording

CHANNELS = TUSZ_LABELS[:5]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "model"
    raws = [make_raw(i, label, ch_names=CHANNELS) for i, label in enumerate(TONES)] * 2
    estimator = classifier(channels=CHANNELS, max_epochs=1, scheme=8)
    estimator.fit(raws).save(folder, notes={"data": "<b>tones</b>", "synthetic": True})
    return folder


def _text(path):
    text = path.read_text(encoding="utf-8")
    return re.sub(r"base64,[^\"]*", "", text[text.index("</head>") :])


def test_recording_model_and_corpus_on_one_page(model, tmp_path):
    edf = write_edf(tmp_path / "smith" / "smith.edf", TUSZ_LABELS)
    edf.with_name("smith_events.tsv").write_text("onset\tduration\ttrial_type\n2\t4\tfnsz\n")
    scores = tmp_path / "scores.tsv"
    scores.write_text(
        "system\tweighted_f1\tlow\thigh\tbalanced_accuracy\tmacro_auroc\tn_clips\tn_patients\n"
        "ours\t0.5\t0.25\t0.75\t0.5\t\t6\t3\n"
    )
    out = tmp_path / "page.html"
    words = ["report", edf, model, edf.parent, "--model", model, "--scores", scores, "--out", out]
    assert (
        main([*map(str, words), "--positive-up", "--page-length", "10", "--sensitivity", "80"]) == 0
    )
    text = _text(out)
    for part in (
        "Recording 1",
        "Model 2",
        "Corpus 3",
        "trained only on synthetic data",
        "0.250\N{EN DASH}0.750",
        "found by the model, which is experimental",
        "half a window, not measured",
        "the default, not fitted",
        "&lt;b&gt;tones",
        "referential, 0\N{EN DASH}10 s",
    ):
        assert part in text, part
    assert "smith" not in text and "_batch_count" not in text
    assert main([*map(str, words)]) == 2  # it is there
    assert main([*map(str, words), "--overwrite", "--include-names"]) == 0
    assert "smith.edf" in _text(out)


def test_given_events_are_not_called_found(model, tmp_path):
    edf = write_edf(tmp_path / "a.edf", TUSZ_LABELS)
    events = tmp_path / "given.tsv"
    events.write_text("onset\tduration\ttrial_type\n2\t4\tfnsz\n")
    out = tmp_path / "page.html"
    words = ["report", edf, "--model", model, "--events", events, "--out", out]
    assert main([*map(str, words)]) == 0
    text = _text(out)
    assert "given, and classified by the model" in text
    assert "Error of the times" not in text and "found by the model" not in text


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["{edf}"], "--model"),
        (["{edf}", "--model", "{model}", "--events", "{edf}", "{edf}"], "--events"),
        (["{model}", "--scores", "{edf}"], "not a table"),
        (["{edf}", "--model", "{model}", "--scores", "{edf}"], "--scores"),
        (["{edf}", "--model", "{model}", "--label", "a=b"], "--label"),
        (["{model}", "--model", "{model}"], "--model"),
    ],
)
def test_options_that_do_not_fit_are_refused(model, tmp_path, capsys, words, problem):
    edf = write_edf(tmp_path / "a.edf", CHANNELS)
    words = [word.format(edf=edf, model=model) for word in words]
    assert main(["report", *words, "--out", str(tmp_path / "page.html")]) == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_a_saved_model_keeps_the_versions_that_wrote_it(model):
    versions = read_asgpf(model).versions_
    assert versions["mne"] == mne.__version__


def test_source_facts(tmp_path):
    labels = [*TUSZ_LABELS, "MRS SMITH"]
    raw = read_recording(write_edf(tmp_path / "a.edf", labels, sfreq=256))
    facts = source_facts(raw)
    assert facts == {
        "Sampling rate of the file": "256 Hz",
        "Reference stated by its channels": "REF",
        "Unused channels of the file": "EEG A1-REF, EEG A2-REF, 1 that is not EEG",
    }
    told = source_facts(raw, include_names=True)
    assert told["Unused channels of the file"] == "EEG A1-REF, EEG A2-REF, MRS SMITH"
    assert source_facts(mne.io.RawArray(raw.get_data(), raw.info, verbose="error")) == {}


def test_a_source_that_cannot_be_read_again_has_no_facts(tmp_path):
    raw = mne.io.read_raw(write_edf(tmp_path / "a.edf", TUSZ_LABELS), preload=True)
    Path(raw.filenames[0]).write_text("replaced meanwhile")
    assert source_facts(raw) == {}


def test_a_prepared_recording_with_more_channels_is_predicted(model, tmp_path):
    write_edf(tmp_path / "a.edf", TUSZ_LABELS, sfreq=256)
    prepare_corpus(tmp_path / "a.edf", tmp_path / "store")
    stored, out = tmp_path / "store" / "a.h5", tmp_path / "out"
    assert main(["predict", str(stored), "--model", str(model), "--out", str(out)]) == 0
    text = _text(out / "a_desc-asgpf_report.html")
    assert "256 Hz" in text and "Reference stated by its channels" in text
