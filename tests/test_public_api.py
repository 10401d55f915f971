"""What is exported: its types, and the log level that functions take."""

import inspect
import tomllib
import types
from pathlib import Path

import mne
from test_docstrings import HOOKS, exported, own_members

import mne_asgpf

EXPORTED = {m for m in exported() if inspect.isfunction(m) or inspect.isclass(m)}
LOGGING = (mne.utils.logger, mne.utils.warn, mne.utils.ProgressBar)
# It builds an object whose methods log; it logs nothing itself.
BUILDS_ONLY = {"open_source"}


def public_functions():
    """What is exported: functions, and constructors and methods, also those that are inherited."""
    for member in EXPORTED:
        if inspect.isfunction(member):
            yield inspect.unwrap(member)
            continue
        for owner in member.__mro__:
            if owner.__module__.split(".")[0] != "mne_asgpf":
                continue
            for name, function in own_members(owner):
                if inspect.isfunction(function) and name not in HOOKS:
                    yield inspect.unwrap(function)
            if getattr(owner.__init__, "__module__", None) == owner.__module__:
                yield inspect.unwrap(owner.__init__)


def unannotated(function):
    signature = inspect.signature(function)
    names = [
        name
        for name, parameter in signature.parameters.items()
        if name not in ("self", "cls") and parameter.annotation is parameter.empty
    ]
    return names + ["return"] * (signature.return_annotation is signature.empty)


def test_what_is_exported_is_annotated():
    functions = set(public_functions())
    assert len(functions) > 100
    assert not {f.__qualname__: names for f in functions if (names := unannotated(f))}


def test_type_checkers_are_told_of_the_types():
    package = Path(mne_asgpf.__file__).parent
    text = (package.parent / "pyproject.toml").read_text(encoding="utf-8")
    shipped = tomllib.loads(text)["tool"]["setuptools"]["package-data"]["mne_asgpf"]
    assert "py.typed" in shipped
    assert (package / "py.typed").is_file()


def names_in(code):
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)


def parts_of(member):
    """The functions of a class, or the one function."""
    if not inspect.isclass(member):
        return [member]
    functions = (getattr(one, "__func__", one) for one in vars(member).values())
    return [function for function in functions if inspect.isfunction(function)]


def may_log(member, seen):
    """Whether something logs, or calls by its name what does."""
    if member in seen or not getattr(member, "__module__", "").startswith("mne_asgpf"):
        return False
    seen.add(member)
    for function in map(inspect.unwrap, parts_of(member)):
        for name in names_in(function.__code__):
            called = function.__globals__.get(name)
            if any(called is one for one in LOGGING):
                return True
            callable_ = inspect.isfunction(called) or inspect.isclass(called)
            if callable_ and may_log(called, seen):
                return True
    return False


def test_a_function_that_logs_takes_a_log_level():
    functions = [m for m in EXPORTED if inspect.isfunction(m) and m.__name__ not in BUILDS_ONLY]
    logging = {f for f in functions if may_log(f, set())}
    assert mne_asgpf.prepare_raw in logging
    assert mne_asgpf.score_clips not in logging
    assert not {f.__qualname__ for f in logging if "verbose" not in inspect.signature(f).parameters}


def test_verbose_sets_the_level_of_what_is_logged(tmp_path, capsys):
    raw = mne.io.RawArray([[0.0] * 200 * 30], mne.create_info(["Fp1"], 200.0, "eeg"), verbose=False)
    raw.set_annotations(mne.Annotations([3.0], [5.0], ["BAD_movement"]))
    for level, logs in (("info", True), ("error", False)):
        mne_asgpf.recording_windows(raw, clip_len=12, reject_by_annotation=True, verbose=level)
        assert ("overlap with bad annotations" in capsys.readouterr().out) is logs
