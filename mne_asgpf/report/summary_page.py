"""The page on the results of many recordings."""

from ..checkpoints.model_card import SYNTHETIC_ONLY
from .corpus_report import add_left_out
from .parts import add_banner, add_table
from .write import new_report, save_report

_NAMES = {
    "hours": "Length (h)",
    "hours_not_assessed": "Not assessed (h)",
    "n_events": "Events",
    "n_not_sure": "not sure",
}


def write_summary_page(table, path, *, synthetic, include_names=False):
    """Write a page on the table of the recordings of ``mne_asgpf predict``."""
    report = new_report("Seizures by type: all recordings")
    if synthetic:
        add_banner(report, SYNTHETIC_ONLY)
    section = "Recordings"
    numbered = table.assign(path=table["recording"], recording=range(1, len(table) + 1))
    refused = table["outcome"] == "left out"
    done = numbered[~refused].drop(columns=["outcome", "problem", "remedy", "path"])
    if include_names:
        done["recording"] = table["recording"]
    total = done.drop(columns="recording").sum().to_dict() | {"recording": "all"}
    done = done.astype({"recording": object})
    done.loc[len(table)] = total
    done = done.rename(columns=_NAMES | {"recording": "Recording"})
    done = done.rename(columns=lambda name: name.removeprefix("n_"))
    note = "" if include_names else "A number is a row of desc-asgpf_summary.tsv. "
    note += "Finding seizures is experimental: every event must be reviewed."
    where = {"section": section, "synthetic": False}
    add_table(report, done, "Events", note=note, **where)
    add_left_out(report, numbered[refused], len(table), include_names=include_names, **where)
    save_report(report, path, overwrite=True)
