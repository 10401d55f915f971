"""Commands and estimators accept the same kinds of paths."""

import json
import os
import shutil

import edfio
import mne
import numpy as np
import pytest
from edf_files import write_edf
from small_net import CHANNELS, SFREQ, SMALL, classifier, make_raw, make_raws

from mne_asgpf import ASGPFPretrainer, InputError
from mne_asgpf.bids import write_events_tsv
from mne_asgpf.commands._corpus import find_signals, labelled
from mne_asgpf.commands.main import main
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.estimators.inputs.recordings import load_recording
from mne_asgpf.event_table import from_annotations, make_event_table
from mne_asgpf.signals import open_source, prepare_corpus, prepare_raw, read_recording
from mne_asgpf.signals.companions import find_companions
from mne_asgpf.signals.layouts import LAYOUTS, Layout
from mne_asgpf.signals.recording import header_patient
from mne_asgpf.signals.source import metadata_from_path, named_patient

pytestmark = pytest.mark.filterwarnings("ignore:Encountered data in 'double' format")
NAMES = {
    "folder": ("a.edf", "sub/b.edf"),
    "bids": ("sub-a/eeg/sub-a_task-x_eeg.edf", "sub-b/eeg/sub-b_task-x_eeg.edf"),
    "tusz": ("edf/train/aaaaaaab_s001_t000.edf", "edf/train/aaaaaaac_s001_t000.edf"),
}


def make_source(root, kind):
    """Write two labelled recordings as a source of a kind has them."""
    for name, raw in zip(NAMES["tusz" if kind == "store" else kind], make_raws(2), strict=True):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        mne.export.export_raw(path, raw.copy().set_annotations(None), verbose="error")
        events = from_annotations(raw.annotations)
        if kind in ("tusz", "store"):
            write_annotation_file(path.with_suffix(".tse"), events, duration=20.0)
        else:
            table = path.with_name(path.stem.removesuffix("_eeg") + "_events.tsv")
            write_events_tsv(table, events, recording_duration=20.0)
    if kind == "bids":
        (root / "dataset_description.json").write_text("{}")
    if kind == "store":
        corpus = root.rename(root.with_name("made_from"))
        options = {"channels": CHANNELS, "sfreq": SFREQ, "max_missing": 2, "dtype": "float32"}
        prepare_corpus(corpus, root, **options)
    return root


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    return {kind: make_source(folder / kind, kind) for kind in (*NAMES, "store")}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model"
    classifier(max_epochs=1).fit(make_raws()).save(path, notes={"data": "x"})
    return path


def predict(model, out, *words, with_report=False):
    """Predict; most tests do without reports, which take most of the time."""
    options = ["--model", str(model), "--out", str(out)]
    return main(["predict", *map(str, words), *options, *([] if with_report else ["--no-report"])])


KINDS = (*NAMES, "store")


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_recognised_with_its_recordings(sources, kind):
    source = open_source(str(sources[kind]))
    assert (source.kind, source.root) == (kind, sources[kind])
    assert len(source.recordings) == 2
    one = open_source(source.recordings[0].path)
    assert (one.kind, one.recordings) == ("recording", source.recordings[:1])
    if kind != "store":
        assert [len(one.read_events()) > 0 for one in source.recordings] == [True, True]


@pytest.mark.parametrize("kind", KINDS)
def test_estimators_accept_it(sources, kind):
    net = classifier(max_epochs=1, train_split=None)
    expected = net.fit(make_raws(2)).predict_proba(make_raws(2))
    found = net.fit(sources[kind]).predict_proba(str(sources[kind]))
    # Rounding of EDF and float32 is far below the effect of a wrong label or unit.
    np.testing.assert_allclose(found, expected, atol=0.02)
    pretrainer = ASGPFPretrainer(**SMALL | {"max_epochs": 1, "train_split": None})
    assert pretrainer.fit(sources[kind]).module_ is not None


@pytest.mark.parametrize("kind", [*KINDS, "recording"])
def test_commands_accept_it(sources, model, kind, tmp_path, capsys):
    path = sources.get(kind, sources["folder"] / "a.edf")
    n = 1 if kind == "recording" else 2
    assert predict(model, tmp_path / "out", path) == 0
    assert len(list((tmp_path / "out").rglob("*_desc-asgpf_events.tsv"))) == n
    capsys.readouterr()
    assert main(["check", str(path), "--json"]) == 0
    kinds = [row["kind"] for row in json.loads(capsys.readouterr().out)]
    assert len([one for one in kinds if one in ("edf", "h5")]) == n
    assert main(["info", str(path)]) == 0
    assert "fnsz" in capsys.readouterr().out


@pytest.mark.parametrize("kind", [*KINDS, "recording"])
def test_training_prepares_unprepared_recordings(tmp_path, kind):
    if kind == "store":
        write_edf(tmp_path / "in" / "aaaaaaab_s001_t000.edf")
        prepare_corpus(tmp_path / "in", tmp_path / "store")
        path = tmp_path / "store"
    else:
        names = NAMES.get(kind, ("a.edf",))
        for name in names:
            path = write_edf(tmp_path / "in" / name)
        if kind == "bids":
            (tmp_path / "in" / "dataset_description.json").write_text("{}")
        path = path if kind == "recording" else tmp_path / "in"
    n = 1 if kind in ("store", "recording") else 2
    assert len(find_signals(path, tmp_path / "signals")) == n
    if kind != "store":
        with pytest.raises(InputError, match="--out: SRC has to be prepared"):
            find_signals(path, None)


def test_a_stray_file_does_not_make_a_dataset_a_store(sources, model, tmp_path):
    for kind in NAMES:
        root = shutil.copytree(sources[kind], tmp_path / kind)
        (root / "weights.h5").write_bytes(b"of something else")
        shutil.copyfile(open_source(sources["store"]).recordings[0].path, root / "prepared.h5")
        source = open_source(root)
        assert source.kind == kind
        assert not any(one.is_stored for one in source.recordings)
        assert classifier().fit(root).predict_proba(root).shape[0] == 20
        assert predict(model, tmp_path / f"{kind}_out", root) == 0


FORMS = {
    "vhdr": "a.vhdr",
    "set": "a.set",
    "fif": "a_raw.fif",
    "fif.gz": "a_raw.fif.gz",
    "h5": "a.h5",
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory, sources):
    """One recording in a folder for each format."""
    folder = tmp_path_factory.mktemp("forms")
    raw = make_raw().set_annotations(None)
    for form, name in FORMS.items():
        path = folder / form / name
        path.parent.mkdir()
        if form.startswith("fif"):
            raw.save(path, fmt="double", verbose="error")
        elif form == "h5":
            shutil.copyfile(open_source(sources["store"]).recordings[0].path, path)
        else:
            mne.export.export_raw(path, raw, verbose="error")
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_accepted_everywhere(forms, model, form, tmp_path, capsys):
    folder = forms / form
    (recording,) = open_source(folder).recordings
    assert recording.path == folder / FORMS[form]
    for name, path in (("file", recording.path), ("folder", folder)):
        assert predict(model, tmp_path / name, path, with_report=name == "file") == 0
        assert len(list((tmp_path / name).glob("*_events.tsv"))) == 1
    assert len(list((tmp_path / "file").glob("*_report.html"))) == 1
    capsys.readouterr()
    assert main(["check", str(folder)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{FORMS[form]}\t{form}\t")
    # The recording has 5 of the 19 channels; a file of the store has channels and rate asked for.
    assert told.split("\t")[2] == ("refused" if form != "h5" else "ok")


def test_check_of_other_formats(tmp_path, capsys):
    edf = mne.io.read_raw(write_edf(tmp_path / "in" / "a.edf", sfreq=256), verbose="error")
    edf.save(tmp_path / "b_raw.fif", verbose="error")
    (tmp_path / "c.set").write_bytes(b"of something else")
    assert main(["check", str(tmp_path)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[:3] for row in rows[:-1]] == [
        ["b_raw.fif", "fif", "usable"], ["c.set", "set", "refused"], ["in/a.edf", "edf", "usable"],
    ]  # fmt: skip
    assert rows[0][3:] == rows[2][3:]
    assert "sampled at 256 Hz" in rows[0][3]


def test_brainvision_data_mean_their_header(tmp_path, model, capsys):
    mne.export.export_raw(tmp_path / "a.vhdr", make_raw(), verbose="error")
    assert open_source(tmp_path / "a.eeg") == open_source(tmp_path / "a.vhdr")
    (tmp_path / "a.eeg").rename(tmp_path / "a.EEG")  # while the header says a.eeg
    for path in (tmp_path, tmp_path / "a.EEG", tmp_path / "a.vhdr"):
        (recording,) = open_source(path).recordings
        assert recording.path == tmp_path / "a.vhdr"
    raw = read_recording(recording.path, channels=CHANNELS, sfreq=SFREQ, max_missing=2)
    np.testing.assert_allclose(raw.get_data(), make_raw().get_data(), atol=1e-7)
    assert "Comment/fnsz" in raw.annotations.description
    assert {one.name for one in find_companions(recording.path)} == {"a.EEG", "a.vmrk"}
    assert predict(model, tmp_path / "out", tmp_path / "a.EEG") == 0
    (tmp_path / "a.vhdr").rename(tmp_path / "a.VHDR")
    assert open_source(tmp_path / "a.EEG").recordings[0].path.name == "a.VHDR"
    assert predict(model, tmp_path / "out", tmp_path / "a.EEG", "--overwrite") == 2
    assert "rename it to a.vhdr" in capsys.readouterr().err


def test_a_nihon_kohden_file_is_a_recording(tmp_path):
    (tmp_path / "MB0400FU.EEG").write_bytes(b"EEG-1100A V01.00" + b"\0" * 100)
    (tmp_path / "lone.eeg").write_bytes(b"\0" * 100)
    (recording,) = open_source(tmp_path).recordings
    assert recording.path.name == "MB0400FU.EEG"
    with pytest.raises(InputError, match="not a recording"):
        open_source(tmp_path / "lone.eeg")


def test_results_and_parts_are_not_recordings(tmp_path, model):
    mne.export.export_raw(tmp_path / "a.edf", make_raw(), verbose="error")
    assert predict(model, tmp_path, tmp_path) == 0
    for name in ("b_raw.fif", "b_raw-1.fif", "c_split-01_raw.fif", "c_split-02_raw.fif"):
        (tmp_path / name).touch()
    for name in ("a-epo.fif", "a_ave.fif", "._a.edf", ".git/a.edf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [one.path.name for one in open_source(tmp_path).recordings]
    assert found == ["a.edf", "b_raw.fif", "c_split-01_raw.fif"]


def test_other_files_are_refused_by_name(tmp_path, model, capsys):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("x")
    (tmp_path / "notes" / "weights.h5").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.edf")
    for name, problem in {
        "none.edf": "does not exist",
        "notes": "holds no recordings",
        "notes/a.txt": "not a recording",
        "pipe.edf": "pipe",
    }.items():
        path = tmp_path / name
        with pytest.raises(InputError, match=problem):
            open_source(path)
        with pytest.raises(InputError, match=problem):
            classifier().fit(path)
        with pytest.raises(InputError, match=problem):
            find_signals(path, tmp_path / "signals")
        with pytest.raises(InputError, match=problem):
            prepare_corpus(path, tmp_path / "store")
        assert predict(model, tmp_path / "out", path) == 2
        assert main(["info", str(path)]) == 2
        told = capsys.readouterr().err.splitlines()
        assert [problem in line for line in told] == [True, True]
    assert not (tmp_path / "out").exists()


def test_predict_accepts_several_recordings(sources, forms, model, tmp_path, capsys):
    out = tmp_path / "out"
    given = [*sources.values(), forms / "vhdr" / "a.vhdr", forms / "set" / "a.set"]
    assert predict(model, out, *given) == 0
    told = capsys.readouterr().out
    # Three recordings are named a; the store and its corpus have the same names, too.
    assert "6 of 10 recordings classified" in told
    assert told.count("would replace those of") == 4
    assert len(list(out.rglob("*_events.tsv"))) == 6
    assert (out / "desc-asgpf_config.yaml").is_file()
    events = next(sources["bids"].rglob("*_events.tsv"))
    assert predict(model, out, *given, "--events", events) == 2


def test_a_recording_of_a_folder_has_the_patient_of_its_header(tmp_path):
    raw = make_raw()
    raw.info["subject_info"] = {"his_id": "P7"}
    (tmp_path / "in").mkdir()
    for name in ("a_raw.fif", "b_raw.fif"):
        raw.save(tmp_path / "in" / name, verbose="error")
    options = {"channels": CHANNELS, "sfreq": SFREQ, "max_missing": 2}
    prepare_corpus(tmp_path / "in", tmp_path / "out", **options)
    found = find_signals(tmp_path / "out", None)
    assert found["patient"].tolist() == ["P7", "P7"]
    assert np.all(found["split"].isna())


def test_labels_in_the_file_itself_are_prepared_as_labels(tmp_path):
    texts = {"a": "fnsz", "b": "FNSZ", "c": "CF", "d": "bckg", "e": "cf", "f": "eyes closed"}
    for name, text in texts.items():
        annotations = [edfio.EdfAnnotation(5.0, 10.0, text)]
        write_edf(tmp_path / "in" / f"{name}.edf", annotations=annotations)
    write_edf(tmp_path / "in" / "g.edf")
    found = find_signals(tmp_path / "in", tmp_path / "out")
    known = dict(zip([path.stem for path in found["path"]], found["seizures"], strict=True))
    # bckg states that a reader found none; classes have one spelling, as in from_annotations.
    assert {name: one for name, one in known.items() if one is not None} == {
        "a": {"fnsz": 1}, "b": {"fnsz": 1}, "c": {"CF": 1}, "d": {},
    }  # fmt: skip
    assert [path.stem for path in labelled("in", found)["path"]] == ["a", "b", "c", "d"]
    assert len(load_recording(open_source(found["path"][0]).recordings[0], labelled=True)) > 0
    with pytest.raises(InputError, match="has no labels"):
        load_recording(open_source(found["path"][5]).recordings[0], labelled=True)


def test_data_that_cannot_be_read_are_refused_by_name(tmp_path):
    path = tmp_path / "a.vhdr"
    mne.export.export_raw(path, make_raw().set_annotations(None), verbose="error")
    raw = mne.io.read_raw(path, verbose="error")
    path.with_suffix(".eeg").unlink()
    with pytest.raises(InputError, match=r"a\.(vhdr|eeg).*data cannot be read"):
        prepare_raw(raw, channels=CHANNELS, sfreq=SFREQ, max_missing=2)


@pytest.mark.parametrize(("told", "patient"), [("", None), ("X", None), ("smith", "smith")])
def test_a_blank_in_the_header_is_not_a_patient(told, patient):
    assert header_patient({"his_id": told}) == patient


def test_a_layout_of_ones_own_is_one_entry(tmp_path, monkeypatch):
    layout = Layout(
        "ward",
        lambda path: {"patient": path.stem, "session": None} if path.match("ward/*") else None,
        find_split=lambda path: "train",
        find_labels=lambda path: (path.with_suffix(".seconds"),),
        read_labels=lambda path: make_event_table(
            {"onset": float(second), "duration": 1.0, "label": "fnsz"}
            for second in path.with_suffix(".seconds").read_text().split()
        ),
    )
    monkeypatch.setattr("mne_asgpf.signals.layouts.LAYOUTS", [layout, *LAYOUTS])
    path = write_edf(tmp_path / "ward" / "jo.edf")
    path.with_suffix(".seconds").write_text("2 9")
    source = open_source(tmp_path)
    assert source.kind == "ward"
    assert source.recordings[0].read_events()["onset"].tolist() == [2, 9]
    assert named_patient(path) == "jo"
    found = {"patient": "jo", "session": None, "recording": "jo", "split": "train"}
    assert metadata_from_path(path) == found
