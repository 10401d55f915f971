"""The structure of the package: layers, file sizes, metadata, a light import."""

import ast
import configparser
import importlib.metadata
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import mne_asgpf

PACKAGE = Path(mne_asgpf.__file__).parent
ROOT = PACKAGE.parent

# Lowest first: a module imports only from those before its own, or from its own folder.
LAYERS = (
    "type_aliases",
    "defaults",
    "errors",
    "atomic",
    "jobs",
    "bars",
    "braindecode_import",
    "labels",
    "channels",
    "event_table",
    "recording_table",
    "event_rule",
    "corpora",
    "tables",
    "simulation",
    "bids",
    "signals",
    "windows",
    "models",
    "checkpoints",
    "events",
    "viz",
    "estimators",
    "evaluation",
    "report",
    "commands",
)
ABOVE_ALL = {"__init__", "__main__"}
INSIDE_ESTIMATORS = (
    "inputs",
    "training",
    "transfer",
    "saving",
    "base",
    "assessment",
    "calibration",
    "confidence",
    "occlusion",
    "results",
    "forecast_results",
    "whole_recordings",
    "classifier",
    "pretrainer",
    "stream",
    "onnx_file",
    "read",
    "distributed",
)


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def layer_of(path):
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_names(path):
    """Absolute dotted names of everything that a module imports when it runs."""
    package = ("mne_asgpf", *path.relative_to(PACKAGE).parts[:-1])
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []  # names in annotations, which only type checkers follow
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_every_module_has_its_layer():
    assert {layer_of(path) for path in modules()} - ABOVE_ALL == set(LAYERS)


def test_modules_do_not_import_later_layers():
    wrong = []
    for path in modules():
        own = layer_of(path)
        if own in ABOVE_ALL:
            continue
        for name in imported_names(path):
            parts = name.split(".")
            if parts[0] != "mne_asgpf" or parts[1] == "__version__":
                continue
            if parts[1] not in LAYERS or LAYERS.index(parts[1]) > LAYERS.index(own):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_imports_inside_the_estimators_point_one_way():
    room, wrong = PACKAGE / "estimators", []
    for path in room.rglob("*.py"):
        own = path.relative_to(room).parts[0].removesuffix(".py")
        for name in imported_names(path):
            *package, other = name.split(".")[:3]
            if package != ["mne_asgpf", "estimators"] or own == "__init__":
                continue
            if INSIDE_ESTIMATORS.index(other) > INSIDE_ESTIMATORS.index(own):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_files_stay_short():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    written = [length for path, length in lengths.items() if path.name != "__init__.py"]
    assert statistics.median(written) < 200
    assert not [str(path) for path, length in lengths.items() if length > 500]


def test_the_folders_of_the_tests_are_those_of_the_package():
    folders = {path.parent.name for path in Path(__file__).parent.glob("*/test_*.py")}
    assert folders - {"benchmarks"} == {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def test_imports_and_requirements_agree():
    # The name under which each is imported, where it is not the name of the distribution.
    import_names = {
        "scikit-learn": "sklearn",
        "mne-bids": "mne_bids",
        "lazy-loader": "lazy_loader",
        "pyyaml": "yaml",
    }
    # Needed without an import of ours: see pyproject.toml.
    for_others = {"torchaudio"}
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    names = {Requirement(line).name for line in project["dependencies"]}
    extras = {
        Requirement(line).name
        for part in project["optional-dependencies"].values()
        for line in part
    }
    declared = {import_names.get(name, name) for name in names - for_others}
    imported = {name.split(".")[0] for path in modules() for name in imported_names(path)}
    assert imported - set(sys.stdlib_module_names) - {"mne_asgpf"} - extras == declared


def test_every_dependency_is_pinned_within_its_bounds():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.lower().split("==") for line in lines if not line.startswith("#"))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)
    groups = project["dependency-groups"]
    for line in [*project["project"]["dependencies"], *groups["test"], *groups["lint"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[requirement.name]), line


def test_setup_cfg_holds_no_metadata():
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert re.match(r"#.*tools that read no pyproject\.toml", text)
    parser = configparser.ConfigParser()
    parser.read_string(text)
    about_the_package = {"metadata", "files", "entry_points"}
    sections = {name.split(".")[0] for name in parser.sections()}
    assert not {name for name in sections if name in about_the_package or name == "options"}


def test_one_version():
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert importlib.metadata.version("mne_asgpf") == mne_asgpf.__version__
    assert f"\nversion: {mne_asgpf.__version__}\n" in cff
    assert mne_asgpf.__version__.split(".dev")[0] in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("statement", ["import mne_asgpf", "import mne_asgpf.commands.main"])
def test_nothing_heavy_is_imported_before_it_is_used(statement):
    heavy = {"torch", "mne", "numpy", "pandas", "sklearn", "braindecode", "matplotlib"}
    code = f"{statement}, sys; print(*set(sys.modules) & {heavy})"
    # -I ignores PYTHON* variables and the user's site packages.
    command = [sys.executable, "-I", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


@pytest.mark.slow
def test_the_models_import_only_braindecode_as_a_heavy_library():
    # Benchmarks find the class by its name, at times on a cluster's login node.
    def packages(module):
        code = f"import {module}, sys; print(*{{name.split('.')[0] for name in sys.modules}})"
        command = [sys.executable, "-W", "ignore", "-c", code]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        return set(result.stdout.split())

    more = packages("mne_asgpf.models") - packages("braindecode.models")
    light = {"mne_asgpf", "lazy_loader", "safetensors"}
    assert more - set(sys.stdlib_module_names) <= light


def test_problems_are_read_after_what_has_them():
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "InputError":
                problem = [ast.unparse(argument).lstrip("f'\"") for argument in node.args[1:2]]
                wrong += [text for text in problem if re.match("(it|they) ", text)]
    assert not wrong


def test_the_public_names_exist():
    for name in mne_asgpf.__all__:
        assert getattr(mne_asgpf, name) is not None
    with pytest.raises(AttributeError, match="nonesuch"):
        _ = mne_asgpf.nonesuch
