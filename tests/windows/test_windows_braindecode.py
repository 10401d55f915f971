"""Windows in braindecode's hands: its windowers, loaders and classifiers, and lazy reading."""

import mne
import numpy as np
import pytest
import torch
from braindecode import EEGClassifier
from braindecode.models import ShallowFBCSPNet
from braindecode.preprocessing import create_fixed_length_windows, create_windows_from_events
from raws import numbered_raw
from torch.utils.data import DataLoader

from mne_asgpf import ASGPFClassifier, pretraining_windows, recording_windows, typed_windows
from mne_asgpf.signals import read_raw_asgpf_h5
from mne_asgpf.signals.prepared import PreparedRecording
from mne_asgpf.signals.signal_store import write_signals
from mne_asgpf.windows import detection_windows, recordings_dataset

EVENTS = [(10.0, 25.0, "fnsz"), (40.0, 14.0, "absz")]
MAPPING = {"fnsz": 0, "absz": 2}


@pytest.fixture(params=["in memory", "on disk", "in the store"])
def raws(request, tmp_path):
    raws = [numbered_raw(EVENTS, patient=f"p{i}") for i in range(3)]
    if request.param == "in memory":
        return raws
    if request.param == "in the store":
        paths = [tmp_path / f"{i}.h5" for i in range(3)]
        for i, (raw, path) in enumerate(zip(raws, paths, strict=True)):
            data, events = raw.get_data(), raw.annotations
            recording = PreparedRecording(
                data, raw.ch_names, 200.0, [], events, {}, 200.0, None, None, None
            )
            write_signals(path, recording, about={"patient": f"p{i}"})
        return [read_raw_asgpf_h5(path) for path in paths]
    paths = [tmp_path / f"{i}_raw.fif" for i in range(3)]
    for raw, path in zip(raws, paths, strict=True):
        raw.save(path, fmt="double")
    return [mne.io.read_raw_fif(path, preload=False) for path in paths]


def test_braindecodes_windowers_cut_the_same_recordings(raws):
    recordings = recordings_dataset(raws, descriptions=[{"split": "train"}] * 3)
    assert recordings.description["patient"].tolist() == ["p0", "p1", "p2"]
    fixed = create_fixed_length_windows(
        recordings, window_size_samples=2400, window_stride_samples=2400, on_last_window="drop"
    )
    ours = detection_windows(raws)
    assert len(fixed) == len(ours) == 15
    for theirs, own in zip(fixed, ours, strict=True):
        np.testing.assert_array_equal(theirs[0], own[0])
    by_event = create_windows_from_events(
        recordings,
        window_size_samples=2400,
        window_stride_samples=2400,
        mapping=MAPPING,
        on_last_window="drop",
    )
    metadata = by_event.get_metadata()
    assert metadata["target"].tolist() == [0, 0, 2] * 3
    assert metadata["split"].unique().tolist() == ["train"]
    np.testing.assert_array_equal(by_event[0][0][0], np.arange(2000, 4400))


def test_windows_are_read_on_demand(raws, monkeypatch):
    read = []
    lazy = not raws[0].preload
    for raw in raws:
        name = "read_window" if hasattr(raw, "read_window") else "_read_segment"
        original = getattr(raw, name)
        monkeypatch.setattr(raw, name, lambda *a, f=original, **k: read.append(a) or f(*a, **k))
    for cut in (typed_windows, detection_windows, pretraining_windows, recording_windows):
        windows = cut(raws)
        assert not read
        window, _, (_, start, stop) = windows[0]
        np.testing.assert_array_equal(window[0, : stop - start], np.arange(start, stop))
        assert len(read) == int(lazy)
        read.clear()
    assert not any(raw.preload for raw in raws) or not lazy


@pytest.mark.parametrize("n_workers", [0, 2])
def test_braindecodes_loader_returns_batches(raws, n_workers):
    loader = DataLoader(typed_windows(raws), batch_size=4, num_workers=n_workers)
    batches = list(loader)
    assert [tuple(batch[0].shape) for batch in batches] == [(4, 19, 2400), (2, 19, 2400)]
    assert torch.cat([batch[1] for batch in batches]).tolist() == [0, 2] * 3
    starts = torch.cat([batch[2][1] for batch in batches]).tolist()
    assert starts == [1600, 7600] * 3


def test_braindecodes_classifier_is_fitted_to_them(raws):
    windows = typed_windows(raws, clip_len=5)
    windows.transform = lambda window: np.nan_to_num(window / 1e4)
    classifier = EEGClassifier(
        ShallowFBCSPNet,
        module__final_conv_length="auto",
        max_epochs=1,
        batch_size=6,
        train_split=None,
        classes=[0, 1, 2, 3],
        verbose=0,
        iterator_train__drop_last=False,
    )
    classifier.fit(windows, y=None)
    assert classifier.predict(windows).shape == (6,)
    assert np.isfinite(classifier.history[-1, "train_loss"])


@pytest.mark.filterwarnings("ignore:X. there is nothing above")  # their samples count up
def test_our_classifier_is_fitted_to_lazy_windows(raws):
    windows = typed_windows(raws, clip_len=5)
    windows.transform = lambda window: 1e-8 * window
    classifier = ASGPFClassifier(
        max_epochs=1, min_batches=1, clip_len=5.0, verbose=0, module__n_units=4, random_state=0
    )
    assert classifier.fit(windows).predict(windows).shape == (6,)
