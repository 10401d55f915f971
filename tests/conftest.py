"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest


def _shared_folder():
    return Path(os.environ.get("MNE_ASGPF_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared():
    """Give the folder of shared data; without it fail in CI and skip elsewhere."""
    folder = _shared_folder()
    if not folder.is_dir():
        message = f"no shared data in {folder}; set MNE_ASGPF_SHARED to the folder that holds it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
