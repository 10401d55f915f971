"""What is handed out is complete: the wheel, the archive and what they say of themselves."""

import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import mne_asgpf

ROOT = Path(mne_asgpf.__file__).parents[1]

pytestmark = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").is_file(), reason="only the source can be built"
)


def build(kind, folder):
    """Build a wheel or an archive of a copy of the source, and give its path."""
    ignore = shutil.ignore_patterns(
        ".*venv*", ".git", "*.egg-info", "_build", "build", "asgpf_demo"
    )
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=ignore)
    code = f"import setuptools.build_meta as b; b.build_{kind}({str(folder)!r})"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    (built,) = [path for path in folder.iterdir() if path.suffix in (".whl", ".gz")]
    return built


def test_wheel_holds_every_module_and_the_public_names(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    names = set(zipfile.ZipFile(build("wheel", tmp_path)).namelist())
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "mne_asgpf").rglob("*")
        if path.suffix in (".py", ".pyi", ".typed")
    }
    assert modules <= names
    assert "mne_asgpf/py.typed" in names
    weights = (ROOT / "mne_asgpf").rglob("*.safetensors")
    assert {path.relative_to(ROOT).as_posix() for path in weights} <= names
    assert all(name.startswith("mne_asgpf") for name in names)


def test_archive_holds_what_tests_and_documentation_need(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for name in (
        *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
        *("constraints.txt", "pyproject.toml", "setup.cfg", ".zenodo.json"),
        *("tests/conftest.py", "doc/conf.py", "doc/_ext/api_page.py", "doc/_static/result.png"),
        *(
            "doc/tasks/eegmat.tsv",
            "containers/Dockerfile",
            "examples/plot_first_prediction.py",
            "benchmarks/evidence.py",
        ),
    ):
        assert name in names, name
    assert not [name for name in names if "__pycache__" in name or "doc/_build" in name]


def test_citation_zenodo_and_metadata_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    paper = citation["preferred-citation"]
    assert citation["version"] == mne_asgpf.__version__
    assert citation["license"] == zenodo["license"] == project["license"]
    assert [related["identifier"] for related in zenodo["related_identifiers"]] == [paper["doi"]]
    assert project["urls"]["Paper"] == f"https://doi.org/{paper['doi']}"
    assert str(paper["year"]) in paper["doi"]
