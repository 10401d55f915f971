"""The documentation names all that is public, and what it shows exists."""

import importlib
import importlib.util
import re
from pathlib import Path

import pandas as pd
import pytest
from test_house import LAYERS

import mne_asgpf

ROOT = Path(mne_asgpf.__file__).parents[1]
DOC = ROOT / "doc"

pytestmark = pytest.mark.skipif(not DOC.is_dir(), reason="the documentation is in the source only")


def load(path):
    """Import a script of the source that is not in a package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_api_page_holds_everything_that_is_exported(tmp_path):
    pytest.importorskip("sphinx")
    api_page = load(DOC / "_ext" / "api_page.py")
    api_page.write_api_page(tmp_path / "api.rst")
    text = (tmp_path / "api.rst").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:   |\.\. py:data:: )(\w+)$", text, re.MULTILINE))
    for name in mne_asgpf.__all__:
        member = getattr(mne_asgpf, name)
        if not hasattr(member, "__path__") and not hasattr(member, "__spec__"):
            assert name in listed, name
    folders = [path.parent for path in Path(mne_asgpf.__file__).parent.glob("*/__init__.py")]
    for folder in folders:
        package = importlib.import_module(f"mne_asgpf.{folder.name}")
        missing = set(getattr(package, "__all__", ())) - listed
        assert not missing, f"{folder.name}: {missing}"


def test_readme_links_to_what_exists():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)", readme) + re.findall(r'src="([^"]+)"', readme)
    for target in targets:
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_every_command_is_in_the_chapter_on_the_command_line():
    chapter = (DOC / "command_line.rst").read_text(encoding="utf-8")
    commands = (ROOT / "mne_asgpf" / "commands").glob("[a-z]*.py")
    for name in {path.stem.replace("_", "-") for path in commands} - {"main"}:
        assert f"``mne_asgpf {name}" in chapter, name


def test_examples_end_with_what_next():
    examples = sorted((ROOT / "examples").glob("plot_*.py"))
    assert examples
    for path in examples:
        last_cell = path.read_text(encoding="utf-8").split("# %%\n")[-1]
        assert last_cell.startswith("# What next\n# ---------\n"), path.name


def test_evidence_is_made_from_the_results_that_are_kept(tmp_path):
    evidence = load(ROOT / "benchmarks" / "evidence.py")
    evidence.write_evidence(tmp_path)
    kept = pd.read_csv(DOC / "tasks" / "eegmat.tsv", sep="\t")
    row = kept[(kept["system"] == "spectrum only") & (kept["labels"] == "all")].iloc[0]
    table = (tmp_path / "table_eegmat.rst").read_text(encoding="utf-8")
    assert f'"spectrum only", "{row["auc"]:.3f} ({row["auc_low"]:.3f}\u00a0to' in table
    # The references of eegmat_objectives.tsv are not shown again.
    assert table.count('"untrained encoder, probed"') == 1
    assert (tmp_path / "evidence.svg").stat().st_size > 1000
    text = (DOC / "evidence.rst").read_text(encoding="utf-8")
    for name in re.findall(r"generated/([\w.]+)", text):
        assert (tmp_path / name).is_file(), name


def test_the_picture_of_the_house_shows_its_layers(tmp_path):
    house = load(DOC / "_ext" / "house_picture.py")
    house.draw_house(tmp_path / "house.svg")
    labels = re.findall(r"<!-- (.+?) -->", (tmp_path / "house.svg").read_text(encoding="utf-8"))
    shown = "".join(labels).replace("\n", "")
    assert sorted(house.read_imports()) == sorted(LAYERS)
    assert sorted(shown) == sorted("".join(LAYERS))


def test_arrows_of_the_picture_point_up():
    house = load(DOC / "_ext" / "house_picture.py")
    imports = house.read_imports()
    rows = house.arrange(imports)
    for low, high in house.needed_arrows(imports):
        assert rows[low] < rows[high]
        assert LAYERS.index(low) > LAYERS.index(high)


def test_an_import_that_follows_from_others_has_no_arrow():
    house = load(DOC / "_ext" / "house_picture.py")
    imports = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert house.needed_arrows(imports) == {("a", "b"), ("b", "c")}
    assert house.arrange(imports) == {"a": 0, "b": 1, "c": 2}


def test_architecture_lists_the_layers_in_their_order():
    text = (DOC / "architecture.rst").read_text(encoding="utf-8")
    table = text[text.index("``type_aliases``") : text.index("The path of a recording")]
    named = [name for line in table.splitlines() for name in re.findall(r"``(\w+)``", line[:36])]
    assert named == list(LAYERS)
