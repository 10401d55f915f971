"""The signal store: round trips within its precision, by mne, braindecode and this package."""

import pickle

import h5py
import matplotlib
import matplotlib.pyplot as plt
import mne
import numpy as np
import pytest
from braindecode.datasets import BaseConcatDataset, RawDataset
from braindecode.preprocessing import create_fixed_length_windows, create_windows_from_events
from edf_files import TUSZ_LABELS, write_edf
from torch.utils.data import DataLoader

from mne_asgpf.channels import ELECTRODES, electrode
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import from_annotations, make_event_table
from mne_asgpf.signals import prepare_raw, read_raw_asgpf_h5
from mne_asgpf.signals.recording import read_prepared
from mne_asgpf.signals.signal_store import write_signals
from mne_asgpf.windows import pretraining_windows, recording_windows, typed_windows

EVENTS = make_event_table(
    [
        {"onset": 10.0, "duration": 20.5, "label": "fnsz", "channels": ("Fp1", "F7")},
        {"onset": 40.0, "duration": 6.0, "label": "tcsz", "confidence": 0.75},
    ]
)


@pytest.fixture
def recording(tmp_path):
    """A minute at 250 Hz without Fz, with two seizures."""
    labels = [label for label in TUSZ_LABELS if electrode(label) != "Fz"]
    path = write_edf(tmp_path / "aaaaaaac_s001_t000.edf", labels, sfreq=250, seconds=60)
    return read_prepared(path, events=EVENTS)


@pytest.fixture
def stored(recording, tmp_path):
    """The same in the store."""
    path = tmp_path / "aaaaaaac_s001_t000.h5"
    write_signals(path, recording, about={"patient": "aaaaaaac"}, provenance={"source": "a"})
    return path


def test_written_files_are_read_back(recording, stored):
    raw = read_raw_asgpf_h5(stored)
    assert not raw.preload
    assert tuple(raw.ch_names) == ELECTRODES
    assert (raw.n_times, raw.info["sfreq"], raw.info["bads"]) == (12000, 200.0, ["Fz"])
    assert raw.info["subject_info"]["his_id"] == "aaaaaaac"
    assert raw.info["meas_date"] is None
    assert raw.provenance == {"source": "a"}
    events = from_annotations(raw.annotations)
    assert events[["onset", "duration", "label", "confidence"]].equals(
        EVENTS[["onset", "duration", "label", "confidence"]]
    )
    assert events.loc[0, "channels"] == ("F7", "Fp1")
    assert np.isnan(raw.get_data(picks="Fz")).all()


def test_int16_is_off_by_half_a_step_at_most(recording, stored):
    data = read_raw_asgpf_h5(stored).get_data()
    present = ~np.isnan(recording.data).all(axis=1)
    peaks = np.abs(recording.data[present]).max(axis=1)
    errors = np.abs(data - recording.data)[present].max(axis=1)
    assert np.all(errors <= 0.51 * peaks / 32767)  # 0.01: single precision
    assert errors.max() > 0


@pytest.mark.parametrize("spoil", ["too coarse", "holed", "asked for"])
def test_float32_if_int16_is_too_coarse(recording, tmp_path, spoil):
    if spoil == "too coarse":
        recording.data[3, 7] = 0.05  # 50 mV
    elif spoil == "holed":
        recording.data[3, 7:9] = np.nan
    dtype = "float32" if spoil == "asked for" else "int16"
    write_signals(tmp_path / "a.h5", recording, dtype=dtype)
    raw = read_raw_asgpf_h5(tmp_path / "a.h5")
    assert raw.orig_format == "single"
    np.testing.assert_array_equal(raw.get_data(), recording.data)


def test_a_silent_channel_is_zero(recording, tmp_path):
    recording.data[2] = 0
    write_signals(tmp_path / "a.h5", recording)
    raw = read_raw_asgpf_h5(tmp_path / "a.h5")
    assert not raw.get_data(picks=[2]).any()
    assert raw.info["bads"] == ["Fz"]


def test_equal_recordings_yield_equal_bytes(recording, stored, tmp_path):
    about, provenance = {"patient": "aaaaaaac"}, {"source": "a"}
    write_signals(tmp_path / "again.h5", recording, about=about, provenance=provenance)
    assert (tmp_path / "again.h5").read_bytes() == stored.read_bytes()


def test_it_is_a_raw_like_any_other(stored):
    raw = read_raw_asgpf_h5(stored)
    data = raw.get_data()
    loaded = raw.copy().load_data()
    np.testing.assert_array_equal(loaded.get_data(), data)
    np.testing.assert_array_equal(raw[3:5, 100:200][0], data[3:5, 100:200])
    picked = raw.copy().pick(["Cz", "Fp1", "O2"])
    rows = [raw.ch_names.index(name) for name in picked.ch_names]
    np.testing.assert_array_equal(picked.get_data(), data[rows])
    np.testing.assert_array_equal(picked.read_window(10, 20), data[rows, 10:20].astype("f4"))
    cropped = raw.copy().crop(20.0, 50.0)
    np.testing.assert_array_equal(cropped.get_data(), data[:, 4000:10001])
    np.testing.assert_array_equal(cropped.read_window(0, 10), data[:, 4000:4010].astype("f4"))
    assert from_annotations(cropped.annotations, cropped.first_time)["onset"].tolist() == [0, 20]
    twice = mne.concatenate_raws([raw.copy(), cropped.copy()], on_mismatch="ignore")
    np.testing.assert_array_equal(twice[:, 11990:12010][0][:, 10:], data[:, 4000:4010])
    np.testing.assert_array_equal(
        twice.read_window(11990, 12010)[:, 10:], data[:, 4000:4010].astype("f4")
    )
    with pytest.raises(RuntimeError, match="preload"):
        raw[0, 0] = 1.0


def test_projections_apply(stored):
    raw = read_raw_asgpf_h5(stored).pick("eeg", exclude="bads")
    data = raw.get_data()
    raw.set_eeg_reference(projection=True, verbose="error").apply_proj(verbose="error")
    referenced = raw.get_data()
    np.testing.assert_allclose(referenced, data - data.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(raw.read_window(0, 9), referenced[:, :9], rtol=1e-5, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")  # mne's, of the missing channel
def test_it_plots_and_saves(stored, tmp_path):
    matplotlib.use("Agg")
    raw = read_raw_asgpf_h5(stored)
    plt.close(raw.plot(show=False, verbose="error"))
    raw.save(tmp_path / "a_raw.fif", fmt="double", verbose="error")
    saved = mne.io.read_raw(tmp_path / "a_raw.fif", verbose="error")
    np.testing.assert_allclose(saved.get_data(), raw.get_data())


def test_a_pickle_reads_from_the_file(stored):
    raw = read_raw_asgpf_h5(stored)
    raw.get_data(stop=10)  # the file is open now
    pickled = pickle.dumps(raw)
    assert len(pickled) < 20_000
    np.testing.assert_array_equal(pickle.loads(pickled).get_data(), raw.get_data())


def test_windows_equal_those_of_the_raw_in_memory(stored):
    raw = read_raw_asgpf_h5(stored)
    loaded = raw.copy().load_data()
    for cut in (typed_windows, pretraining_windows, recording_windows):
        ours, wanted = cut([raw]), cut([loaded])
        assert ours.get_metadata().equals(wanted.get_metadata())
        for one, other in zip(ours, wanted, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            assert (one[0].dtype, one[1:]) == (np.float32, other[1:])
    windows = typed_windows([raw])
    windows.datasets[0].transform = lambda window: -window
    np.testing.assert_array_equal(windows[0][0], -typed_windows([loaded])[0][0])


def test_a_stored_recording_stays_lazy_when_it_needs_no_preparation(stored):
    raw = read_raw_asgpf_h5(stored)
    assert prepare_raw(raw) is raw
    assert prepare_raw(raw, channels=ELECTRODES[:9]).ch_names == list(ELECTRODES[:9])
    raw.info["bads"] = ["Fz", "Cz"]  # more than the store holds as NaN
    assert np.isnan(prepare_raw(raw).get_data(picks="Cz")).all()
    with pytest.raises(InputError, match="Fz"):
        prepare_raw(read_raw_asgpf_h5(stored), max_missing=0)


def test_braindecode_cuts_windows_from_it(stored):
    raw = read_raw_asgpf_h5(stored)
    dataset = BaseConcatDataset([RawDataset(raw, {"patient": "aaaaaaac"})])
    fixed = create_fixed_length_windows(
        dataset, window_size_samples=2400, window_stride_samples=2400, on_last_window="drop"
    )
    assert len(fixed) == 5
    np.testing.assert_array_equal(fixed[1][0], raw.get_data(start=2400, stop=4800).astype("f4"))
    typed = create_windows_from_events(
        dataset,
        mapping={"fnsz": 0, "tcsz": 1},
        window_size_samples=1000,
        window_stride_samples=1000,
        on_last_window="drop",
    )
    assert [y for _, y, _ in typed] == [0, 0, 0, 0, 1]


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_loaders_read_in_other_processes(stored):
    raw = read_raw_asgpf_h5(stored)
    windows = recording_windows([raw], clip_len=5.0)
    wanted = [windows[i][0] for i in range(len(windows))]  # opened here before the fork
    loader = DataLoader(windows, batch_size=4, num_workers=1)
    batches = [batch[0].numpy() for batch in loader]
    np.testing.assert_array_equal(np.concatenate(batches), wanted)


def test_a_file_that_is_not_of_the_store_is_refused(stored, tmp_path):
    content = stored.read_bytes()
    (tmp_path / "text.h5").write_text("no HDF5")
    (tmp_path / "cut.h5").write_bytes(content[: len(content) // 2])
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["signals"] = [1.0]
    (tmp_path / "newer.h5").write_bytes(content)
    with h5py.File(tmp_path / "newer.h5", "a") as file:
        file.attrs["format_version"] = 3
    (tmp_path / "holed.h5").write_bytes(content)
    with h5py.File(tmp_path / "holed.h5", "a") as file:
        del file["annotations/extras"]
    for name, problem in {
        "text": "cannot be read",
        "cut": "cannot be read",
        "none": "cannot be read",
        "other": "has format None",
        "newer": "version 3, expected mne_asgpf signals, version 2",
        "holed": "damaged",
    }.items():
        with pytest.raises(InputError, match=f"{name}.h5: .*{problem}"):
            read_raw_asgpf_h5(tmp_path / f"{name}.h5")
