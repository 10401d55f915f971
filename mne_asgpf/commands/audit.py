"""``mne_asgpf audit``: check the splits of a corpus for leaks."""

import click

from ._options import echo_row


@click.command()
@click.argument("path", type=click.Path())
@click.option("--split", metavar="COLUMN", default="split", show_default=True,
              help="The column of a table with the split.")  # fmt: skip
@click.option("--classes", type=click.Choice(["4", "8", "labels"]), default="4", show_default=True,
              help="Count seizures by class, or by original label.")  # fmt: skip
@click.option("--no-content", is_flag=True, help="Do not compare the recordings' signals.")
@click.option("--jobs", type=int, default=1, show_default=True,
              help="Number of parallel recordings.")  # fmt: skip
def audit(path, split, classes, no_content, jobs):
    """Audit the splits of PATH: recordings, a corpus, BIDS, prepared signals, or a table.

    A table (.csv or .tsv) has one row per recording or window, with the columns patient,
    split and, optionally, class and path. The output shows the splits with the score of a
    majority-class classifier, their classes with the effective number of patients, patients
    in more than one split, and recordings with the same signals under any name and header.
    Recordings that cannot be used are listed at the end. The exit code is 1 if a patient or a
    recording is in more than one split.
    """
    from ..evaluation import audit_splits, read_audit_table

    table = read_audit_table(path, n_jobs=jobs)
    found = audit_splits(
        table,
        split=split,
        scheme=None if classes == "labels" else int(classes),
        content=not no_content,
        n_jobs=jobs,
    )
    _show("Splits", found.splits)
    _show("Classes", found.classes)
    _show("Patients in more than one split", found.leaks)
    if found.copies is None:
        click.echo("Recordings with the same signals: not checked")
    else:
        _show("Recordings with the same signals", found.copies)
    n_copies = (
        0 if found.copies is None else found.copies.loc[found.copies["leak"], "copy"].nunique()
    )
    click.echo(
        f"{'LEAKS' if found.leaking else 'no leak'}: {len(found.leaks)} patients and "
        f"{n_copies} recordings are in more than one split"
    )
    if found.leaks["known"].any():
        click.echo(
            "Known ones are in both sets of TUSZ v1.5.2 but not in published test sets "
            "(mne_asgpf.windows.OfficialSplit excludes them)"
        )
    if {"path", "status", "problem", "remedy"} <= set(table):
        for row in table[table["status"] == "refused"].itertuples():
            echo_row("refused", row.path, row.problem, row.remedy)
    if found.leaking:
        click.get_current_context().exit(1)


def _show(title, table):
    if table.empty:
        click.echo(f"{title}: none\n")
        return
    text = table.to_string(index=False, float_format="{:.3f}".format, na_rep="-")
    click.echo(f"{title}\n{text}\n")
