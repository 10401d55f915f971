"""The first import of braindecode, with a broken installation named as such."""

import importlib
import warnings
from importlib.metadata import PackageNotFoundError, version

# The pair that the tests run with.
TESTED_PAIR = {"torch": "2.11.0", "torchaudio": "2.11.0"}

# What braindecode and its readers warn of on import, which no user of ours can change:
# the montage that two of its models ask mne for, and how wfdb builds two tables.
_IMPORT_WARNINGS = {
    "Montage name 'standard_1020' is deprecated": FutureWarning,
    "The inplace keyword in DataFrame.set_index is deprecated": DeprecationWarning,
}


def import_braindecode():
    """Import braindecode, or say which installed versions prevent it.

    braindecode imports torchaudio, which raises from deep inside when it was built
    for another torch. Called before anything of braindecode is imported.

    Raises
    ------
    ImportError
        If braindecode cannot be imported; names the installed versions of torch and
        torchaudio and the command that installs a pair that works.
    """
    with warnings.catch_warnings():
        for message, category in _IMPORT_WARNINGS.items():
            warnings.filterwarnings("ignore", message=message, category=category)
        try:
            importlib.import_module("braindecode")
        except Exception as error:  # a broken pair raises OSError, RuntimeError or ImportError
            raise ImportError(_explain(error)) from error


def _explain(error):
    installed = " and ".join(f"{name} {_installed(name)}" for name in TESTED_PAIR)
    pair = " ".join(f'"{name}=={number}"' for name, number in TESTED_PAIR.items())
    return (
        f"braindecode {_installed('braindecode')} cannot be imported with {installed} "
        f"({type(error).__name__}: {error}). torch and torchaudio must be of one build. "
        f"Remedy: pip install {pair}"
    )


def _installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
