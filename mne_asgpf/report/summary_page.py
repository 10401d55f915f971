"""The page on the results of many recordings."""

import pandas as pd

from ..checkpoints.model_card import SYNTHETIC_ONLY
from ..labels import CLASS_NAMES, NOT_SURE
from ..viz.colours import class_title
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
    number = pd.Series(range(1, len(table) + 1), index=table.index, dtype=object)
    refused = ~table["outcome"].isin(["done", "kept"])
    done = table[~refused].drop(columns=["recording", "outcome", "problem", "remedy"])
    names = table["recording"] if include_names else number
    done.insert(0, "Recording", names[~refused])
    done.loc[len(table)] = {"Recording": "all"} | done.drop(columns="Recording").sum().to_dict()
    done = done.rename(columns=_NAMES).rename(columns=lambda name: name.removeprefix("n_"))
    note = "" if include_names else "A number is a row of desc-asgpf_summary.tsv. "
    types = [class_title(name) for name in done.columns if name in CLASS_NAMES and name != NOT_SURE]
    note += f"Finding seizures is experimental. {', '.join(types)}."
    where = {"section": "Recordings", "synthetic": False}
    add_table(report, done, "Events", note=note, **where)
    left_out = table.assign(path=table["recording"], number=number)[refused]
    add_left_out(report, left_out, len(table), include_names=include_names, **where)
    save_report(report, path, overwrite=True)
