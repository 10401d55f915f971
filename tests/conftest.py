"""Fixtures shared by all tests."""

import os
from pathlib import Path

import mne
import pytest
from hypothesis import HealthCheck, settings

# The default profile of hypothesis. A long run of the readers:
# pytest tests/corpora/test_fuzz_readers.py --hypothesis-profile=long --hypothesis-show-statistics
_ANY_SPEED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
settings.register_profile("suite", max_examples=40, **_ANY_SPEED)
settings.register_profile("long", max_examples=25_000, **_ANY_SPEED)
settings.load_profile("suite")


def _shared_folder():
    return Path(os.environ.get("MNE_ASGPF_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory):
    """Keep indices of test corpora out of the user's cache folder."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mne_asgpf.corpora.index_cache.user_cache_path", lambda _: folder)
        yield folder


@pytest.fixture(autouse=True)
def log_level(monkeypatch):
    """Restore mne's log level, which commands set and which can hide warnings."""
    monkeypatch.setenv("MNE_LOGGING_LEVEL", "WARNING")
    before = mne.utils.logger.level
    yield
    mne.set_log_level(before)


@pytest.fixture(scope="session")
def shared():
    """Return the folder of shared data; without it fail in CI and skip elsewhere."""
    folder = _shared_folder()
    if not folder.is_dir():
        message = f"no shared data in {folder}; set MNE_ASGPF_SHARED to the folder that holds it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
