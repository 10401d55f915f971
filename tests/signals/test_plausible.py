"""Signals that are not plausible EEG in volts are refused or raise a warning."""

import re

import mne
import numpy as np
import pytest
from edf_files import TUSZ_LABELS, set_field, set_signal_field, write_edf

from mne_asgpf import ASGPFClassifier, InputError
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.corpora.recording_check import check_recording
from mne_asgpf.signals import prepare_raw, read_raw_asgpf_h5, read_recording
from mne_asgpf.signals.plausible import find_implausible
from mne_asgpf.signals.prepared import PreparedRecording
from mne_asgpf.signals.resample import resample_exact
from mne_asgpf.signals.signal_store import write_signals

RATE, SECONDS = 200, 30
N = len(TUSZ_LABELS)


def noise(rate=RATE):
    return np.random.default_rng(0).normal(0, 2e-5, (19, rate * SECONDS))


def as_raw(data, sfreq=RATE):
    return mne.io.RawArray(data, mne.create_info(list(ELECTRODES), sfreq, "eeg"), verbose="error")


def tone(frequency):
    return 5e-5 * np.sin(2 * np.pi * frequency * np.arange(RATE * SECONDS) / RATE)


def one_channel(values):
    data = noise()
    data[3] = values
    return data


TOLD = {
    "millivolts": (1e3 * noise(), "typical amplitude is 0.02 V.*give volts"),
    "microvolts": (1e6 * noise(), "typical amplitude is 20 V.*give volts"),
    "scaled by 1e-3": (1e-3 * noise(), "typical amplitude is 2e-08 V.*scale to volts once"),
    "scaled by 1e-6": (1e-6 * noise(), "typical amplitude is 2e-11 V.*scale to volts once"),
    "zero": (0 * noise(), r"every channel is flat \(zero\).*check the leads"),
    "DC": (0 * noise() + 0.1, r"every channel is flat \(constant\)"),
    "flat lead": (one_channel(0), "flat: F4. Remedy: mark the channels as bad"),
    "lead at an offset": (one_channel(3e-3), "flat: F4"),
    "lead in microvolts": (one_channel(1e6 * noise()[3]), "far beyond EEG: F4"),
    "mains": (tone(50) + noise() / 40, "line noise at 50 Hz .*notch_filter.50"),
    "mains of America": (tone(60) + noise() / 40, "line noise at 60 Hz"),
    "mains in one lead": (
        one_channel(tone(60) + noise()[3] / 40),
        "line noise at 60 Hz .* in F4. ",
    ),
    "upsampled": (resample_exact(noise(64), 64, RATE), "nothing above 3. Hz.*upsampled"),
}


def one_value(value):
    data = noise()
    data[3, 777] = value
    return data


REFUSED = {
    "NaN": (noise() * np.nan, "missing|without NaN"),
    "infinite": (one_channel(np.inf), "holds infinite values"),
}


def test_eeg_does_not_raise_warnings():
    assert find_implausible(noise()[None], RATE, ELECTRODES) == []
    prepare_raw(as_raw(noise()))  # a warning would be an error
    half = noise()
    half[:, : RATE * SECONDS // 3] = np.nan  # not all of it is missing
    prepare_raw(as_raw(half))
    last = noise()
    last[:, :-RATE] = np.nan  # a second is left
    prepare_raw(as_raw(last))


@pytest.mark.parametrize("case", TOLD)
def test_implausible_recordings_raise_warnings(case, tmp_path):
    data, message = TOLD[case]
    with pytest.warns(RuntimeWarning, match=message):
        prepared = prepare_raw(as_raw(data))
    assert prepared.get_data().shape == data.shape
    with pytest.warns(RuntimeWarning, match=message):
        prepare_raw(stored(data, tmp_path))
    raw = as_raw(data)
    raw.save(tmp_path / "x_raw.fif", fmt="double", verbose="error")
    with pytest.warns(RuntimeWarning, match=rf"x_raw\.fif: .*{message}"):
        read_recording(tmp_path / "x_raw.fif")


@pytest.mark.parametrize("case", REFUSED)
def test_recordings_are_refused(case, tmp_path):
    data, message = REFUSED[case]
    with pytest.raises(InputError, match=message):
        prepare_raw(as_raw(data))
    with pytest.raises(InputError, match=message):
        prepare_raw(stored(data, tmp_path))


def test_one_infinite_sample_is_enough():
    with pytest.raises(InputError, match="holds infinite values"):
        prepare_raw(as_raw(one_value(-np.inf)))
    with pytest.raises(InputError, match="holds infinite values"):
        ASGPFClassifier().fit(1e300 * noise()[None], [0])


def stored(data, folder):
    """Write signals to the store as they are and open the file."""
    recording = PreparedRecording(
        data, list(ELECTRODES), RATE, [], mne.Annotations([], [], []), {}, RATE, None, None, None
    )
    write_signals(folder / "x.h5", recording, about={"labelled": False}, dtype="float32")
    return read_raw_asgpf_h5(folder / "x.h5")


def with_field(offset, width, text):
    """Spoil a field of the first signal; ``offset`` is in bytes a signal."""
    return lambda path: set_signal_field(path, offset, width, 0, N, text)


HEADERS = {
    "digital minimum above maximum": (
        lambda path: with_field(120, 8, "32767")(with_field(128, 8, "-32768")(path)),
        "digital minimum is above the maximum in EEG FP1-REF",
    ),
    "physical maximum": (with_field(112, 8, "1e300"), "physical limit of 1e.300 uV in EEG FP1-REF"),
    "physical minimum": (with_field(104, 8, "-1e17"), "physical limit of 1e.17 uV"),
    "endless records": (lambda path: set_field(path, 244, 8, "99999999"), "sampled at 2e-06 Hz"),
    "no time at all": (lambda path: set_field(path, 244, 8, "1e-9"), r"sampling rate of 2e\+11 Hz"),
    "a second as a minute": (lambda path: set_field(path, 244, 8, "60"), "nothing above 1.6"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_headers_are_refused(case, tmp_path):
    spoil, message = HEADERS[case]
    path = spoil(write_edf(tmp_path / "aaaaaaaa_s001_t000.edf"))
    check = check_recording(path)
    assert check.status == "refused" and re.search(message, check.problem) and check.remedy
    with pytest.raises(InputError, match=message):
        read_recording(path)


@pytest.mark.parametrize("sfreq", [1, 64, 99])
def test_less_than_half_the_required_rate_is_refused(sfreq, tmp_path):
    path = write_edf(tmp_path / "aaaaaaaa_s001_t000.edf", sfreq=sfreq)
    with pytest.raises(InputError, match=f"sampled at {sfreq} Hz.*100 Hz or more"):
        read_recording(path)
    with pytest.raises(InputError, match=f"sampled at {sfreq} Hz"):
        prepare_raw(as_raw(noise(sfreq), sfreq))
    if sfreq > 1:
        assert prepare_raw(as_raw(noise(sfreq), sfreq), sfreq=sfreq).n_times == SECONDS * sfreq
