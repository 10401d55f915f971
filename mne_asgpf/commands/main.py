"""The command line: a table of commands, and errors in one line."""

import difflib
import errno
import os
import sys
import traceback
import warnings
from contextlib import contextmanager
from importlib import import_module

import click

from .. import __version__
from ..errors import InputError
from ._interruption import Interrupted, interruptible

# The name of each command, which is also that of its module and function (with "_" for "-"),
# and its line in the help. The modules are imported only when they are run.
COMMANDS = {
    "demo": "Run the full pipeline on a synthetic corpus, from EEG files to a report.",
    "simulate": "Write a synthetic corpus in the layout of TUSZ.",
    "check": "Check which recordings and label files can be used.",
    "convert": "Convert a corpus in the layout of TUSZ to a BIDS dataset.",
    "audit": "Find patients and recordings in more than one split of a corpus.",
    "prepare": "Convert a corpus to files for fast reading of windows.",
    "pretrain": "Pre-train an encoder on EEG without labels.",
    "train": "Train a classifier of seizure types, from scratch or pre-trained.",
    "calibrate": "Fit the confidence of a trained classifier to other patients.",
    "evaluate": "Score a classifier on unseen seizures.",
    "predict": "Find and type the seizures of recordings with a trained model.",
    "report": "Show recordings, models and corpora on one page.",
    "export": "Write a classifier as ONNX, for programs without torch.",
    "info": "Describe a saved model, a corpus or prepared signals.",
    "reproduce": "Run the published protocol on TUSZ, from the corpus to the table.",
    "sys-info": "Show the versions of packages for a bug report.",
}

_SPIN_COUNT = "30000"

# Allowed before or after the name of the command.
_FLAGS_OF_THE_GROUP = ("--debug", "--verbose", "--quiet")

_REMEDIES = {
    FileNotFoundError: "check the path",
    PermissionError: "fix the permissions, or use another path",
    IsADirectoryError: "name a file instead of a folder",
    NotADirectoryError: "name a folder instead of a file",
    FileExistsError: "use another path, or overwrite it if the command allows it",
}
_REMEDIES_BY_NUMBER = {
    errno.ENOSPC: "free some space, or use another path",
    errno.EDQUOT: "free some space, or use another path",
    errno.EROFS: "use another path",
}


class _LazyGroup(click.Group):
    """Commands that are imported when they are run, not when they are listed."""

    def list_commands(self, ctx):
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name):
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        return getattr(import_module(f".{name}", __package__), name)

    def resolve_command(self, ctx, args):
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {_names()}."
            raise click.UsageError(f"unknown command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx, formatter):
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _names():
    return ", ".join(COMMANDS)


@click.group(
    "mne_asgpf",
    cls=_LazyGroup,
    invoke_without_command=True,
    epilog="The three flags may also be given after the command.",
)
@click.option("--verbose", "level", flag_value="INFO", help="Show progress messages.")
@click.option("--quiet", "level", flag_value="ERROR", help="Show only errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="mne_asgpf")
@click.pass_context
def mne_asgpf(ctx, level):
    """Name the seizures in EEG recordings.

    Research software: not a medical device.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    else:
        _set_log_level(level or "WARNING")


def _spin_less():
    """Limit how long torch's threads spin before they sleep, unless set by the user."""
    # By default, threads of GNU's OpenMP spin so long that a forward pass is thirty times slower
    # when other processes are busy; a short time does not slow down a single process
    # (doc/performance). Torch reads the setting when it is imported.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPIN_COUNT)


def _set_log_level(level):
    import mne

    # joblib's workers are new processes, which read it from the environment.
    os.environ["MNE_LOGGING_LEVEL"] = level
    mne.set_log_level(level)


@contextmanager
def _warnings_without_code():
    """Show warnings as errors are shown, without the line of code that raised them."""
    before = warnings.formatwarning
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"
    try:
        yield
    finally:
        warnings.formatwarning = before


def main(arguments=None):
    """Run the command line; return 0, 2 for invalid input, 130 if interrupted or terminated."""
    _spin_less()
    words = sys.argv[1:] if arguments is None else arguments
    words = sorted(words, key=lambda word: word not in _FLAGS_OF_THE_GROUP)
    try:
        with interruptible(), _warnings_without_code():
            status = mne_asgpf.main(words, prog_name="mne_asgpf", standalone_mode=False)
    except (click.Abort, Interrupted):
        return 130
    except (click.ClickException, InputError, OSError, ImportError) as error:
        if "--debug" in words:
            traceback.print_exc()
        click.echo(f"error: {' '.join(_explain(error).split())}", err=True)
        return 2
    return status if isinstance(status, int) else 0


def _explain(error):
    if isinstance(error, click.UsageError) and error.ctx:
        return f"{error.format_message()} Remedy: see {error.ctx.command_path} --help"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        remedy = _REMEDIES.get(type(error), "run it again with --debug to see the traceback")
        remedy = _REMEDIES_BY_NUMBER.get(error.errno or 0, remedy)
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return f"{what}. Remedy: {remedy}"
    return str(error)
