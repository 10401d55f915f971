"""Saved models by name: released with the package or on the Hugging Face hub.

Models are pushed to the hub with a card and pulled without executable code.
"""

import re
import tempfile
from pathlib import Path

from ..atomic import write_text
from ..errors import InputError
from .files import METADATA_FILE, WEIGHTS_FILE, first_line, read_metadata
from .model_card import CARD_FILE, model_card

RELEASED = Path(__file__).parent / "released"  # a folder a model
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def local_folder(path, *, revision=None):
    """Return the folder of a saved model: local, released, or downloaded from the hub."""
    if not isinstance(path, str) or Path(path).exists() or not _ID.fullmatch(path):
        if revision is not None:
            raise InputError(
                path,
                "a folder and a released model do not have revisions",
                "remove revision, or name a repository",
            )
        return _released(path) if isinstance(path, str) else Path(path)
    hub = _hub(path)
    try:
        folder = hub.snapshot_download(
            path,
            revision=revision,
            allow_patterns=[WEIGHTS_FILE, METADATA_FILE, CARD_FILE],
        )
    except (OSError, hub.errors.HFValidationError) as error:  # HTTP errors are OSErrors
        raise InputError(
            path,
            f"is neither a folder nor a repository on the hub ({first_line(error)})",
            "check the name, the network and, for a private repository, `hf auth login`",
        ) from error
    return Path(folder)


def _released(name):
    """Give the folder of a released model, unless the name is that of a folder or is a path."""
    if Path(name).exists() or Path(name).name != name:
        return Path(name)
    names = sorted(folder.name for folder in RELEASED.iterdir())
    if name not in names:
        raise InputError(
            name,
            "is not a folder, and no released model has this name",
            f"give a folder, a repository of the hub as user/name, or one of: {', '.join(names)}",
        )
    return RELEASED / name


def push(save, repo_id, *, notes, private, revision):
    """Save an estimator to a repository of the hub, with a card."""
    hub = _hub(repo_id)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        save(folder, notes=notes)
        write_text(folder / CARD_FILE, model_card(read_metadata(folder), repo_id))
        api = hub.HfApi()
        api.create_repo(repo_id, private=private, exist_ok=True)
        commit = api.upload_folder(repo_id=repo_id, folder_path=folder, revision=revision)
    return str(commit.repo_url)


def _hub(path):
    try:
        import huggingface_hub
        import huggingface_hub.errors
    except ImportError as error:
        raise InputError(
            path,
            "reading a model from the hub requires huggingface_hub",
            "pip install 'mne_asgpf[hub]'",
        ) from error
    return huggingface_hub
