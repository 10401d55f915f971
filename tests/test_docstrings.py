"""The docstrings of what is exported are valid numpydoc; ruff asks the others for a line."""

import importlib
import inspect
import pkgutil

import pytest
from numpydoc.validate import validate
from skorch import NeuralNet

import mne_asgpf

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


def own_members(owner, module):
    for name, member in vars(owner).items():
        function = inspect.unwrap(getattr(member, "__func__", member))
        if isinstance(member, property):
            function = member.fget
        is_own = getattr(function, "__module__", None) == module.__name__
        if not name.startswith("_") and is_own:
            yield name, function


def exported():
    """What the packages list in ``__all__``."""
    for module in [mne_asgpf, *public_modules()]:
        if hasattr(module, "__path__"):
            for name in getattr(module, "__all__", ()):
                yield getattr(module, name)


def public_names():
    """Dotted names of the functions and classes that are exported, and of their methods."""
    for member in exported():
        if not (inspect.isfunction(member) or inspect.isclass(member)):
            continue
        name = f"{member.__module__}.{member.__qualname__}"
        yield name
        if inspect.isclass(member):
            for method, function in own_members(member, importlib.import_module(member.__module__)):
                if inspect.isfunction(function) and method not in HOOKS:
                    yield f"{name}.{method}"


@pytest.mark.parametrize("name", sorted(set(public_names())))
def test_docstring(name):
    errors = [
        f"{code}: {message}"
        for code, message in validate(name)["errors"]
        if code not in NOT_ASKED_FOR
    ]
    assert not errors
