"""Ctrl-C and a termination end a command with all its processes, and nothing half-written."""

import os
import signal
import subprocess
import sys
import time

import pytest
from edf_files import write_edf

from mne_asgpf.atomic import PARTIAL
from mne_asgpf.commands.main import main
from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.estimators.training.resume import STATE_FILE
from mne_asgpf.event_table import make_event_table

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    for token in range(8):
        patient = ("aaaaaaac", "aaaaaaad", "aaaaapks", "aaaaaaae")[token % 4]
        name = f"{patient}_s001_t00{token}.edf"
        path = root / "edf" / "train" / patient / "s001_2002" / "01_tcp_ar" / name
        write_edf(path, sfreq=256, seconds=60)
        seizure = {"onset": 5.0, "duration": 20.0, "label": "fnsz" if token % 2 else "gnsz"}
        for kind, channels, label in (
            ("csv", ("FP1-F7",), seizure["label"]),
            ("csv_bi", (), "seiz"),
        ):
            events = make_event_table([seizure | {"channels": channels, "label": label}])
            write_annotation_file(path.with_suffix(f".{kind}"), events, duration=60.0)
    return root


def interrupt(words, kind, begun):
    """Run a command, and end it once files show that it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mne_asgpf", *map(str, words)],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), OMP_NUM_THREADS="1"),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not begun():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(kind)
    _, error = process.communicate(timeout=60)
    # Only exceptions that Python drops in a fork are printed.
    assert error.count("Traceback") == error.count("Exception ignored")
    assert process.returncode == 130
    end = time.monotonic() + 20
    while running_in(process.pid):  # a killed process exists until it is waited for
        assert time.monotonic() < end
        time.sleep(0.1)


def running_in(session):
    """Return the processes left by a command, which leads its session."""
    listing = subprocess.run(
        ["ps", "-eo", "sess=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    return [row for row in rows if row[0] == str(session) and not row[1].startswith("Z")]


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("command", "n_jobs"), [("convert", 2), ("prepare", 1), ("prepare", 2)])
def test_of_a_job(corpus, tmp_path, command, n_jobs, kind):
    out = tmp_path / "out"
    words = [command, corpus, out, "--jobs", n_jobs]
    interrupt(words, kind, lambda: any(out.rglob("manifest/**/*.json")))
    assert not list(out.rglob(f"{PARTIAL}*"))
    assert main([str(word) for word in words]) == 0
    assert len(list(out.rglob("*.edf" if command == "convert" else "*.h5"))) == 8


@pytest.mark.parametrize(("n_workers", "kind"), [(0, signal.SIGINT), (1, signal.SIGTERM)])
def test_of_a_training(corpus, tmp_path, capsys, n_workers, kind):
    out = tmp_path / "out"
    words = ["pretrain", corpus, out, "--num-epochs", 200, "--num-workers", n_workers]
    words += ["--rnn-units", 4, "--clip-len", 4, "--device", "cpu"]
    interrupt(words, kind, (out / "training" / STATE_FILE).exists)
    assert not list(out.rglob(f"{PARTIAL}*"))
    words[words.index("--num-epochs") + 1] = 201
    assert (
        main([str(word) for word in words]) == 2
    )  # the kept state is complete: it has its settings
    assert "max_epochs was 200, now it is 201" in capsys.readouterr().err
