"""Predictions for a recording do not depend on the form of the input."""

import json

import mne
import numpy as np
import pandas as pd
import pytest
import torch
from braindecode.datasets import BaseConcatDataset, RawDataset
from braindecode.preprocessing import create_fixed_length_windows
from mne_bids import BIDSPath
from small_net import CHANNELS, CLIP, SFREQ, Recorded, classifier, make_array, make_raw, make_raws
from torch.utils.data import ConcatDataset, Subset, TensorDataset

from mne_asgpf import InputError
from mne_asgpf.bids import read_events_tsv, write_events_tsv
from mne_asgpf.estimators.inputs.windows import to_windows
from mne_asgpf.event_table import from_annotations
from mne_asgpf.events import decide
from mne_asgpf.signals import read_raw_asgpf_h5
from mne_asgpf.signals.recording import read_prepared
from mne_asgpf.signals.signal_store import write_signals
from mne_asgpf.windows import recording_windows, typed_windows


@pytest.fixture(scope="module")
def fitted():
    return classifier(max_epochs=6, train_split=None).fit(make_raws())


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A BIDS dataset of three synthetic recordings; the last is unlabelled."""
    root = tmp_path_factory.mktemp("bids")
    description = {"Name": "synthetic", "BIDSVersion": "1.10.0"}
    (root / "dataset_description.json").write_text(json.dumps(description))
    for patient, raw in zip("abc", make_raws(3), strict=True):
        path = BIDSPath(subject=patient, task="rest", root=root, datatype="eeg").mkdir()
        path = path.copy().update(suffix="eeg", extension=".edf")
        mne.export.export_raw(path.fpath, raw.copy().set_annotations(None), verbose="error")
        if patient != "c":
            events = path.copy().update(suffix="events", extension=".tsv").fpath
            write_events_tsv(events, from_annotations(raw.annotations), recording_duration=20.0)
    return root


@pytest.fixture(scope="module")
def raw(dataset):
    path = dataset / "sub-a" / "eeg" / "sub-a_task-rest_eeg.edf"
    return mne.io.read_raw_edf(path, preload=True, verbose="error")


@pytest.fixture(scope="module")
def expected(fitted, raw):
    return fitted.predict_proba(raw)


def with_more(raw):
    """Other order, other spellings, an EOG channel, an electrode that nothing wants."""
    n_times = raw.n_times
    more = mne.create_info(["EOG", "O1"], SFREQ, ["eog", "eeg"])
    raw = raw.copy().add_channels(
        [mne.io.RawArray(np.ones((2, n_times)), more)], force_update_info=True
    )
    raw.reorder_channels(["O1", "C4", "Pz", "EOG", "Fz", "C3", "Cz"])
    return raw.rename_channels({"C4": "EEG C4-REF", "Fz": "FZ"})


def epochs(raw):
    return mne.make_fixed_length_epochs(raw, duration=CLIP, preload=True, verbose="error")


def braindecode_windows(raw, **options):
    description = {"subject": 7}
    return create_fixed_length_windows(
        BaseConcatDataset([RawDataset(raw, description)]),
        window_size_samples=CLIP * SFREQ,
        window_stride_samples=CLIP * SFREQ,
        on_last_window="drop",
        **options,
    )


FORMS = {
    "Raw": lambda raw: raw,
    "list": lambda raw: [raw],
    "Raw, other order and more channels": with_more,
    "Epochs": epochs,
    "Epochs, other order and more channels": lambda raw: epochs(with_more(raw)),
    "array": lambda raw: epochs(raw).get_data(),
    "own windows": recording_windows,
    "braindecode windows": braindecode_windows,
    "braindecode windows, other order": lambda raw: braindecode_windows(with_more(raw)),
    "braindecode epochs": lambda raw: braindecode_windows(
        with_more(raw), use_mne_epochs=True, preload=True
    ),
    "Subset": lambda raw: Subset(braindecode_windows(with_more(raw)), range(10)),
    "file": lambda raw: raw.filenames[0],
    "file as text": lambda raw: str(raw.filenames[0]),
    "files": lambda raw: [raw.filenames[0]],
    "files as an array": lambda raw: np.array([str(raw.filenames[0])]),
    "BIDSPath": lambda raw: bids_path(raw),
    "BIDSPath without extension": lambda raw: bids_path(raw).update(extension=None),
}


def bids_path(raw):
    root = raw.filenames[0].parents[2]
    return BIDSPath(
        subject="a", task="rest", suffix="eeg", extension=".edf", datatype="eeg", root=root
    )


@pytest.mark.parametrize("form", FORMS)
def test_same_predictions_in_any_form(form, fitted, raw, expected):
    same = FORMS[form](raw)
    if form == "own windows":
        same = recording_windows(raw, clip_len=CLIP)
    np.testing.assert_allclose(fitted.predict_proba(same), expected, atol=1e-6)
    codes = decide(expected, fitted.classes_.tolist())
    assert (fitted.predict(same) == fitted.classes_[codes]).all()


@pytest.mark.parametrize("as_root", [lambda root: root, lambda root: BIDSPath(root=root)])
def test_dataset_means_its_recordings_by_path(as_root, fitted, dataset, expected):
    probabilities = fitted.predict_proba(as_root(dataset))
    assert len(probabilities) == 3 * len(expected)
    np.testing.assert_allclose(probabilities[: len(expected)], expected, atol=1e-6)


def test_fit_is_the_same_on_raws_files_and_windows(dataset):
    net = classifier(train_split=None, background=0)
    files = [dataset / f"sub-{p}" / "eeg" / f"sub-{p}_task-rest_eeg.edf" for p in "ab"]
    raws = [mne.io.read_raw_edf(path, preload=True, verbose="error") for path in files]
    labelled = [
        raw.set_annotations(made.annotations) for raw, made in zip(raws, make_raws(2), strict=True)
    ]
    windows = typed_windows(labelled, clip_len=CLIP, first_clip_only=False)
    expected = net.fit(labelled).predict_proba(raws)
    for same in (files, windows):
        np.testing.assert_allclose(net.fit(same).predict_proba(raws), expected, atol=1e-6)
    assert list(net.classes_) == ["CF", "GN", "AB", "CT"]
    assert net.score(labelled) == net.score(files) == net.score(windows)


def test_unlabelled_recordings_are_left_out_and_named(dataset):
    net = classifier(train_split=None, max_epochs=1)
    with pytest.warns(RuntimeWarning, match=r"1 of 3 .*\n.*sub-c_task-rest_eeg.edf: has no labels"):
        net.fit(dataset)
    with pytest.raises(InputError, match="has no labels"):
        net.fit(dataset / "sub-c" / "eeg" / "sub-c_task-rest_eeg.edf")


def test_damaged_file_is_an_error_where_each_recording_counts(dataset, fitted, tmp_path):
    damaged = tmp_path / "damaged.edf"
    damaged.write_bytes(b"0" * 300)
    good = dataset / "sub-a" / "eeg" / "sub-a_task-rest_eeg.edf"
    with pytest.raises(InputError, match="damaged.edf"):
        fitted.predict([good, damaged])
    with pytest.raises(InputError, match="damaged.edf"):
        classifier().fit([good, damaged], ["a", "b"])
    with pytest.raises(InputError, match="does not exist"):
        fitted.predict(tmp_path / "none.edf")


@pytest.mark.parametrize("batch_size", [1, 8, 64])
def test_one_class_per_recording_is_predicted_per_recording(batch_size):
    raws = make_raws(6, seconds=8)
    y = ["slow", "fast"] * 3
    net = classifier(max_epochs=1, train_split=None, batch_size=batch_size).fit(raws, y)
    by_window = [net.predict_proba(epochs(raw)) for raw in raws]
    by_recording = net.predict_proba(raws)
    assert [len(rows) for rows in by_window] == [4] * 6
    np.testing.assert_allclose(by_recording, [rows.mean(0) for rows in by_window], atol=1e-6)
    assert net.predict(raws).shape == (6,)
    assert 0 <= net.score(raws, y) <= 1
    with pytest.raises(ValueError, match="inconsistent"):
        net.fit(raws, y[:5])


def test_recordings_of_the_signal_store_are_neither_loaded_nor_changed(dataset, tmp_path):
    files = [dataset / f"sub-{p}" / "eeg" / f"sub-{p}_task-rest_eeg.edf" for p in "ab"]
    stored = []
    for path in files:
        events = read_events_tsv(path.with_name(path.name.replace("_eeg.edf", "_events.tsv")))
        prepared = read_prepared(path, events=events, channels=CHANNELS, sfreq=SFREQ, max_missing=2)
        write_signals(tmp_path / f"{path.stem}.h5", prepared, dtype="float32")
        stored.append(read_raw_asgpf_h5(tmp_path / f"{path.stem}.h5"))
    told = [raw.info["subject_info"] for raw in stored]
    split = Recorded(0.5)
    net = classifier(train_split=split, background=0)
    expected = net.fit(files, groups=["u", "v"]).predict_proba(files)
    np.testing.assert_allclose(
        net.fit(stored, groups=["u", "v"]).predict_proba(stored), expected, atol=1e-6
    )
    assert split.train | split.valid == {"u", "v"}
    assert not any(raw.preload for raw in stored)
    assert [raw.info["subject_info"] for raw in stored] == told


def test_one_stored_recording_given_twice_has_the_class_of_each_place(dataset, tmp_path):
    file = dataset / "sub-a" / "eeg" / "sub-a_task-rest_eeg.edf"
    prepared = read_prepared(file, channels=CHANNELS, sfreq=SFREQ, max_missing=2)
    write_signals(tmp_path / "a.h5", prepared, dtype="float32")
    stored = read_raw_asgpf_h5(tmp_path / "a.h5")
    y = np.array(["slow", "fast"])
    windows = to_windows([stored, stored], y, None, classifier()._settings_to_fit(y, reset=True))
    assert windows.labels.tolist() == ["slow"] * 10 + ["fast"] * 10


def test_epochs_provide_classes_and_patients():
    X, y = make_array()
    code = {"slow": 3, "fast": 8}
    events = np.column_stack([np.arange(12) * 64, np.zeros(12, int), [code[name] for name in y]])
    made = mne.EpochsArray(
        X, mne.create_info(list(CHANNELS), SFREQ, "eeg"), events, event_id=code, verbose="error"
    )
    net = classifier(train_split=None)
    expected = net.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(net.fit(made).predict_proba(made), expected)
    assert list(net.classes_) == ["fast", "slow"]
    assert net.score(made) == net.score(X, y)


def test_targets_of_a_foreign_dataset_are_classes_and_subjects_patients():
    windows = create_fixed_length_windows(
        BaseConcatDataset(
            [RawDataset(make_raw(i), {"subject": i, "kind": 5 + i % 2}, "kind") for i in range(4)]
        ),
        window_size_samples=CLIP * SFREQ,
        window_stride_samples=CLIP * SFREQ,
        on_last_window="drop",
    )
    split = Recorded()
    net = classifier(train_split=split, max_epochs=1).fit(windows)
    assert list(net.classes_) == [5, 6]
    assert not split.train & split.valid
    assert split.train | split.valid == {0, 1, 2, 3}


def joined_windows(X, y=None):
    return to_windows(X, y, None, classifier()._settings_to_fit(y, reset=True))


def test_joined_datasets_keep_their_classes_and_patients():
    options = {"clip_len": CLIP, "first_clip_only": False}
    four = typed_windows(make_raws(2), **options)
    eight = typed_windows(make_raw(2, "absz"), scheme=8, **options)
    both = ConcatDataset([four, Subset(eight, range(1, len(eight)))])
    windows = joined_windows(Subset(both, range(2, len(both))))
    one, other = four.get_metadata().iloc[2:], eight.get_metadata().iloc[1:]
    assert windows.labels.tolist() == [*one["class"], *other["class"]]
    assert windows.patients.tolist() == [*one["patient"], *other["patient"]]
    assert list(windows.classes) == list(dict.fromkeys([*four.classes, *eight.classes]))
    split = Recorded(0.3)
    net = classifier(train_split=split, max_epochs=1).fit(ConcatDataset([four, four]))
    assert list(net.classes_) == list(four.classes)
    assert not split.train & split.valid and split.train | split.valid == {"p0", "p1"}


def test_joined_datasets_of_others_keep_what_they_know():
    of_one = [braindecode_windows(make_raw(i)).datasets[0] for i in range(2)]
    patients = joined_windows(ConcatDataset(of_one), ["slow", "fast"] * 10).patients
    assert patients.tolist() == [7] * 20
    X, _ = make_array()
    unnamed = TensorDataset(torch.from_numpy(X), torch.arange(12) % 2)
    windows = joined_windows(ConcatDataset([unnamed, unnamed]))
    assert windows.labels.tolist() == [0, 1] * 12 and windows.patients is None
    mixed = joined_windows(ConcatDataset([unnamed, *of_one]), ["slow", "fast"] * 16)
    assert pd.isna(mixed.patients).tolist() == [True] * 12 + [False] * 20


def test_missing_and_extra_channels_are_logged_and_masked(fitted, raw):
    lacking = with_more(raw).drop_channels(["Cz"])
    lacking.info["bads"] = ["Pz"]
    for same in (lacking, epochs(lacking), braindecode_windows(lacking)):
        with mne.utils.catch_logging() as log, mne.utils.use_log_level("info"):
            probabilities = fitted.predict_proba(same)
        assert "Channels missing or bad: Cz, Pz. Channels left out: O1, EOG." in log.getvalue()
        expected = raw.get_data() * np.array([1, np.nan, np.nan, 1, 1])[:, None]
        expected = expected.reshape(5, -1, CLIP * SFREQ).swapaxes(0, 1)
        np.testing.assert_allclose(probabilities, fitted.predict_proba(expected), atol=1e-6)
    lacking.drop_channels(["FZ"])
    for same in (lacking, epochs(lacking), braindecode_windows(lacking)):
        with pytest.raises(InputError, match="3 of 5 .*: Fz, Cz, Pz; others present: O1, EOG"):
            fitted.predict(same)


def test_other_sampling_rates_and_units_are_reported(fitted, raw):
    other = epochs(raw).resample(20, verbose="error")
    with pytest.raises(InputError, match="20 Hz, not 16 Hz"):
        fitted.predict(other)
    assert len(fitted.predict(raw.copy().resample(20))) == len(fitted.predict(raw))
    with (
        pytest.warns(RuntimeWarning, match="typical amplitude .* give volts"),
        pytest.warns(RuntimeWarning, match=r"10 of 10 windows \(out of range: 10\)"),
    ):
        fitted.predict(1e6 * epochs(raw).get_data())


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((2, 3, 32)), "windows have 3 channels, those of the fit had 5"),
        (np.zeros((2, 5, 4, 8)), "shape"),
        (np.zeros((2, 5, 15)), "15 samples, less than a second at 16 Hz"),
        (np.full((2, 5, 32), np.inf), "infinite"),
        (np.zeros((0, 5, 32)), "0 sample"),
        ([], "Expected 2D array"),
        (None, "Expected 2D array"),
    ],
)
def test_invalid_input_is_refused(fitted, X, message):
    with pytest.raises(ValueError, match=message):
        fitted.predict(X)
