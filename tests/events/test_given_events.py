"""Events of somebody else: read from any file, only seizures typed, each on a clip of its own."""

from datetime import UTC, datetime

import mne
import numpy as np
import pytest
from small_net import CHANNELS, SFREQ, classifier, make_raw, make_raws

from mne_asgpf import InputError, read_recording, typed_windows
from mne_asgpf.commands.main import main
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.event_table import from_annotations, from_start, make_event_table, to_annotations
from mne_asgpf.events import only_seizures, read_events, write_events
from mne_asgpf.windows.event_windows import event_windows

MIXED = [
    {"onset": 0.0, "duration": 10.0, "label": "bckg"},
    {"onset": 3.0, "duration": 1.0, "label": "nesz"},
    {"onset": 7.0, "duration": 1.0, "label": "eyes closed"},
    {"onset": 10.0, "duration": 6.0, "label": "fnsz"},
    {"onset": 17.5, "duration": 2.5, "label": "seiz"},
]


@pytest.fixture(scope="module")
def fitted():
    return classifier().fit(make_raws())


def test_only_seizures_are_typed_and_the_rest_is_reported(fitted):
    events = make_event_table(MIXED)
    typed = fitted.type_events(make_raw(), events)
    assert typed["onset"].tolist() == [10.0, 17.5]
    assert set(typed["label"]) <= {"CF", "AB", "GN", "CT"}
    told = "\n".join(typed.attrs["left_out"])
    assert "1 of 'bckg'" in told
    assert "1 of 'nesz'" in told
    assert "1 of 'eyes closed': unknown label" in told
    assert len(fitted.predict_annotations(make_raw(), events=events)) == 2
    none = fitted.type_events(make_raw(), events[:2])
    assert none.empty
    assert {"p_CF", "confidence"} <= set(none)


def test_a_given_event_is_typed_on_the_clip_that_training_cuts(fitted):
    raw = make_raw()
    raw.set_annotations(to_annotations(make_event_table(MIXED)))
    events = from_annotations(raw.annotations)
    expected = typed_windows(raw.copy().crop(0), clip_len=2)  # fnsz: seiz is of no class
    windows = event_windows(raw, events, clip_len=2)
    np.testing.assert_array_equal(windows[0][0], expected[0][0])
    assert windows.get_metadata()["onset"].tolist() == [8.0, 16.0625]
    typed = fitted.type_events(raw, events)
    probabilities = fitted.predict_proba(expected)[0]
    assert typed.loc[0, "confidence"] == pytest.approx(
        max(p for p, c in zip(probabilities, fitted.classes_, strict=True) if c != "bckg")
    )


def test_events_without_a_clip_by_the_rule():
    raw = make_raw()

    def cut(*rows):
        events = make_event_table({"label": "seiz"} | dict(row) for row in rows)
        windows = event_windows(raw, events, clip_len=4)
        return None if windows is None else windows.get_metadata()[["onset", "length"]].values

    lasting = {"onset": 5.0, "duration": 8.0}
    # Nobody tells when it ends: it goes on.
    assert cut({"onset": 5.0, "duration": 0.0}).tolist() == [[3.0, 4.0]]
    # Within the one before.
    assert cut(lasting, {"onset": 9.0, "duration": 3.0}).tolist() == [[3.0, 4.0], [7.0, 4.0]]
    assert cut({"onset": 19.5, "duration": 0.4}).tolist() == [[17.5, 2.0]]
    with pytest.raises(InputError, match="at 99 s is not in the recording, which lasts 20 s"):
        cut({"onset": 99.0, "duration": 1.0})


@pytest.mark.parametrize("kind", ["csv", "csv_bi", "tse", "tsv", "fif", "edf"])
def test_events_are_read_from_files_of_any_kind(tmp_path, kind):
    events = make_event_table(
        [
            {"onset": 10.0, "duration": 6.0, "label": "fnsz", "channels": ("FP1-F7",)},
            {"onset": 12.0, "duration": 8.0, "label": "fnsz", "channels": ("F7-T3",)},
            {"onset": 40.0, "duration": 5.0, "label": "tcsz"},
        ]
    )
    joined = events[["onset", "duration", "label"]]
    if kind == "csv":  # rows of single channels are one seizure
        path = tmp_path / "x.csv"
        write_annotation_file(path, events, duration=60)
    elif kind in ("csv_bi", "tse"):
        path = tmp_path / f"x.{kind}"
        write_annotation_file(path, events[["onset", "duration", "label", "confidence"]].assign(
            channels=[()] * 3), duration=60)  # fmt: skip
    elif kind == "tsv":
        path = tmp_path / "x_events.tsv"
        path.write_text(
            joined.rename(columns={"label": "trial_type"}).to_csv(sep="\t", index=False)
        )
    elif kind == "fif":
        path = tmp_path / "x-annot.fif"
        mne.Annotations(*joined.to_numpy().T.tolist()).save(path)
    else:
        path = tmp_path / "x.edf"
        info = mne.create_info(["Fz"], 100, "eeg")
        raw = mne.io.RawArray(1e-5 * np.ones((1, 6000)), info)
        raw.set_annotations(mne.Annotations(*joined.to_numpy().T.tolist()))
        mne.export.export_raw(path, raw)
    read = read_events(path)
    seizures = only_seizures(read)
    expected = [10.0, 40.0] if kind == "csv" else [10.0, 12.0, 40.0]
    assert seizures["onset"].tolist() == pytest.approx(expected, abs=0.01)
    if kind == "csv":
        assert seizures["duration"].tolist() == [10.0, 5.0]
        assert seizures["label"].tolist() == ["fnsz", "tcsz"]


def test_columns_with_names_that_mne_reserves_are_written_but_not_annotated(tmp_path):
    path = tmp_path / "x_events.tsv"
    names = ["description", "ch_names", "hed_string", "extras", "note"]
    rows = [["onset", "duration", "trial_type", *names], ["1", "2", "fnsz", *"abcde"]]
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    events = read_events(path)
    annotations = to_annotations(events)
    assert dict(annotations.extras[0]) == {
        "confidence": 1.0, "extras": "d", "note": "e", "channels": "",
    }  # fmt: skip
    paths = write_events(events, tmp_path / "out", "x", recording_duration=9)
    assert read_events(paths["bids"])[names].values.tolist() == [list("abcde")]
    assert read_events(paths["annotations"])["label"].tolist() == ["fnsz"]


def test_annotations_of_a_cropped_recording_count_from_its_start(fitted, tmp_path):
    raw = make_raw(seconds=40)
    raw.set_meas_date(datetime(2020, 1, 1, 0, 0, 0, 700_000, tzinfo=UTC))
    raw.crop(12, 38).set_annotations(mne.Annotations([10.0], [5.0], ["fnsz"]))
    raw.save(tmp_path / "c_raw.fif", verbose="error")
    raw.annotations.save(tmp_path / "c-annot.fif")
    events = read_events(tmp_path / "c-annot.fif")
    wanted = {"channels": CHANNELS, "sfreq": SFREQ, "max_missing": 2}
    prepared = read_recording(tmp_path / "c_raw.fif", events=events, **wanted)
    assert from_annotations(prepared.annotations)["onset"].tolist() == pytest.approx([10.0])
    for own in (prepared, raw):
        assert fitted.type_events(own, events)["onset"].tolist() == pytest.approx([10.0])
    start = prepared.info["meas_date"]
    once = from_start(events, start)
    assert from_start(once, start)["onset"].equals(once["onset"])


def test_a_start_without_its_fraction_of_a_second_moves_no_event():
    events = make_event_table([{"onset": 3.0, "duration": 2.0, "label": "fnsz"}])
    events.attrs["orig_time"] = datetime(2020, 1, 1, 0, 0, 7, 700_000, tzinfo=UTC)
    for second, onset in ((7, 3.0), (5, 5.7)):  # as in an EDF of it; another start
        start = datetime(2020, 1, 1, 0, 0, second, tzinfo=UTC)
        assert from_start(events, start)["onset"].tolist() == pytest.approx([onset])


def test_labels_of_others_are_mapped(tmp_path):
    path = tmp_path / "x_events.tsv"
    path.write_text("onset\tduration\ttrial_type\n1\t2\tAnfall\n4\t1\tRuhe\n")
    with pytest.warns(RuntimeWarning, match="Ruhe"):
        events = read_events(path, label_map={"Anfall": "seiz"})
    assert only_seizures(events)["onset"].tolist() == [1.0]
    annotations = tmp_path / "x-annot.fif"
    mne.Annotations([1, 4], [2, 1], ["Anfall", "sz_foc"]).save(annotations)
    events = read_events(annotations, label_map={"Anfall": "seiz"})
    assert events["label"].tolist() == ["seiz", "fnsz"]


@pytest.mark.parametrize("name", ["none.tsv", "x.xyz", "x.edf"])
def test_other_files_than_events_are_refused(tmp_path, name):
    if name != "none.tsv":
        (tmp_path / name).write_text("this is nothing")
    with pytest.raises(InputError, match=name):
        read_events(tmp_path / name)


def test_predict_reports_what_it_left_out(fitted, tmp_path, capsys):
    fitted.save(tmp_path / "model")
    raw = make_raw()
    raw.save(tmp_path / "a_raw.fif", verbose="error")
    path = tmp_path / "given_events.tsv"
    rows = [f"{row['onset']}\t{row['duration']}\t{row['label']}" for row in MIXED]
    path.write_text("\n".join(["onset\tduration\ttrial_type", *rows, "18\t1\tAnfall"]) + "\n")
    out = tmp_path / "out"
    words = ["predict", tmp_path / "a_raw.fif", "--model", tmp_path / "model", "--out", out]
    words = [*map(str, words), "--label", "Anfall=seiz"]
    assert main(words) == 2
    assert "--events" in capsys.readouterr().err
    with pytest.warns(RuntimeWarning, match="eyes closed"):
        assert main([*words, "--events", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "3 events" in printed
    assert "left out: 1 of 'bckg': background, which is not an epileptic seizure" in printed
    assert "left out: 1 of 'eyes closed'" in printed
