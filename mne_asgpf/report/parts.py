"""What every section is made of: tables under a notice, figures with a caption."""

import matplotlib.pyplot as plt

from .. import __version__

_USE = (
    "Intended use: research on EEG recordings. <b>Not a medical device</b>: not for diagnosis, "
    "treatment or monitoring. Every event needs the eye of an expert."
)
_SYNTHETIC = "<b>Synthetic data</b>: simulated signals, no person's EEG. "


def add_banner(report, text):
    """Add what must not be overlooked, across the page."""
    html = f'<div class="alert alert-danger fs-5 w-100">{text}</div>'
    report.add_html(html, "Warning", section="Warning", tags=())


def add_table(report, table, title, *, section, synthetic, note="", index=False):
    """Add a table under the notice on its use."""
    kind = "warning" if synthetic else "light"
    html = (
        f'<div class="alert alert-{kind} small py-2">{_SYNTHETIC if synthetic else ""}{_USE} '
        f"mne_asgpf {__version__}.</div>"
        + '<div class="table-responsive">'
        + table.to_html(
            index=index,
            index_names=False,
            border=0,
            classes="table table-striped w-auto",
            justify="left",
            na_rep="n/a",
            float_format="{:.3f}".format,
        )
        + "</div>"
        + (f"<p>{note}</p>" if note else "")
    )
    report.add_html(html, title, section=section, tags=())


def add_figure(report, figure, title, *, section, synthetic, caption):
    """Add a figure and close it."""
    caption = f"Synthetic data. {caption}" if synthetic else caption
    report.add_figure(figure, title, caption=caption, section=section, tags=())
    plt.close(figure)
