"""Recordings brought into the form that windows are cut from."""

from datetime import UTC, datetime

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mne_asgpf.channels import ELECTRODES
from mne_asgpf.errors import InputError
from mne_asgpf.event_table import from_annotations, make_event_table
from mne_asgpf.signals.recording import prepare_raw, read_recording
from mne_asgpf.signals.resample import resample_exact

LABELS = [f"EEG {name.upper()}-REF" for name in ELECTRODES]
LABELS = [old.replace("T7", "T3").replace("T8", "T4") for old in LABELS]


def _raw(labels=LABELS, sfreq=256.0, seconds=6.0, seed=0):
    rng = np.random.default_rng(seed)
    data = rng.normal(scale=2e-5, size=(len(labels), int(seconds * sfreq)))
    return mne.io.RawArray(data, mne.create_info(list(labels), sfreq, "eeg"))


@settings(deadline=None, max_examples=30)
@given(st.sampled_from([160.0, 250.0, 256.0, 400.0, 500.0, 512.0]), st.integers(401, 3000))
def test_resampling_keeps_time(sfreq, n_times):
    times = np.arange(n_times) / sfreq
    # An offset and a drift, which a periodic method would turn into jumps at the ends.
    tone = np.sin(2 * np.pi * 9.7 * times) + 50 + 3 * times
    resampled = resample_exact(tone[None], sfreq, 200.0)[0]
    assert len(resampled) == int(n_times * 200 // sfreq)
    new_times = np.arange(len(resampled)) / 200
    wanted = np.sin(2 * np.pi * 9.7 * new_times) + 50 + 3 * new_times
    inner = (new_times > 0.2) & (new_times < times[-1] - 0.2)
    np.testing.assert_allclose(resampled[inner], wanted[inner], atol=0.01)


def test_resampling_does_not_alias():
    times = np.arange(5000) / 500
    resampled = resample_exact(np.sin(2 * np.pi * 130 * times)[None], 500.0, 200.0)[0]
    assert np.abs(resampled[200:-200]).max() < 0.01


@pytest.mark.parametrize("sfreq", [250.0, 256.0, 400.0, 512.0])
def test_a_tone_stays_within_a_sample_over_an_hour(sfreq):
    # 3607 s: a prime number of seconds. The bursts of the tone have their middle at known times.
    times = np.arange(int(3607 * sfreq)) / sfreq
    middles = np.array([2.0, 1800.5, 3604.25])
    tone = sum(np.exp(-(((times - t) / 0.2) ** 2)) * np.cos(40 * (times - t)) for t in middles)
    resampled = resample_exact(tone[None].astype(np.float32), sfreq, 200.0)[0]
    new_times = np.arange(len(resampled)) / 200
    for middle in middles:
        near = np.abs(new_times - middle) < 1
        power = resampled[near].astype(float) ** 2
        found = np.sum(new_times[near] * power) / power.sum()
        assert abs(found - middle) < 1e-4  # a fiftieth of a sample


def test_released_resampling_stretches_time_as_documented():
    raw = _raw(sfreq=256.0, seconds=6.9)
    assert prepare_raw(raw).n_times == int(6.9 * 256) * 200 // 256
    assert prepare_raw(raw, resampling="released").n_times == 1200
    with pytest.raises(ValueError, match="resampling"):
        prepare_raw(raw, resampling="linear")


def test_channels_are_found_in_any_order_and_spelling():
    raw = _raw()
    shuffled = raw.copy().reorder_channels(LABELS[::-1])
    prepared = prepare_raw(shuffled)
    assert tuple(prepared.ch_names) == ELECTRODES
    assert prepared.info["sfreq"] == 200
    assert prepared.n_times == 1200
    np.testing.assert_array_equal(prepared.get_data(), prepare_raw(raw).get_data())


def test_prepared_recordings_are_unchanged():
    raw = _raw(ELECTRODES, sfreq=200.0)
    np.testing.assert_array_equal(prepare_raw(raw).get_data(), raw.get_data())
    np.testing.assert_array_equal(prepare_raw(prepare_raw(raw)).get_data(), raw.get_data())


def test_missing_and_bad_channels_are_nan():
    raw = _raw().drop_channels([LABELS[3]])
    raw.info["bads"] = [LABELS[0]]
    prepared = prepare_raw(raw)
    assert prepared.info["bads"] == [ELECTRODES[0], ELECTRODES[3]]
    np.testing.assert_array_equal(np.isnan(prepared.get_data()).all(axis=1).nonzero()[0], [0, 3])
    assert np.isfinite(prepared.get_data()[[1, 2, 4]]).all()
    with pytest.raises(InputError, match=r"Fp1.*max_missing=1|F4.*Fp1"):
        prepare_raw(raw, max_missing=1)


def test_bipolar_channels_are_refused():
    raw = _raw(["FP1-F7", "F7-T7", "T7-P7", "P7-O1", "FZ-CZ"])
    with pytest.raises(InputError, match=r"bipolar.*referential"):
        prepare_raw(raw)


def test_holes_are_refused_where_resampling_would_spread_them():
    raw = _raw()
    raw._data[2, 100:110] = np.nan
    with pytest.raises(InputError, match="F3 hold"):
        prepare_raw(raw)


def test_time_subject_and_annotations_survive_a_crop():
    raw = _raw(seconds=30.0)
    raw.set_meas_date(datetime(2015, 8, 24, tzinfo=UTC))
    raw.info["subject_info"] = {"his_id": "aaaaaaac"}
    raw.set_annotations(mne.Annotations(12.0, 5.0, "fnsz", ch_names=[[LABELS[0]]]))
    prepared = prepare_raw(raw.crop(10.0, 29.0))
    assert prepared.first_time == 0
    assert prepared.info["meas_date"] == datetime(2015, 8, 24, 0, 0, 10, tzinfo=UTC)
    assert prepared.info["subject_info"]["his_id"] == "aaaaaaac"
    events = from_annotations(prepared.annotations, prepared.first_time)
    assert events.loc[0, ["onset", "duration", "label"]].tolist() == [2.0, 5.0, "fnsz"]
    assert events.loc[0, "channels"] == ("Fp1",)


@pytest.fixture
def edf(tmp_path):
    """An EDF file that holds a tone burst at 3 s, at 250 Hz, and a 1-Hz channel."""
    import edfio

    times = np.arange(250 * 10) / 250
    burst = 80 * np.sin(2 * np.pi * 20 * times) * (np.abs(times - 3.0) < 0.25)
    burst += np.random.default_rng(0).normal(0, 1, len(times))
    signals = [
        edfio.EdfSignal(
            burst, 250, label=label, physical_dimension="uV", physical_range=(-3200, 3200)
        )
        for label in LABELS
    ]
    signals.append(edfio.EdfSignal(np.arange(10.0), 1, label="BURSTS", physical_range=(0, 1000)))
    path = tmp_path / "aaaaaaac_s001_t000.edf"
    edfio.Edf(signals).write(path)
    return path


def test_an_edf_is_read_with_its_events(edf):
    events = make_event_table(
        [
            {"onset": 2.75, "duration": 0.5, "label": "cpsz", "channels": ("T3-C3", "FP1-F7")},
            {"onset": 8.0, "duration": 2.004, "label": "gnsz"},
        ]
    )
    raw = read_recording(edf, events=events)
    assert tuple(raw.ch_names) == ELECTRODES
    assert (raw.n_times, raw.info["sfreq"]) == (2000, 200)
    assert raw.info["subject_info"]["his_id"] == "aaaaaaac"
    assert raw.filenames[0].name == edf.name
    assert list(raw.annotations.description) == ["cpsz", "gnsz"]
    assert raw.annotations.ch_names[0] == ("C3", "F7", "Fp1", "T7")
    power = raw.get_data(picks="Cz")[0] ** 2 * (np.abs(raw.times - 3) < 0.3)
    centre = np.sum(raw.times * power) / power.sum()
    assert centre == pytest.approx(3.0, abs=0.003)
    assert np.abs(raw.get_data()).max() == pytest.approx(80e-6, rel=0.1)


def test_a_truncated_edf_is_refused(edf):
    edf.write_bytes(edf.read_bytes()[:1000])
    with pytest.raises(InputError, match=edf.name):
        read_recording(edf)


def test_files_that_mne_cannot_read_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no EEG")
    with pytest.raises(InputError, match="notes.txt: cannot be read"):
        read_recording(tmp_path / "notes.txt")
    with pytest.raises(InputError, match="none.fif: cannot be read"):
        read_recording(tmp_path / "none.fif")


def test_the_first_of_two_equal_labels_is_used(edf):
    content = bytearray(edf.read_bytes())
    start = 256 + 16 * 19  # the label of the last signal
    content[start : start + 16] = b"EEG FP1-REF     "
    edf.write_bytes(content)
    with pytest.warns(RuntimeWarning, match="not unique"):
        raw = read_recording(edf)
    assert raw.info["bads"] == []
    assert np.ptp(raw.get_data(picks="Fp1")) > 1e-4


def test_an_impossible_start_date_is_ignored(edf):
    content = bytearray(edf.read_bytes())
    content[168:176] = b"01:01:85"
    edf.write_bytes(content)
    with pytest.warns(RuntimeWarning, match="measurement date"):
        assert read_recording(edf).n_times == 2000


def test_real_recordings_are_read(shared):
    raw = read_recording(shared / "data" / "eeg" / "eegmat_Subject00_2.edf")
    assert raw.info["bads"] == []
    assert raw.info["sfreq"] == 200
    assert 1e-6 < np.std(raw.get_data()) < 1e-3
    with pytest.warns(RuntimeWarning, match="160 Hz, nothing above 80 Hz"):
        raw = read_recording(shared / "data" / "eeg" / "eegmmidb_S001R01.edf")
    assert raw.info["bads"] == []
    with pytest.raises(InputError, match=r"neonatal_8ch.edf.*bipolar"):
        read_recording(shared / "data" / "eeg" / "neonatal_8ch.edf")
