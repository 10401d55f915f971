"""A broken torch and torchaudio pair is named as such."""

import importlib
import re
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import pytest

from mne_asgpf.braindecode_import import TESTED_PAIR, import_braindecode


@pytest.mark.parametrize(
    "error",
    [
        OSError("libtorchaudio.so: undefined symbol"),
        RuntimeError("Detected that PyTorch and TorchAudio were compiled with other CUDA versions"),
        ImportError("cannot import name"),
    ],
)
def test_a_broken_pair_is_named_with_its_versions_and_the_fix(monkeypatch, error):
    def broken(name):
        raise error

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ImportError) as caught:
        import_braindecode()
    message = str(caught.value)
    assert f"torch {version('torch')} and torchaudio {version('torchaudio')}" in message
    assert 'pip install "torch==2.11.0" "torchaudio==2.11.0"' in message
    assert str(error) in message
    assert caught.value.__cause__ is error


def test_a_missing_torchaudio_is_named(monkeypatch):
    monkeypatch.setattr("mne_asgpf.braindecode_import.TESTED_PAIR", {"no-such-audio": "1.0"})
    monkeypatch.setitem(sys.modules, "braindecode", None)
    with pytest.raises(ImportError, match=re.escape("no-such-audio (not installed)")):
        import_braindecode()


def test_the_pair_is_the_one_that_the_tests_run_with():
    text = Path(__file__).parents[1].joinpath("constraints.txt").read_text(encoding="utf-8")
    for name, number in TESTED_PAIR.items():
        assert f"\n{name}=={number}\n" in text


def test_import_prints_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import_braindecode()
    assert "braindecode" in sys.modules


@pytest.mark.parametrize("name", ["models", "windows", "estimators", "evaluation", "report"])
def test_importing_a_package_warns_of_nothing(name):
    done = subprocess.run(
        [sys.executable, "-c", f"import mne_asgpf.{name}"], capture_output=True, check=True
    )
    assert not done.stderr
