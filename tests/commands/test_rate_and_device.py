"""Rate and channels of the store, one warning of upsampling, and choice of devices."""

import re
import warnings
from importlib import import_module

import numpy as np
import pytest
import torch
from edf_files import TUSZ_LABELS, write_edf
from small_net import CHANNELS, classifier, make_raw

from mne_asgpf import InputError, read_asgpf, read_recording
from mne_asgpf.commands._corpus import common_form
from mne_asgpf.commands._training import find_device, read_model
from mne_asgpf.commands.main import main
from mne_asgpf.signals import find_prepared, prepare_corpus

SHORT = ["--num-epochs", "1", "--rnn-units", "4", "--max-seq-len", "2", "--split", "all"]


@pytest.fixture
def store(tmp_path):
    """Two recordings of two patients, five channels at 100 Hz."""
    source = tmp_path / "source"
    for name in ("aaaaaaaa_s001_t000", "aaaaaaab_s001_t000"):
        write_edf(source / f"{name}.edf", TUSZ_LABELS[:19], sfreq=128, seconds=12)
    prepare_corpus(source, tmp_path / "store", channels=CHANNELS, sfreq=100)
    return tmp_path / "store"


def run(capsys, *words, status=0):
    found = main([str(word) for word in words])
    told = capsys.readouterr()
    assert found == status, told.err
    return told.out + told.err


def test_training_uses_the_rate_and_channels_of_the_store(store, tmp_path, capsys):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        told = run(capsys, "pretrain", store, tmp_path / "out", *SHORT)
    assert not [one for one in warned if "upsampled" in str(one.message)]
    assert "device: " in told
    pretrainer = read_asgpf(tmp_path / "out" / "model")
    assert pretrainer.sfreq == 100
    assert tuple(pretrainer.channels) == CHANNELS
    config = (tmp_path / "out" / "config.yaml").read_text()
    assert "sfreq: 100\n" in config
    assert f"channels: {','.join(CHANNELS)}\n" in config
    same = ["--config", tmp_path / "out" / "config.yaml", "--num-epochs", 1, "--overwrite"]
    run(capsys, "pretrain", store, tmp_path / "out", *same)


def test_a_rate_without_the_bins_of_the_model_is_refused(tmp_path, capsys):
    for name in ("aaaaaaaa_s001_t000", "aaaaaaab_s001_t000"):
        write_edf(tmp_path / "edf" / f"{name}.edf", CHANNELS, sfreq=64, seconds=12)
    words = ["pretrain", tmp_path / "edf", tmp_path / "out", "--sfreq", 64, *SHORT]
    told = run(capsys, *words, "--channels", ",".join(CHANNELS), status=2)
    assert "sfreq=64: does not allow 1-s spectra of 50 bins" in told


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--sfreq", "200"], "is 200 Hz, but the signals in .* have 100 Hz"),
        (["--channels", "Fz,Cz"], "must match the signals in .*: Fz, Cz, Pz, C3, C4"),
    ],
)
def test_contradictions_are_refused(words, problem, store, tmp_path, capsys):
    told = run(capsys, "pretrain", store, tmp_path / "out", *SHORT, *words, status=2)
    assert re.search(f"error: {words[0]}: {problem}", told)
    assert not (tmp_path / "out" / "model").exists()


def test_a_store_of_two_kinds_is_refused(store, tmp_path):
    prepare_corpus(tmp_path / "source", store / "other", channels=CHANNELS, sfreq=50)
    with pytest.raises(InputError, match="prepared in 2 ways: .*100 Hz; .*50 Hz"):
        common_form(store, find_prepared(store))


def test_unprepared_recordings_are_prepared_as_requested(store, tmp_path, capsys):
    words = ["--sfreq", 128, "--channels", "FZ, Cz,PZ"]
    run(capsys, "pretrain", tmp_path / "source", tmp_path / "out", *SHORT, *words)
    pretrainer = read_asgpf(tmp_path / "out" / "model")
    assert (pretrainer.sfreq, list(pretrainer.channels)) == (128, ["Fz", "Cz", "Pz"])


def upsampled(record):
    return [str(one.message) for one in record if "upsampled" in str(one.message)]


def test_one_recording_below_the_required_rate(tmp_path):
    path = write_edf(tmp_path / "x.edf", sfreq=128, seconds=5)
    with pytest.warns(
        RuntimeWarning, match=r"1 recording is sampled below the required 200 Hz .*128 Hz"
    ):
        read_recording(path)
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        read_recording(path, sfreq=128)
    assert not upsampled(record)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_corpus_raises_one_warning(n_jobs, tmp_path):
    for name, rate in (("a", 128), ("b", 160), ("c", 256)):
        write_edf(tmp_path / "source" / f"{name}.edf", sfreq=rate, seconds=5)
    for _ in ("done", "kept"):
        with warnings.catch_warnings(record=True) as record:
            warnings.simplefilter("always")
            prepare_corpus(tmp_path / "source", tmp_path / "store", n_jobs=n_jobs)
        (told,) = upsampled(record)
        assert "2 recordings are sampled below the required 200 Hz" in told
        assert "a.edf, 128 Hz, nothing above 64 Hz" in told


def test_estimators_and_predict_warn_once(tmp_path, capsys):
    model = classifier(max_epochs=1).fit([make_raw(i) for i in range(3)])
    folder = tmp_path / "source"
    for name in "ab":
        write_edf(folder / f"{name}.edf", CHANNELS, sfreq=12, seconds=20)
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        model.predict_proba(folder)
    (told,) = upsampled(record)
    assert told.startswith("2 recordings")
    model.save(tmp_path / "model")
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        run(capsys, "predict", folder, "--model", tmp_path / "model", "--out", tmp_path / "out")
    (told,) = upsampled(record)
    assert told.startswith("2 recordings")


@pytest.mark.parametrize(
    "command", ["train", "pretrain", "predict", "evaluate", "reproduce", "demo"]
)
def test_every_command_that_runs_a_model_has_a_device_option(command):
    params = getattr(import_module(f"mne_asgpf.commands.{command}"), command).params
    (device,) = [param for param in params if param.name == "device"]
    assert device.default == "auto"


def test_auto_is_a_gpu_if_there_is_one(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert find_device("auto") == "cpu"
    assert capsys.readouterr().out == "device: cpu\n"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "zeros", lambda *shape, device: None)
    assert find_device("auto") == "cuda"


def test_a_model_is_read_to_the_device(tmp_path, capsys):
    model = classifier(max_epochs=1).fit([make_raw(i) for i in range(3)])
    model.save(tmp_path / "model")
    again = read_model(tmp_path / "model", "cpu")
    assert again.device == "cpu"
    X = 2e-5 * np.random.default_rng(0).normal(size=(2, 5, 32))
    np.testing.assert_allclose(again.predict_proba(X), model.predict_proba(X), rtol=1e-6)
    moved = read_model(tmp_path / "model", "meta")
    assert {one.device.type for one in moved.module_.parameters()} == {"meta"}
    words = ["predict", tmp_path, "--model", tmp_path / "model", "--out", tmp_path / "out"]
    write_edf(tmp_path / "x.edf", CHANNELS, sfreq=16)
    told = run(capsys, *words, "--device", "foo", status=2)
    assert "unknown device 'foo'" in told
