"""How sphinx builds the documentation."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import mne_asgpf
from mne_asgpf.estimators.recipe import RECIPE
from mne_asgpf.models.variant import SWITCHES
from mne_asgpf.viz import plot_label_efficiency

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
_generated = Path(__file__).parent / "generated"
_generated.mkdir(exist_ok=True)


def _write_table(name, rows, widths):
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in rows:
        lines += [f"   {'* -' if i == 0 else '  -'} {cell}" for i, cell in enumerate(row)]
    (_generated / f"{name}.rst").write_text("\n".join([*lines, ""]), encoding="utf-8")


_write_table("switches", _rows, "15 13 13 13 46")

# So does the published recipe; the chapter on the estimators includes it.
_rows = [("setting", "classification", "pre-training", "where it stands")]
_rows += [
    (f"``{s.name}``", s.classification, "" if s.pretraining is None else s.pretraining, s.source)
    for s in RECIPE
]
_write_table("recipe", _rows, "20 20 20 40")

# Scores are kept as the benchmark wrote them; figure and tables of the page are made of them.
_results = Path(__file__).parent / "label_efficiency"
_scores, _differences, _forecasts = (
    pd.read_csv(_results / f"{name}.tsv", sep="\t", comment="#")
    for name in ("scores", "differences", "forecasts")
)
_figure = plot_label_efficiency(_scores, show=False)
_figure.axes[0].set_title(
    f"SYNTHETIC patients never seen, four seizure classes, seeds: {_scores['n_seeds'].min()}"
)
_figure.savefig(_generated / "label_efficiency.svg")
plt.close(_figure)
_write_table(
    "label_efficiency",
    [("labels", "system", "less", "difference of weighted F1", "95 % interval")]
    + [
        (
            f"{d.fraction:.0%}",
            d.system,
            d.less,
            f"{d.difference:+.2f}",
            f"{d.low:+.2f} {d.high:+.2f}",
        )
        for d in _differences.itertuples()
    ],
    "10 30 30 15 15",
)
_write_table(
    "forecasts",
    [("seed", "model", "last second repeated", "mean spectrum")]
    + [
        (int(seed), *(f"{error:.2f}" for error in errors))
        for seed, *errors in _forecasts[["seed", "model", "last second", "mean spectrum"]].values
    ],
    "10 30 30 30",
)
