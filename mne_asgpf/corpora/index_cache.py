"""The cache of an index, valid until a file changes."""

import hashlib
import json
from pathlib import Path

from mne.utils import logger
from platformdirs import user_cache_path

from .. import __version__
from ..atomic import write_text

# Raise it when rows are made differently: rows of another version are made again.
_VERSION = 2


class IndexCache:
    """The rows of an index, with the sizes and times of the files they were made from."""

    # `path` may be True for a file in the user's cache folder, or False for none. `settings` are
    # what the rows depend on besides the files.

    def __init__(self, path, root, settings):
        self._root = root
        folder = root.resolve()
        if path is True:
            digest = _digest(str(folder))[:16]
            path = user_cache_path("mne_asgpf") / "index" / f"{folder.name}-{digest}.json"
        self._path = Path(path) if path else None
        # As JSON reads it back, for comparison.
        self._origin = json.loads(
            json.dumps([__version__, _VERSION, str(folder), sorted(settings.items())])
        )
        self._rows = self._read()
        self._used = {}

    def get(self, path, stamp):
        """Return the row of a recording if its files (``stamp``) are unchanged; else None."""
        kept = self._rows.get(self._key(path))
        if kept is None or kept[0] != stamp:
            return None
        self._used[self._key(path)] = kept
        return dict(kept[1])

    def put(self, path, stamp, row):
        """Store the row of a recording, with the sizes and times of its files (``stamp``)."""
        self._used[self._key(path)] = [stamp, row]

    def save(self):
        """Write the rows used since reading, completely or not at all; a failure is only logged."""
        if self._path is None or self._used == self._rows:
            return
        body = json.dumps(self._used)
        head = json.dumps({"origin": self._origin, "sha256": _digest(body)})
        try:
            write_text(self._path, f"{head}\n{body}\n")
        except OSError as error:
            logger.info("The index is not cached: %s.", error)

    def _read(self):
        if self._path is None:
            return {}
        try:
            head, body = self._path.read_text(encoding="utf-8").splitlines()
            stated = json.loads(head)
            # A file whose digest does not match its body is ignored.
            if stated == {"origin": self._origin, "sha256": _digest(body)}:
                return json.loads(body)
            logger.info("%s is damaged or from another version; rebuilding it.", self._path)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            logger.info("%s cannot be used (%s); rebuilding it.", self._path, error)
        return {}

    def _key(self, path):
        return path.relative_to(self._root).as_posix()


def _digest(text):
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
