"""SzCORE's own tools on what we write.

They are not test dependencies: epilepsy2bids brings numba and pyarrow, and szcore-evaluation asks
for Python 3.12. ``pip install --group szcore`` brings them.
"""

import json

import mne
import pytest
from small_net import classifier, make_raw, make_raws
from timescoring.annotations import Annotation
from timescoring.scoring import EventScoring
from tusz_files import CALM, V2, tusz_recording

from mne_asgpf.bids import convert_to_bids, find_bids_recordings, write_szcore_view
from mne_asgpf.commands.main import main
from mne_asgpf.evaluation import score_events
from mne_asgpf.event_table import from_annotations

annotations = pytest.importorskip("epilepsy2bids.annotations")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("szcore")
    kinds = ["csv", "csv_bi"]
    tusz_recording(folder / "corpus" / V2, kinds, (3.0, 4.5, "cpsz"), (12.0, 6.0, "absz"))
    tusz_recording(folder / "corpus" / CALM, kinds)
    convert_to_bids(folder / "corpus", folder / "bids")
    write_szcore_view(folder / "bids", folder / "view")
    return folder


@pytest.mark.parametrize("kind", ["bids", "view"])
def test_its_loader_keeps_types(dataset, kind):
    calm, typed = (
        annotations.Annotations.loadTsv(dataset / kind / path.relative_to(dataset / "bids"))
        for path in find_bids_recordings(dataset / "bids")["events"]
    )
    assert [event["eventType"].value for event in typed.events] == ["sz_foc_ia", "sz_gen_nm"]
    assert typed.getEvents() == [(3.0, 7.5), (12.0, 18.0)]
    assert [event["eventType"].value for event in calm.events] == ["bckg"]
    assert typed.getMask(2).sum() == 21
    assert calm.getMask(2).shape == (40,)


def test_its_loader_and_scorer_take_what_predict_writes(tmp_path):
    raw = make_raw(20)
    mne.export.export_raw(tmp_path / "in.edf", raw, verbose="error")
    net = classifier(max_epochs=10, train_split=None).fit(make_raws(8))
    net.save(tmp_path / "model")
    words = ["predict", "--szcore", tmp_path / "in.edf", tmp_path / "out.tsv"]
    words += ["--model", tmp_path / "model", "--min-confidence", "1"]
    assert main([str(word) for word in words]) == 0
    read = annotations.Annotations.loadTsv(tmp_path / "out.tsv")
    found = net.type_recording(raw).find_seizures()
    assert [event["eventType"].value for event in read.events] == ["sz"] * len(found)
    stops = found["onset"] + found["duration"]
    assert read.getEvents() == list(zip(found["onset"], stops, strict=True))
    truth = Annotation([(10.0, 20.0)], 10, 200)
    theirs = EventScoring(truth, Annotation(read.getMask(10).tolist(), 10))
    ours = score_events(
        [from_annotations(raw.annotations)], [found], [20.0], net.classes_.tolist()
    ).table["value"]
    assert theirs.sensitivity == ours["sensitivity"] == 1
    assert theirs.precision == ours["precision"] and theirs.f1 == ours["f1"]


def test_its_scorer_reads_the_view(dataset):
    evaluate = pytest.importorskip("szcore_evaluation.evaluate").evaluate_dataset
    view = dataset / "view"
    evaluate(view, view, dataset / "scores.json", avg_per_subject=False)
    scores = json.loads((dataset / "scores.json").read_text())
    assert scores["event_results"]["sensitivity"] == 1
    assert scores["sample_results"]["f1"] == 1
