"""Importing braindecode, with a clear message for a broken installation."""

import importlib
import warnings
from importlib.metadata import PackageNotFoundError, version

# The versions used in the tests.
TESTED_PAIR = {"torch": "2.11.0", "torchaudio": "2.11.0"}

# Warnings of braindecode and its readers on import, which users cannot avoid: a montage that
# two of its models load, and how wfdb builds two tables.
_IMPORT_WARNINGS = {
    "Montage name 'standard_1020' is deprecated": FutureWarning,
    "The inplace keyword in DataFrame.set_index is deprecated": DeprecationWarning,
}


def import_braindecode():
    """Import braindecode, or report which installed versions prevent it."""
    # braindecode imports torchaudio, which raises an obscure error if it was built for another
    # torch. This is called before anything of braindecode is imported.
    with warnings.catch_warnings():
        for message, category in _IMPORT_WARNINGS.items():
            warnings.filterwarnings("ignore", message=message, category=category)
        try:
            importlib.import_module("braindecode")
        except Exception as error:  # such as OSError or RuntimeError for incompatible versions
            raise ImportError(_explain(error)) from error


def _explain(error):
    installed = " and ".join(f"{name} {_installed(name)}" for name in TESTED_PAIR)
    pair = " ".join(f'"{name}=={number}"' for name, number in TESTED_PAIR.items())
    return (
        f"braindecode {_installed('braindecode')} cannot be imported with {installed} "
        f"({type(error).__name__}: {error}). torch and torchaudio must be of the same build. "
        f"Remedy: pip install {pair}"
    )


def _installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
