"""The description of a saved model, read and forged."""

import hashlib
import json


def content_of(folder):
    return json.loads((folder / "model.json").read_bytes())


def seal(folder, content):
    """Write a description with the hash that belongs to it, as a forger would."""
    text = json.dumps({**content, "sha256": "0" * 64}, indent=2)
    digest = hashlib.sha256(text.encode()).hexdigest()
    (folder / "model.json").write_bytes(text.replace("0" * 64, digest, 1).encode())
