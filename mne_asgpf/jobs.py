"""Long jobs over many files, which skip bad files, are recorded and can be resumed."""

import errno
import hashlib
import json
import os
import re
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from warnings import catch_warnings, filterwarnings

import pandas as pd
from joblib import Parallel, delayed
from mne.utils import ProgressBar, logger, verbose

from .atomic import only_writer, same_name, sweep_partial, write_text
from .errors import InputError, printable

# These concern only writing; others may also be due to a source.
_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
_ANYWHERE = {errno.EACCES, errno.EPERM, errno.EIO}
_PARENT = os.getppid()  # of a worker, the process that sends it items


@dataclass(frozen=True)
class JobItem:
    """One item of a job."""

    # The main input file. If its size or modification time differs from the record, the item is
    # done again.
    source: Path
    arguments: dict = field(default_factory=dict)  # Of the function that does the work.
    # Other files that it reads, such as label files, checked in the same way.
    further_sources: tuple = ()
    # Other data that its result depends on, such as the split of a patient, safe for JSON. Only a
    # digest is recorded.
    facts: dict = field(default_factory=dict)


@verbose
def run_job(
    work, items, destination, *, manifest, settings=None, origin=None, remove_gone=False,
    untried=(), is_intact=None, secret="", n_jobs=None, desc, verify=False, verbose=None,
):  # fmt: skip
    """Run a job item by item, keep results of earlier runs, and return the outcome of each item."""
    # `work(**item.arguments)` writes its files below `destination`, completely or not at all, and
    # returns their paths. `manifest` gets one JSON file per item: the settings, digests of the
    # size, modification time and content of each source, and size and SHA-256 of each written file.
    # It does not hold the current time, so that an interrupted run leaves the same files as any
    # other. Recorded files that an item no longer makes, or fails to make, are removed; with
    # `remove_gone`, so are those of items of the folder `origin` that no longer exist. `untried`
    # are keys of items that exist and cannot be tried now: what was made of them stays. A file that
    # `is_intact` does not accept is made again, even if its size is the recorded one. Files made
    # from another folder are replaced only if the content of their sources is the same: else they
    # belong to another corpus, and nothing is written. `settings` and `secret`, the key of all
    # digests of the sources, must be the same for an item to be kept; `verify` compares kept files
    # and their sources with their hashes, not only by size and time. The table has `key`, `outcome`
    # ("done", "kept", "failed" or "removed"), `problem` and `remedy`.
    destination, manifest = Path(destination), Path(manifest)
    try:
        with only_writer(destination):
            sweep_partial(destination)
            try:
                return _run(
                    work, items, destination, manifest, settings, origin, remove_gone, untried,
                    is_intact, secret, n_jobs, desc, verify,
                )  # fmt: skip
            finally:  # also if workers were killed because the job was interrupted
                sweep_partial(destination)
    except OSError as error:
        raise InputError(
            destination,
            f"cannot be written to ({error.strerror or error})",
            "free some space or fix the permissions, and run it again: finished items are kept",
        ) from error


def _fail(record, destination, key, problem, remedy):
    """Remove what an earlier run made of an item that now fails, and return its outcome."""
    _remove_stale(record, destination, {})
    record.unlink(missing_ok=True)
    logger.warning("%s", printable(f"{key}: {problem}"))
    return "failed", problem, remedy


def _run(
    work, items, destination, manifest, settings, origin, remove_gone, untried, is_intact, secret,
    n_jobs, desc, verify,
):  # fmt: skip
    """Do the unfinished items of a job, as the only writer to the destination."""
    outcomes: dict[str, tuple] = {}
    left = {}
    folder, origin = origin, origin and _digest(str(Path(origin).resolve()), secret)
    if others := _of_other_origins(items, destination, manifest, origin, secret):
        raise InputError(
            destination,
            f"holds other results of these names, not from {folder}: {', '.join(others[:3])}"
            + (f" and {len(others) - 3} more" if len(others) > 3 else ""),
            f"name another destination, or remove those results and their records in {manifest}",
        )
    existing = [*items, *untried]
    gone = _remove_gone(existing, destination, manifest, origin) if remove_gone else []
    for key, item in items.items():
        record = manifest / f"{key}.json"
        try:
            state = _state(item, settings or {}, secret)
        except OSError as error:
            problem = f"cannot be read ({error.strerror or error})"
            remedy = "check the path and its permissions"
            outcomes[key] = _fail(record, destination, key, problem, remedy)
            continue
        known, files = _read_record(record, destination)
        former_origin, contents = known.pop("origin", None), known.pop("contents", None)
        if known == json.loads(json.dumps(state)) and _is_kept(
            item, files, is_intact, (contents or []) if verify else None, secret
        ):
            outcomes[key] = ("kept", None, None)
            if origin not in (None, former_origin):  # the folder was moved
                _write_record(record, state, origin, contents, files, destination)
        else:
            left[key] = (item, state)
    if n_kept := sum(outcome == "kept" for outcome, *_ in outcomes.values()):
        logger.info("%d of %d items are already done.", n_kept, len(items))
    results = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(
        delayed(_do)(work, key, item, destination, secret, os.getpid())
        for key, (item, _) in left.items()
    )
    # Closing ends the workers however this loop ends; joblib then warns of cancelled tasks.
    with catch_warnings(), closing(results):
        filterwarnings("ignore", r"\d+ tasks (have been|which were)", module="joblib")
        for key, made, problem, remedy in ProgressBar(results, mesg=desc, max_value=len(left)):
            if isinstance(problem, OSError):
                raise problem
            record = manifest / f"{key}.json"
            if problem is None:
                contents, files = made
                _remove_stale(record, destination, files)
                _write_record(record, left[key][1], origin, contents, files, destination)
                outcomes[key] = ("done", None, None)
            else:
                outcomes[key] = _fail(record, destination, key, problem, remedy)
    rows: list[tuple] = [(key, *outcomes[key]) for key in items]
    rows += [(key, "removed", None, None) for key in gone]
    return pd.DataFrame(rows, columns=["key", "outcome", "problem", "remedy"])


def sha256(path):
    """Return the SHA-256 of a file in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(item, settings, secret):
    """Describe the inputs that the result of an item depends on."""
    # By suffix and digest: names and times may identify the patient.
    return {
        "settings": settings,
        "facts": _digest(json.dumps(item.facts, sort_keys=True), secret),
        "sources": stamps(_sources(item), secret),
    }


def stamps(paths, secret=""):
    """Return the suffix of each file and a digest of its size and modification time."""
    stats = [(path.suffix, path.stat()) for path in paths]
    return [[suffix, _digest(f"{s.st_size} {s.st_mtime_ns}", secret)] for suffix, s in stats]


def _sources(item):
    return [path for path in (item.source, *item.further_sources) if path.exists()]


def _contents(item, secret):
    """Return a digest of the content of each source."""
    return [_digest(sha256(path), secret) for path in _sources(item)]


def _digest(text, secret=""):
    key = hashlib.sha256(secret.encode()).digest() if secret else b""
    return hashlib.blake2b(
        text.encode(errors="surrogateescape"), key=key, digest_size=16
    ).hexdigest()


def _is_kept(item, files, is_intact, contents, secret):
    """Return whether the files are unchanged and, if ``contents``, the sources too."""
    try:
        return (
            all(path.stat().st_size == file["size"] for path, file in files.items())
            and (is_intact is None or all(map(is_intact, files)))
            and (
                contents is None
                or (
                    all(sha256(path) == file["sha256"] for path, file in files.items())
                    and contents == _contents(item, secret)
                )
            )
        )
    except OSError:
        return False


def _of_other_origins(items, destination, manifest, origin, secret):
    """Return the keys of items whose results were made from other files of another folder."""
    others = []
    for key, item in items.items():
        known, files = _read_record(manifest / f"{key}.json", destination)
        if known.get("origin") in (None, origin) or not any(path.exists() for path in files):
            continue
        try:
            is_same = known.get("contents") == _contents(item, secret)
        except OSError:
            is_same = False
        if not is_same:
            others.append(key)
    return others


def _remove_gone(existing, destination, manifest, origin):
    """Remove the results of items that no longer exist, and return their keys."""
    keys, gone = {same_name(key) for key in existing}, []
    for record in sorted(manifest.rglob("*.json")):
        key = record.relative_to(manifest).as_posix().removesuffix(".json")
        if (
            same_name(key) not in keys
            and _read_record(record, destination)[0].get("origin") == origin
        ):
            _remove_stale(record, destination, ())
            record.unlink()
            gone.append(key)
    return gone


def _remove_stale(record, destination, files):
    """Remove files of an earlier run of an item that this run did not write."""
    _, former = _read_record(record, destination)
    for path in former.keys() - files:
        path.unlink(missing_ok=True)


def _write_record(record, state, origin, contents, files, destination):
    named = {path.relative_to(destination).as_posix(): files[path] for path in sorted(files)}
    content = state | {"origin": origin, "contents": contents, "files": named}
    write_text(record, json.dumps(content, indent=1) + "\n")


def _read_record(record, destination):
    """Return a record and its files; both empty if it is damaged."""
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        files = {
            destination / name: {"size": int(file["size"]), "sha256": str(file["sha256"])}
            for name, file in known.pop("files").items()
        }
        root = destination.resolve()
        if all(path.resolve().is_relative_to(root) for path in files):  # records may be forged
            return known, files
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return {}, {}


def _do(work, key, item, destination, secret, owner):
    """Do an item; return the digests of its sources and the written files."""
    if os.getpid() != owner and os.getppid() != _PARENT:
        os._exit(1)  # the main process was killed, and another run may be writing there
    try:
        files = {
            Path(path): {"size": Path(path).stat().st_size, "sha256": sha256(path)}
            for path in work(**item.arguments)
        }
        # If a source changed meanwhile, the recorded time is the earlier one.
        made = _contents(item, secret), files
    except InputError as error:
        return key, None, error.problem, error.remedy
    except Exception as error:  # an error in one file must not stop the others
        if (number := disk_error(error, destination)) is not None:
            return key, None, OSError(number, os.strerror(number)), None
        if isinstance(error, OSError):
            return key, None, str(error), "check the path and its permissions"
        problem = f"{type(error).__name__}: {error}"
        return key, None, problem, "remove the file, or report it with its header"
    return key, made, None, None


def disk_error(error, destination):
    """Return the number of an error of the destination disk, else None."""
    number = getattr(error, "errno", None)
    if number is None and (stated := re.search(r"\berrno = (\d+)", str(error))):  # of HDF5
        number = int(stated.group(1))
    place = getattr(error, "filename", None)
    is_ours = isinstance(place, str) and Path(place).is_relative_to(destination)
    return number if number in _WRITING or (number in _ANYWHERE and is_ours) else None
