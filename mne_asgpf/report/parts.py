"""Elements of the report sections: tables below a notice, figures with a caption."""

import matplotlib.pyplot as plt

from .. import __version__

_USE = (
    "Intended use: research on EEG recordings. <b>Not a medical device</b>: not for diagnosis, "
    "treatment or monitoring. Every event must be reviewed by an expert."
)
_SYNTHETIC = "<b>Synthetic data</b>: simulated signals, not the EEG of a person. "

# Our sections have no tags. mne's page leaves little room next to its own bars on narrow screens
# and on paper.
_STYLE = """
#filter-by-tags-dropdown-menu { display: none; }
@media (max-width: 900px), print {
  #toc { display: none; }
  #content { width: 100%; margin-left: 0; }
  .accordion-body { padding: 0.5rem; }
}
@media (max-width: 900px) {
  .table { font-size: 0.8rem; }
  .table th, .table td { padding: 0.25rem; }
  figure { overflow-x: auto; }
  figure img { min-width: 27rem; }
}
@media (max-width: 600px) {
  .table { font-size: 0.7rem; }
}
@media print {
  #top-bar, footer .fixed-bottom { position: static; }
  #content { margin-top: 0; }
  .accordion-item .accordion-item:not(:has(.table)), tr { break-inside: avoid; }
  .accordion-header { break-after: avoid; }
  .accordion-button::after { display: none; }
  figure img { max-height: 20cm; }
  /* Two on a page. */
  figure img:is([alt$=", electrodes"], [alt$=", learned graph"]) { max-height: 9cm; }
}
"""


def add_banner(report, text):
    """Add a warning across the page."""
    html = f'<div class="alert alert-danger fs-5 w-100">{text}</div>'
    _add(report, html, "Warning", section=None)


def add_table(report, table, title, *, section, synthetic, note="", index=False):
    """Add a table, unless it is empty, below the notice on its use."""
    kind = "warning" if synthetic else "light"
    html = (
        f'<div class="alert alert-{kind} small py-2">{_SYNTHETIC if synthetic else ""}{_USE} '
        f"mne_asgpf {__version__}.</div>"
        + (_table_html(table, index) if len(table) else "")
        + (f"<p>{note}</p>" if note else "")
    )
    _add(report, html, title, section=section)


def _table_html(table, index):
    html = table.to_html(
        index=index,
        index_names=False,
        border=0,
        classes="table table-striped w-auto",
        justify="left",
        na_rep="n/a",
        float_format="{:.3f}".format,
    )
    return f'<div class="table-responsive">{html}</div>'


def add_figure(report, figure, title, *, section, synthetic, caption):
    """Add a figure and close it."""
    caption = f"Synthetic data. {caption}" if synthetic else caption
    report.add_figure(figure, title, caption=caption, section=section, tags=())
    plt.close(figure)
    _style(report)


def _add(report, html, title, *, section):
    report.add_html(html, title, section=section, tags=())
    _style(report)


def _style(report):
    if _STYLE not in report.include:
        report.add_custom_css(_STYLE)
