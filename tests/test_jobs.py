"""Long jobs are resumed, skip bad items and do not trust unfinished files."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest
from folders import content

from mne_asgpf.atomic import write_text
from mne_asgpf.errors import InputError
from mne_asgpf.jobs import JobItem, run_job


def copy_in_capitals(source, target):
    text = source.read_text()
    if "bad" in text:
        raise InputError(source, "is bad", "make it good")
    if "odd" in text:
        raise ZeroDivisionError("odd")
    write_text(target, text.upper())
    return [target]


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    for name in "abc":
        (folder / name).write_text(name)
    return folder


def run(sources, **options):
    destination = sources.parent / "out"
    items = {
        path.name: JobItem(path, {"source": path, "target": destination / f"{path.name}.txt"})
        for path in sorted(sources.iterdir())
    }
    options = {"manifest": destination / "manifest", "desc": "Copying"} | options
    return run_job(copy_in_capitals, items, destination, **options)["outcome"].tolist()


def test_finished_items_are_kept(sources):
    out = sources.parent / "out"
    assert run(sources) == ["done"] * 3
    before = content(out)
    assert run(sources) == ["kept"] * 3
    assert content(out) == before
    assert (out / "a.txt").read_text() == "A"


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_processes(sources, n_jobs):
    assert run(sources, n_jobs=n_jobs) == ["done"] * 3


def test_changed_items_are_done_again(sources):
    out = sources.parent / "out"
    run(sources)
    (sources / "a").write_text("longer")
    (out / "b.txt").write_text("another size")
    (out / "manifest" / "c.json").write_text("{")
    assert run(sources) == ["done"] * 3
    assert run(sources, settings={"sfreq": 100}) == ["done"] * 3
    (out / "a.txt").write_text("SHORTS")
    assert run(sources, settings={"sfreq": 100}) == ["kept"] * 3
    assert run(sources, settings={"sfreq": 100}, verify=True) == ["done", "kept", "kept"]


def test_bad_items_do_not_stop_the_others(sources):
    (sources / "a").write_text("bad")
    (sources / "b").write_text("odd")
    assert run(sources) == ["failed", "failed", "done"]
    (sources / "a").write_text("good")
    assert run(sources) == ["done", "failed", "kept"]
    assert not (sources.parent / "out" / "manifest" / "b.json").exists()


def test_files_that_a_changed_source_no_longer_makes_are_removed(sources):
    out = sources.parent / "out"
    run(sources)
    (sources / "a").write_text("bad")
    assert run(sources) == ["failed", "kept", "kept"]
    assert not list(out.rglob("a.*"))


def test_a_forged_record_removes_nothing_outside(sources):
    run(sources)
    record = sources.parent / "out" / "manifest" / "a.json"
    thesis = sources.parent / "thesis.txt"
    thesis.write_text("mine")
    record.write_text(json.dumps({"files": {"../thesis.txt": {}}}))
    assert run(sources) == ["done", "kept", "kept"]
    assert thesis.exists()


def test_unfinished_files_are_removed(sources):
    left = sources.parent / "out" / ".partial-a-123.txt"
    write_text(left, "half")
    run(sources)
    assert not left.exists()


def test_records_are_relative_and_hold_hashes(sources):
    run(sources)
    record = json.loads((sources.parent / "out" / "manifest" / "a.json").read_text())
    assert record["files"]["a.txt"]["size"] == 1
    assert len(record["files"]["a.txt"]["sha256"]) == 64


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_and_resumed(sources):
    undisturbed = sources.parent / "undisturbed"
    for i in range(20):
        (sources / f"x{i}").write_text(f"{i}")
    run(sources)
    (sources.parent / "out").rename(undisturbed)
    script = textwrap.dedent(f"""
        import pathlib, time, test_jobs
        plain = test_jobs.copy_in_capitals
        def slow(source, target):
            time.sleep(0.05)
            return plain(source, target)
        test_jobs.copy_in_capitals = slow
        print("begun", flush=True)
        test_jobs.run(pathlib.Path({str(sources)!r}))
    """)
    environment = dict(
        os.environ, PYTHONPATH=os.pathsep.join([os.path.dirname(__file__), *sys.path])
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    records = sources.parent / "out" / "manifest"
    while not records.exists() or len(list(records.iterdir())) < 5:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    outcomes = run(sources)
    assert {"kept", "done"} <= set(outcomes)
    assert content(sources.parent / "out") == content(undisturbed)
