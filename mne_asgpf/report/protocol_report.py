"""The report section on the published protocol: our results and the published ones."""

from .parts import add_table


def add_protocol(report, table, published, *, note, title="Published protocol", synthetic=False):
    """Add the table of results of a protocol and the published one."""
    columns = {
        "classes": "Classes",
        "test": "Test set",
        "system": "System",
        "labels": "Labelled patients",
        "weighted_f1": "Weighted F1",
        "low": "Low",
        "high": "High",
        "n_clips": "Clips",
        "n_patients": "Patients",
    }
    where = {"section": title, "synthetic": synthetic}
    shown = table[list(columns)].rename(columns=columns)
    add_table(report, shown, "Weighted F1 with 95 % intervals", note=note, **where)
    names = {"system": "System", "classes": "Classes", "weighted_f1": "Weighted F1"}
    add_table(
        report,
        published.rename(columns=names | {"source": "Source"}),
        "Published results",
        note="Of TUSZ v1.5.2, by others; not of the data above.",
        **where,
    )
    return report
