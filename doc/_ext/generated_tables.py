"""Tables that stand in the code alone, laid out for the pages that include them."""

from mne_asgpf.defaults import SETTINGS
from mne_asgpf.models.variant import SWITCHES


def write_tables(doc):
    """Write all tables and figures that pages include into ``doc/generated``.

    Parameters
    ----------
    doc : pathlib.Path
        The folder of the documentation.
    """
    generated = doc / "generated"
    generated.mkdir(exist_ok=True)
    _write(generated / "table_switches.rst", _switches(), "15 13 13 13 46")
    _write(generated / "table_settings.rst", _settings(), "18 17 17 18 30")


def _switches():
    yield "switch", "released", "repaired", "light", "what it decides"
    for s in SWITCHES:
        yield f"``{s.name}``", s.released, s.repaired, s.light or s.repaired, s.meaning


def _settings():
    yield "setting", "classification", "pre-training", "published", "where it stands"
    for s in SETTINGS:
        published = (s.published_classification, s.published_pretraining)
        pretraining = "" if s.pretraining is None else s.pretraining
        both = " / ".join(dict.fromkeys(str(value) for value in published if value is not None))
        yield f"``{s.name}``", s.classification, pretraining, both, s.source


def _write(path, rows, widths):
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in rows:
        lines += [f"   {'* -' if i == 0 else '  -'} {cell}" for i, cell in enumerate(row)]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
