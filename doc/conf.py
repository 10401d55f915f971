"""How sphinx builds the documentation."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import mne_asgpf
from mne_asgpf.defaults import SETTINGS
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
exclude_patterns = ["_build", "tasks/*.rst", "benchmarks/*.rst"]  # pages include them
html_theme = "pydata_sphinx_theme"
html_title = project

autosummary_generate = True
autodoc_typehints = "none"  # the sections of numpydoc tell the types
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


def _or_nothing(value):
    return "" if value is None else value


_write_table("switches", _rows, "15 13 13 13 46")

# So do the settings of training; the chapter on the estimators includes it.
_rows = [("setting", "classification", "pre-training", "published", "where it stands")]
_rows += [
    (
        f"``{s.name}``",
        s.classification,
        _or_nothing(s.pretraining),
        " / ".join(
            dict.fromkeys(
                str(value)
                for value in (s.published_classification, s.published_pretraining)
                if value is not None
            )
        ),
        s.source,
    )
    for s in SETTINGS
]
_write_table("settings", _rows, "18 17 17 18 30")

# Scores are kept as the benchmark wrote them; figure and tables of the page are made of them.
_RUNS = {
    "base": "6 epochs, 60 steps",
    "more_steps": "6 epochs, 240 steps",
    "longer_pretraining": "60 epochs, 60 steps",
}


def _read_results(run, name):
    path = Path(__file__).parent / "label_efficiency" / run / f"{name}.tsv"
    return pd.read_csv(path, sep="\t", comment="#")


for _run, _how in _RUNS.items():
    _scores = _read_results(_run, "scores")
    _figure = plot_label_efficiency(_scores, show=False)
    _n_seeds = _scores["n_seeds"].min()
    _figure.axes[0].set_title(f"SYNTHETIC patients never seen, {_how}, {_n_seeds} seeds")
    _figure.savefig(_generated / f"label_efficiency_{_run}.svg")
    plt.close(_figure)
_differences = {run: _read_results(run, "differences") for run in _RUNS}
_write_table(
    "label_efficiency",
    [("labels", "system", "less", *_RUNS.values())]
    + [
        (
            f"{rows[0].fraction:.0%}",
            rows[0].system,
            rows[0].less,
            *(f"{d.difference:+.2f} [{d.low:+.2f}, {d.high:+.2f}]" for d in rows),
        )
        for rows in zip(*(d.itertuples() for d in _differences.values()), strict=True)
    ],
    "7 23 22 16 16 16",
)
_forecasts = {run: _read_results(run, "forecasts") for run in ("base", "longer_pretraining")}
_write_table(
    "forecasts",
    [("seed", "6 epochs", "60 epochs", "last second repeated", "mean spectrum")]
    + [
        (int(a.seed), *(f"{error:.2f}" for error in (a.model, b.model, a[2], a[3])))
        for a, b in zip(*(f.itertuples(index=False) for f in _forecasts.values()), strict=True)
    ],
    "10 20 20 25 25",
)
