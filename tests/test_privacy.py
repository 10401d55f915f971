"""Derived files do not identify the patient unless requested."""

import hashlib
import json
import re

import edfio
import h5py
import mne
import pytest
import yaml
from edf_files import TUSZ_LABELS, set_field, set_signal_field, write_edf
from small_net import TONES, classifier, make_raw

from mne_asgpf.bids import convert_to_bids
from mne_asgpf.bids.anonymize import copy_without_identity
from mne_asgpf.commands.main import main
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.corpora.edf_header import read_edf_header
from mne_asgpf.event_table import make_event_table
from mne_asgpf.signals import prepare_corpus, read_raw_asgpf_h5

NAME = "aaaaaaac_s001_t000"
_PER_SIGNAL = {"label": (0, 16), "transducer": (16, 80), "unit": (96, 8), "filter": (136, 80)}
_PER_SIGNAL |= {"reserved": (224, 32)}


class Markers:
    """Texts that are found again wherever they get to."""

    def __init__(self):
        self.planted = []

    def __call__(self, width=12):
        self.planted.append(f"Zq{len(self.planted):02d}{'x' * 80}"[: min(width, 12)])
        return self.planted[-1]

    def found_in(self, root):
        return {
            (marker, path.relative_to(root).as_posix())
            for path in root.rglob("*")
            for marker in self.planted
            if marker in path.name or (path.is_file() and marker.encode() in path.read_bytes())
        }


def plant(path, markers, annotation_label="EDF Annotations"):
    """Write an EDF+ with a marker in every field and place that holds text."""
    labels = [*TUSZ_LABELS, "EEG EKG1-REF"]
    notes = [edfio.EdfAnnotation(onset, None, markers()) for onset in (0.5, 7.25)]
    write_edf(path, labels, annotations=notes)
    n = len(labels) + 1
    for start, width in ((8, 80), (88, 80), (197, 39)):
        set_field(path, start, width, markers())
    for name, (offset, width) in _PER_SIGNAL.items():
        for index in (0, n - 1) if name not in ("label", "unit") else (n - 2,):
            set_signal_field(path, offset, width, index, n, markers(width))
    set_signal_field(path, 0, 16, n - 1, n, annotation_label)
    set_field(path, 168, 8, "02.03.04")
    data = bytearray(path.read_bytes())
    stamp = data.index(b"+3\x14\x14")  # a text that comes before the time of a record
    text = markers().encode()
    data[stamp : stamp + len(text) + 2] = text + b"\x14\x00"
    # An unfinished record, more records than in the header, and bytes after them.
    header_bytes = 256 * (n + 1)
    record = bytes(data[header_bytes : header_bytes + (len(data) - header_bytes) // 20])
    data += record[:-40] + f"+20\x14\x14\x00+20.5\x14{markers()}\x14\x00".encode()
    data += markers().encode() * 3 + record + markers().encode()
    path.write_bytes(data)
    return path


@pytest.fixture
def corpus(tmp_path):
    markers = Markers()
    for token, label in enumerate(("EDF Annotations", "EDF ANNOTATIONS", "edf annotations")):
        place = tmp_path / "corpus/edf/train/aaaaaaac/s001_2002/01_tcp_ar"
        path = plant(place / f"aaaaaaac_s001_t00{token}.edf", markers, label)
        for kind, seizure_label, channels in (("csv", "fnsz", ("FP1-F7",)), ("csv_bi", "seiz", ())):
            row = {"onset": 3.0, "duration": 4.0, "label": seizure_label, "channels": channels}
            events = make_event_table([row])
            labels = path.with_suffix(f".{kind}")
            write_annotation_file(labels, events, duration=20.0)
            labels.write_text(f"{labels.read_text()}# note = {markers()}\n")
    return tmp_path / "corpus", markers


def test_anonymization_removes_all_markers(corpus, tmp_path):
    root, markers = corpus
    assert {marker for marker, _ in markers.found_in(root)} == set(markers.planted)
    out = tmp_path / "out"
    recordings = convert_to_bids(root, out / "bids", anonymize="a secret")
    assert recordings["outcome"].tolist() == ["converted"] * 3, recordings["problem"].tolist()
    assert prepare_corpus(out / "bids", out / "store")["outcome"].tolist() == ["done"] * 3
    assert markers.found_in(out) == set()
    told = b"\n".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    for source in root.rglob("*.*"):
        if source.is_file():
            for name in ("sha256", "sha1", "md5"):
                assert hashlib.new(name, source.read_bytes()).hexdigest().encode() not in told
            assert source.stem.encode() not in told
            stat = source.stat()
            stamp = hashlib.sha256(f"{stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:16]
            assert stamp.encode() not in told
    for row in recordings.itertuples():
        kept = mne.io.read_raw_edf(row.bids_path, verbose="error")
        assert kept.ch_names == [*TUSZ_LABELS, "MISC 22"]
        assert len(kept.annotations) == 0
        # The first 20 records, which the header states.
        source = read_edf_header(row.path)
        begin, size = source.header_bytes, (2 * 200) * 22
        theirs, ours = row.path.read_bytes()[begin:], row.bids_path.read_bytes()[begin:]
        step = 2 * sum(signal.n_samples for signal in source.signals)
        assert len(ours) == 20 * step
        assert all(ours[k * step :][:size] == theirs[k * step :][:size] for k in range(20))


@pytest.mark.parametrize("kind", ["EDF+C", "EDF+D", ""])
def test_a_text_in_place_of_a_time_is_not_copied(tmp_path, kind):
    markers = Markers()
    source = plant(tmp_path / "a.edf", markers)
    set_field(source, 192, 5, kind)
    (tmp_path / "out").mkdir()
    copy_without_identity(source, tmp_path / "out" / "a.edf")
    assert markers.found_in(tmp_path / "out") == set()


def test_hashes_are_keyed(corpus, tmp_path):
    root, _ = corpus
    hashes = []
    for secret in ("one", "another"):
        convert_to_bids(root, tmp_path / secret, anonymize=secret)
        (first, *_) = sorted((tmp_path / secret).rglob("*_desc-channels_events.json"))
        hashes.append(json.loads(first.read_text())["SourcesHMACSHA256"])
        assert all(re.fullmatch("[0-9a-f]{64}", value) for value in hashes[-1].values())
    assert set(hashes[0].values()).isdisjoint(hashes[1].values())


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("EEG FP1-REF", "EEG FP1-REF"), ("T3", "T3"), ("Fp1-F7", "Fp1-F7"), ("BURSTS", "BURSTS"),
        ("EEG EKG1-REF", "EEG EKG1-REF"), ("EEG 26-REF", "EEG 26-REF"), ("ECG Smith", "ECG 1"),
        ("EEG FP1-SMITH", "MISC 1"), ("FP1-F7-SMITH", "MISC 1"), ("Smith", "MISC 1"),
    ],
)  # fmt: skip
def test_known_labels_are_kept(tmp_path, label, kept):
    source = write_edf(tmp_path / "a.edf", [label], seconds=2)
    copy_without_identity(source, tmp_path / "b.edf")
    assert read_edf_header(tmp_path / "b.edf").labels == (kept,)


def test_numbers_are_kept_as_written(tmp_path):
    source = write_edf(tmp_path / "a.edf", ["EEG FP1-REF"], seconds=2)
    set_signal_field(source, 104, 8, 0, 1, "-.000123")
    set_signal_field(source, 112, 8, 0, 1, "0,000123")
    copy_without_identity(source, tmp_path / "b.edf")
    theirs, ours = read_edf_header(source), read_edf_header(tmp_path / "b.edf")
    limits = ("physical_min", "physical_max", "digital_min", "digital_max", "n_samples")
    for name in limits:
        assert getattr(ours.signals[0], name) == getattr(theirs.signals[0], name)


def test_prepare_does_not_copy_unknown_text(corpus, tmp_path):
    root, markers = corpus
    for path in root.rglob("*.csv*"):
        path.unlink()  # so that only the annotations of the recordings remain
    for path in root.rglob("*.edf"):
        header = read_edf_header(path)
        record = 2 * sum(signal.n_samples for signal in header.signals)
        path.write_bytes(path.read_bytes()[: header.header_bytes + 20 * record])
    outcomes = prepare_corpus(root, tmp_path / "store")
    assert outcomes["outcome"].tolist() == ["done"] * 3
    assert {name for name, path in markers.found_in(tmp_path / "store")} == set()


def test_prepare_keeps_known_labels(tmp_path):
    bids = tmp_path / "bids"
    write_edf(bids / "sub-1" / "eeg" / "sub-1_task-x_eeg.edf")
    (bids / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    lines = [
        "onset\tduration\ttrial_type\tchannels\tnote\ttype_share",
        "1\t2\tfnsz\tFP1-F7,MrsSmith\tMrs Smith\t0.5",
        "4\t1\tMrs Smith moves\tn/a\tn/a\tn/a",
        "6\t1\tBAD_Smith\tn/a\tn/a\tn/a",
        "8\t1\tanfall\tn/a\tn/a\tn/a",
    ]
    events = bids / "sub-1" / "eeg" / "sub-1_task-x_events.tsv"
    events.write_text("\n".join(lines) + "\n")
    with pytest.warns(RuntimeWarning, match="unknown"):
        prepare_corpus(bids, tmp_path / "store", label_map={"anfall": "seiz"})
    (stored,) = (tmp_path / "store").rglob("*.h5")
    annotations = read_raw_asgpf_h5(stored).annotations
    assert annotations.description.tolist() == ["fnsz", "BAD_", "seiz"]
    assert annotations.ch_names[0] == ("F7", "Fp1")
    assert annotations.extras[0] == {"confidence": 1.0, "type_share": 0.5, "channels": "FP1-F7"}
    with h5py.File(stored) as file:
        assert b"Smith" not in b"".join(file["annotations/extras"][:])
    assert b"Smith" not in stored.read_bytes()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    estimator = classifier(channels=TUSZ_LABELS[:5], max_epochs=1, scheme=8)
    raws = [make_raw(i, label, ch_names=TUSZ_LABELS[:5]) for i, label in enumerate(TONES)] * 2
    estimator.fit(raws).save(folder / "model")
    return folder / "model"


@pytest.mark.parametrize("tell", [False, True])
def test_names_and_paths_are_written_on_request(model, tmp_path, tell):
    path = write_edf(tmp_path / "MrsSmith" / "smith.edf", TUSZ_LABELS[:5])
    events = tmp_path / "MrsSmith" / "events.tsv"
    events.write_text("onset\tduration\ttrial_type\n2\t4\tfnsz\n")
    words = ["predict", path, "--model", model, "--out", tmp_path / "out", "--events", events]
    assert main([*map(str, words), *(["--include-names"] if tell else [])]) == 0
    (config,) = (tmp_path / "out").glob("*_config.yaml")
    options = yaml.safe_load(config.read_text())
    given = [*options["paths"], *(options[name] for name in ("model", "out", "events_file"))]
    names = [str(name) for name in (path, model, tmp_path / "out", events)]
    assert given == (names if tell else ["<withheld>"] * 4)
    assert options["threshold"] == 0.5
    for written in (tmp_path / "out").iterdir():
        if not tell:
            assert b"smith" not in written.read_bytes().lower(), written
    (report,) = (tmp_path / "out").glob("*.html")
    assert ("smith: seizures by type" in report.read_text()) == tell
