"""The command line as its users meet it: help, errors in one line, exit codes."""

import importlib
import logging
import os
import subprocess
import sys
import time
import warnings

import click
import mne
import pytest

import mne_asgpf
from mne_asgpf.commands.main import COMMANDS, main
from mne_asgpf.errors import InputError


@pytest.fixture
def failing(monkeypatch):
    """Return a function that makes ``sys-info`` raise a given error."""

    def make(error):
        @click.command()
        def sys_info():
            raise error

        monkeypatch.setattr("mne_asgpf.commands.sys_info.sys_info", sys_info)

    return make


def test_warnings_do_not_show_code(monkeypatch):
    shown = []

    @click.command()
    def sys_info():
        shown.append(warnings.formatwarning("a is flat", RuntimeWarning, "a.py", 1, "x = 1"))

    monkeypatch.setattr("mne_asgpf.commands.sys_info.sys_info", sys_info)
    before = warnings.formatwarning
    assert main(["sys-info"]) == 0
    assert shown == ["warning: a is flat\n"]
    assert warnings.formatwarning is before


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists(name, capsys):
    module = importlib.import_module(f"mne_asgpf.commands.{name.replace('-', '_')}")
    assert isinstance(getattr(module, name.replace("-", "_")), click.Command)
    assert main([name, "--help"]) == 0
    assert f"Usage: mne_asgpf {name}" in capsys.readouterr().out


def test_help_is_fast_and_does_not_import_commands():
    code = (
        "import sys; from mne_asgpf.commands.main import main; main(['--help'])\n"
        "print(*(n for n in sys.modules if n.startswith('mne_asgpf.commands.') or n == 'mne'))"
    )
    start = time.perf_counter()
    result = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    print(f"--help took {time.perf_counter() - start:.2f} s")
    assert result.stdout.splitlines()[-1] == (
        "mne_asgpf.commands._interruption mne_asgpf.commands.main"
    )
    assert all(name in result.stdout for name in COMMANDS)


def test_without_a_command_it_shows_its_help(capsys):
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_version(capsys):
    assert main(["--version"]) == 0
    assert mne_asgpf.__version__ in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["preditc"], "did you mean predict?"),
        (["xyzzy"], "there are demo, simulate, "),
        (["sys-info", "--no-such-option"], "--no-such-option"),
        (["sys-info", "surplus"], "mne_asgpf sys-info --help"),
    ],
)
def test_wrong_arguments_are_reported_in_one_line(words, named, capsys):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert named in err


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (InputError("a.edf", "is empty", "record it again"), "a.edf: is empty. Remedy: re"),
        (FileNotFoundError(2, "No such file", "b.edf"), "b.edf: No such file. Remedy: check the"),
        (PermissionError(13, "Permission denied", "c"), "c: Permission denied. Remedy: fix"),
        (IsADirectoryError(21, "Is a directory", "d"), "d: Is a directory. Remedy: name a file"),
        (FileExistsError("e exists already"), "e exists already. Remedy: use another path"),
        (OSError(28, "No space left"), "[Errno 28] No space left. Remedy: free some space"),
        (ImportError("two\nlines of it"), "two lines of it"),
    ],
)
@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_invalid_input_is_reported_in_one_line(failing, error, named, debug, capsys):
    failing(error)
    assert main(["sys-info", *debug]) == 2
    out, err = capsys.readouterr()
    *trace, last = err.splitlines()
    assert out == ""
    assert last.startswith(f"error: {named}")
    assert bool(trace) == bool(debug)
    assert not debug or trace[0].startswith("Traceback")


def test_an_internal_error_is_not_reported_as_invalid_input(failing):
    failing(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["sys-info"])


def test_interrupted(failing):
    failing(KeyboardInterrupt())
    assert main(["sys-info"]) == 130


def test_a_closed_pipe_is_not_an_error():
    command = [sys.executable, "-m", "mne_asgpf", "--help"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert error == ""


@pytest.mark.parametrize(
    ("flags", "level"), [([], "WARNING"), (["--verbose"], "INFO"), (["--quiet"], "ERROR")]
)
def test_flags_set_the_log_level_before_and_after_the_command(flags, level, capsys):
    for words in (["sys-info", *flags], [*flags, "sys-info"]):
        mne.set_log_level("DEBUG")
        assert main(words) == 0
        assert mne.utils.logger.level == getattr(logging, level)


def test_sys_info_lists_the_declared_requirements(capsys):
    assert main(["sys-info"]) == 0
    found = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert found["mne_asgpf"] == mne_asgpf.__version__
    assert found["mne"] == mne.__version__
    assert {"torch", "torchaudio", "braindecode", "skorch", "device", "platform"} <= set(found)


@pytest.mark.parametrize(
    ("own", "count"),
    [({}, "30000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "x"}, None)],
)
def test_threads_spin_less_unless_set_by_the_user(own, count, monkeypatch, capsys):
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.setenv(name, "")  # so that it is restored afterwards
        monkeypatch.delenv(name)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    assert main(["--version"]) == 0
    assert os.environ.get("GOMP_SPINCOUNT") == count
