"""Disks that are full or cannot be written to, and two processes on one destination."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from edf_files import write_edf

from mne_asgpf.atomic import PARTIAL, atomic_path, only_writer, sweep_partial
from mne_asgpf.commands.main import main
from mne_asgpf.errors import InputError
from mne_asgpf.jobs import JobItem, run_job
from mne_asgpf.signals.new_hdf5 import new_hdf5

not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no files")


@pytest.fixture
def room():
    """Let no file become larger than so many bytes: the nearest to a full disk."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture
def corpus(tmp_path):
    for token in range(3):
        place = "edf/train/aaaaaaac/s001_2002/01_tcp_ar"
        write_edf(tmp_path / "corpus" / place / f"aaaaaaac_s001_t00{token}.edf")
    return tmp_path / "corpus"


@not_on_windows
@pytest.mark.parametrize("size", [100, 3_000, 40_000, 81_000])
def test_a_signal_file_on_a_full_disk_is_an_error_and_leaves_nothing(tmp_path, room, size):
    room(size)
    with pytest.raises(OSError) as error, atomic_path(tmp_path / "x.h5") as temporary:
        with new_hdf5(temporary) as file:
            file["signals"] = np.ones((10, 1000))
            file.create_group("provenance").attrs["settings"] = "s" * 3000
    assert error.value.errno == errno.EFBIG
    assert not list(tmp_path.iterdir())


@not_on_windows
@pytest.mark.parametrize("command", ["convert", "prepare"])
@pytest.mark.parametrize("n_jobs", ["1", "2"])
def test_a_full_disk_stops_a_command(corpus, tmp_path, command, n_jobs):
    # In a separate process, whose workers inherit its limit.
    out = tmp_path / "out"
    script = (
        "import resource, sys; from mne_asgpf.commands.main import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)); sys.exit(main(sys.argv[1:]))"
    )
    words = [command, str(corpus), str(out), "--jobs", n_jobs]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    found = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment, capture_output=True, text=True
    )
    assert found.returncode == 2, found.stderr
    assert f"{out}: cannot be written to (File too large)" in found.stderr
    assert "Traceback" not in found.stderr
    assert "refused" not in found.stdout
    assert not list(out.rglob(f"{PARTIAL}*"))


def _fail(kind, arguments, destination):
    *told, place = arguments if len(arguments) == 3 else (*arguments, None)
    raise kind(*told, *([os.fspath(destination / place)] if place else []))


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(
    ("kind", "arguments", "is_ours"),
    [
        (OSError, (errno.ENOSPC, "x"), True),
        (OSError, (errno.EROFS, "x"), True),
        (OSError, ("Can't write data (errno = 28, error message = 'No space left')",), True),
        (RuntimeError, ("Unable to close file (errno = 122, error message = 'quota')",), True),
        (PermissionError, (errno.EACCES, "x", "result.tsv"), True),
        (PermissionError, (errno.EACCES, "x", "/corpus/a.edf"), False),
        (OSError, (errno.EIO, "x", "/corpus/a.edf"), False),
        (OSError, (errno.ENAMETOOLONG, "x", "result.tsv"), False),
        (RuntimeError, ("errno = 2",), False),
    ],
)
def test_only_errors_of_the_destination_stop_a_job(tmp_path, n_jobs, kind, arguments, is_ours):
    out = tmp_path / "out"
    options = {"kind": kind, "arguments": arguments, "destination": out}
    items = {key: JobItem(tmp_path / key, options) for key in ("a", "b")}

    def job():
        return run_job(_fail, items, out, manifest=out / "manifest", desc="x", n_jobs=n_jobs)

    if is_ours:
        with pytest.raises(InputError, match="out: cannot be written to"):
            job()
    else:
        assert job()["outcome"].tolist() == ["failed", "failed"]
    assert not [path for path in out.rglob("*") if path.is_file()]


@pytest.mark.parametrize("command", ["convert", "prepare"])
def test_all_refused_is_a_failure(corpus, tmp_path, command):
    *others, last = sorted(corpus.rglob("*.edf"))
    for path in others:
        path.write_bytes(path.read_bytes()[:9000])
    assert main([command, str(corpus), str(tmp_path / "out")]) == 0
    last.write_bytes(last.read_bytes()[:9000])
    with pytest.raises(SystemExit) as end:
        main([command, str(corpus), str(tmp_path / "out")])
    assert end.value.code == 1


def _hold(folder):
    script = (
        "import sys; from mne_asgpf.atomic import only_writer\n"
        "with only_writer(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, folder],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("command", ["convert", "prepare"])
def test_two_processes_do_not_write_to_one_folder(corpus, tmp_path, capsys, command):
    out = tmp_path / "out"
    with _hold(out) as process:
        assert main([command, str(corpus), str(out)]) == 2
        assert f"{out}: process {process.pid} on " in capsys.readouterr().err
        assert not [path for path in out.rglob("*") if not path.name.startswith(PARTIAL)]
        process.kill()
    assert main([command, str(corpus), str(out)]) == 0  # of a dead process, the lock is taken over
    assert not list(out.rglob(f"{PARTIAL}*"))


def test_a_lock_is_not_swept_and_can_be_entered_again(tmp_path):
    with only_writer(tmp_path):
        (lock,) = tmp_path.iterdir()
        sweep_partial(tmp_path)
        with only_writer(Path(os.path.relpath(tmp_path))):
            assert lock.exists()
        assert lock.exists()
    assert not lock.exists()


def test_a_lock_of_another_machine_is_kept(tmp_path):
    (tmp_path / f"{PARTIAL}lock").write_text("123\nelsewhere\n")
    with (
        pytest.raises(InputError, match="process 123 on elsewhere writes to it.*remove"),
        only_writer(tmp_path),
    ):
        pass
