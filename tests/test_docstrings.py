"""The docstrings of what is exported are valid numpydoc; those of the rest have one line."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from numpydoc.validate import validate
from skorch import NeuralNet

import mne_asgpf

PACKAGE = Path(mne_asgpf.__file__).parent

NOT_ASKED_FOR = {
    "GL01",  # a summary on the first line, as ruff's D212 wants it too
    "SS05",  # numpydoc takes any first word in -s ("Class", "Focus") for a third person
    "RT02",  # as in mne, what is returned has a name
    "PR08",  # a description may begin with a symbol, such as ln|X|
    "RT04",  # the same
    "ES01",  # a summary may be all there is to say
    "SA01",  # cross-references where they help
    "EX01",  # examples are in the gallery
}

# What skorch calls, and documents, in an estimator.
HOOKS = set(dir(NeuralNet)) - {"fit", "partial_fit", "predict", "predict_proba"}


def public_modules():
    for info in pkgutil.walk_packages(mne_asgpf.__path__, "mne_asgpf."):
        if not any(part.startswith("_") for part in info.name.split(".")):
            yield importlib.import_module(info.name)


def own_members(owner):
    for name, member in vars(owner).items():
        function = inspect.unwrap(getattr(member, "__func__", member))
        if isinstance(member, property):
            function = member.fget
        is_own = str(getattr(function, "__module__", None)).startswith("mne_asgpf.")
        if not name.startswith("_") and is_own:
            yield name, function


def exported():
    """What the packages list in ``__all__``."""
    for module in [mne_asgpf, *public_modules()]:
        if hasattr(module, "__path__"):
            for name in getattr(module, "__all__", ()):
                yield getattr(module, name)


def public_names():
    """Dotted names of the functions and classes that are exported, and of their methods.

    Methods count where they are written: also those of a base that is not exported itself.
    """
    for member in exported():
        if not (inspect.isfunction(member) or inspect.isclass(member)):
            continue
        yield dotted(member)
        for owner in inspect.getmro(member) if inspect.isclass(member) else ():
            if owner.__module__.startswith("mne_asgpf"):
                for _, function in own_members(owner):
                    if inspect.isfunction(function):
                        yield dotted(function)


def dotted(member):
    return f"{member.__module__}.{member.__qualname__}"


PUBLIC = sorted(set(public_names()))


@pytest.mark.parametrize("name", [name for name in PUBLIC if name.split(".")[-1] not in HOOKS])
def test_docstring(name):
    errors = [
        f"{code}: {message}"
        for code, message in validate(name)["errors"]
        if code not in NOT_ASKED_FOR
    ]
    assert not errors


def definitions(node, prefix):
    """Dotted names and syntax trees of the classes and functions in a syntax tree."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ClassDef, ast.FunctionDef)):
            yield f"{prefix}.{child.name}", child
            yield from definitions(child, f"{prefix}.{child.name}")
        else:
            yield from definitions(child, prefix)


def is_command(node):
    """Whether a docstring is the help text of a command."""
    decorators = (ast.unparse(decorator) for decorator in node.decorator_list)
    return any(re.match(r".*\b(command|group)\(", decorator) for decorator in decorators)


def test_what_is_not_exported_has_one_line():
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        for name, node in definitions(ast.parse(path.read_text(encoding="utf-8")), module):
            if "\n" in (ast.get_docstring(node) or "") and name not in PUBLIC:
                if not is_command(node):
                    wrong.append(name)
    assert not wrong
