"""How sphinx builds the documentation: ``make doc``."""

import inspect
import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
os.environ["TQDM_DISABLE"] = "1"  # no bars among the output of examples
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent / "benchmarks")]

from docutils import nodes  # noqa: E402
from skorch import NeuralNet  # noqa: E402

import mne_asgpf  # noqa: E402
from api_page import write_api_page  # noqa: E402
from evidence import write_evidence  # noqa: E402
from generated_tables import write_tables  # noqa: E402
from house_picture import draw_house  # noqa: E402

# Two models of braindecode ask mne for a montage by its old name on import.
warnings.filterwarnings("ignore", "Montage name 'standard_1020' is deprecated", FutureWarning)

project = "mne_asgpf"
author = "the mne_asgpf developers"
copyright = author
release = mne_asgpf.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    "myst_parser",  # the changelog and the guide to contributing are Markdown
    "numpydoc",
    "sphinx_design",  # cards, and the badges of braindecode's docstrings
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
# Pages include them.
exclude_patterns = ["_build", "tasks/*.rst", "benchmarks/*.rst", "generated/table_*.rst"]
suppress_warnings = ["config.cache"]  # the gallery's configuration holds an order

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
toc_object_entries_show_parents = "hide"
html_show_sourcelink = False
# Pages of wide tables have no sidebar beside them, those of code none on the right.
WIDE = ["index", "tasks"]
WIDE += [f"auto_examples/{path.stem}" for path in (HERE.parent / "examples").glob("*.py")]
html_sidebars = {page: [] for page in ("index", "evidence", "tasks")}
html_theme_options = {
    "header_links_before_dropdown": 7,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "show_nav_level": 1,
    "secondary_sidebar_items": {"**": ["page-toc"], **{page: [] for page in WIDE}},
    "footer_start": ["copyright"],
    "footer_end": [],
}

autosummary_generate = True
autodoc_typehints = "none"  # the sections of numpydoc tell the types
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
myst_heading_anchors = 2

numpydoc_xref_ignore = "all"  # but for what numpydoc knows and our own names
numpydoc_xref_aliases = {name: f"mne_asgpf.{name}" for name in mne_asgpf.__all__}

# What skorch calls, and documents, in an estimator.
HOOKS = set(dir(NeuralNet)) - {"fit", "partial_fit", "predict", "predict_proba"}

# Links into others' documentation need the network. Without DOC_ONLINE they stay plain text, so
# that the documentation builds anywhere and its warnings are about this project alone.
_ONLINE = os.environ.get("DOC_ONLINE", "") not in ("", "0")
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", None),
    "numpy": ("https://numpy.org/doc/stable", None),
    "pandas": ("https://pandas.pydata.org/docs", None),
    "mne": ("https://mne.tools/stable", None),
    "braindecode": ("https://braindecode.org/stable", None),
    "sklearn": ("https://scikit-learn.org/stable", None),
    "skorch": ("https://skorch.readthedocs.io/en/stable", None),
}
if not _ONLINE:
    intersphinx_mapping = {}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": "/plot_",
    "ignore_pattern": r"moabb[\\/]",  # a file of another program
    "within_subsection_order": "example_order.ExampleOrder",
    "reference_url": {"mne_asgpf": None},
    "download_all_examples": False,
    "show_memory": False,
    "capture_repr": ("_repr_html_",),
}

write_api_page(HERE / "api.rst")
write_tables(HERE)
write_evidence(HERE / "generated")
draw_house(HERE / "generated" / "house.svg")


def _leave_as_text(app, env, node, contnode):
    """Give the text of a reference that only the inventories of others can resolve."""
    target = node.get("reftarget", "")
    if not target.startswith(("python:", "numpy:", "tut-")):
        return None
    return nodes.Text(contnode.astext().removeprefix("python:").removeprefix("numpy:"))


def _is_of_others(app, what, name, member, skip, options):
    """Leave out what others document: what is inherited from them, or only called by them."""
    function = inspect.unwrap(getattr(member, "fget", member) or member)
    module = getattr(function, "__module__", None) or "mne_asgpf"
    is_hook = module.startswith("mne_asgpf.estimators") and name in HOOKS
    return True if is_hook or not module.startswith("mne_asgpf") else None


def setup(app):
    """Say what is left out, and what becomes of references that cannot be resolved."""
    app.connect("autodoc-skip-member", _is_of_others)
    if not _ONLINE:
        app.connect("missing-reference", _leave_as_text)
