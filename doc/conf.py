"""How sphinx builds the documentation."""

from pathlib import Path

import mne_asgpf
from mne_asgpf.models.variant import SWITCHES

project = "mne_asgpf"
author = "the mne_asgpf developers"
copyright = author
release = mne_asgpf.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_design",  # the badges of braindecode's docstrings
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = project

autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = True

intersphinx_mapping = {
    "python": ("https://docs.python.org/3", None),
    "numpy": ("https://numpy.org/doc/stable", None),
    "pandas": ("https://pandas.pydata.org/docs", None),
    "mne": ("https://mne.tools/stable", None),
    "braindecode": ("https://braindecode.org/stable", None),
    "sklearn": ("https://scikit-learn.org/stable", None),
    "skorch": ("https://skorch.readthedocs.io/en/stable", None),
}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": "/plot_",
    "reference_url": {"mne_asgpf": None},
}

# The table of switches stands in the code alone; the chapter on the method includes it.
_rows = [("switch", "released", "repaired", "light", "what it decides")]
_rows += [
    (f"``{s.name}``", s.released, s.repaired, s.light or s.repaired, s.meaning) for s in SWITCHES
]
_table = [".. list-table::", "   :header-rows: 1", "   :widths: 15 13 13 13 46", ""]
for _row in _rows:
    _table += [f"   {'* -' if i == 0 else '  -'} {cell}" for i, cell in enumerate(_row)]
_generated = Path(__file__).parent / "generated"
_generated.mkdir(exist_ok=True)
(_generated / "switches.rst").write_text("\n".join([*_table, ""]), encoding="utf-8")
