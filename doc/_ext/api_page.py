"""The page of the public objects, made from each package's ``__all__``."""

import importlib
import inspect
import pkgutil

from sphinx.pycode import ModuleAnalyzer

import mne_asgpf

# Modules without ``__all__`` whose functions and classes are for users, too.
PLAIN_MODULES = (
    "mne_asgpf.channels",
    "mne_asgpf.labels",
    "mne_asgpf.defaults",
    "mne_asgpf.estimators.distributed",
)


def public_objects():
    """Give the names that each package offers, each object under its shortest name.

    Returns
    -------
    names : dict of str to list of str
        The names by module, in the order of the page.
    """
    names = {"mne_asgpf": [n for n in mne_asgpf.__all__ if not _is_module(mne_asgpf, n)]}
    packages = [
        info.name for info in pkgutil.iter_modules(mne_asgpf.__path__, "mne_asgpf.") if info.ispkg
    ]
    for package in packages:
        module = importlib.import_module(package)
        offered = [name for name in getattr(module, "__all__", ()) if not _is_module(module, name)]
        short = [name for name in offered if name not in names["mne_asgpf"]]
        if short:
            names[package] = short
    for name in PLAIN_MODULES:
        names[name] = _defined_in(importlib.import_module(name))
    return names


def write_api_page(path):
    """Write the page.

    Parameters
    ----------
    path : pathlib.Path
        The file to write.
    """
    text = [
        ".. Made by doc/_ext/api_page.py from each package's __all__.",
        "",
        "API",
        "===",
        "",
        "Everything public, by the package it is in. The names of the first section are in their",
        "packages as well. What is not on this page may change without notice.",
        "",
    ]
    for module, names in public_objects().items():
        summary = inspect.getdoc(importlib.import_module(module)).splitlines()[0]
        text += [module, "-" * len(module), "", f".. currentmodule:: {module}", ""]
        constants = [name for name in names if _is_constant(module, name)]
        text += [summary, "", ".. autosummary::", "   :toctree: generated", ""]
        text += [*(f"   {name}" for name in names if name not in constants), ""]
        for name in constants:
            text += [f".. py:data:: {name}", "", f"   {_comments(module)[name]}", ""]
    path.write_text("\n".join(text), encoding="utf-8")


def _is_constant(module, name):
    member = getattr(importlib.import_module(module), name)
    return not (inspect.isfunction(member) or inspect.isclass(member))


def _comments(package):
    """Give what comments that begin with ``#:`` say of a package's constants, by name."""
    comments = {}
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        found = ModuleAnalyzer.for_module(info.name).find_attr_docs()
        comments |= {name: " ".join(lines).strip() for (_, name), lines in found.items()}
    return comments


def _is_module(owner, name):
    return inspect.ismodule(getattr(owner, name))


def _defined_in(module):
    """Public functions and classes that a module defines itself, in its order."""
    return [
        name
        for name, member in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or inspect.isclass(member))
        and member.__module__ == module.__name__
    ]
