"""``mne_asgpf audit``: whether the splits of a corpus can be trusted."""

import click


@click.command()
@click.argument("path", type=click.Path())
@click.option("--split", metavar="COLUMN", help="The column of a table that names the split.")
@click.option("--classes", type=click.Choice(["4", "8", "labels"]), default="4", show_default=True,
              help="Count seizures by class, or by label as they are.")  # fmt: skip
@click.option("--no-content", is_flag=True, help="Do not compare the recordings' signals.")
@click.option("--jobs", type=int, default=1, show_default=True,
              help="Recordings at a time.")  # fmt: skip
def audit(path, split, classes, no_content, jobs):
    """Audit the splits of PATH: recordings, a corpus, BIDS, what prepare wrote, or a table.

    A table (.csv or .tsv) has one row a recording or window, with the columns patient,
    split, and if wanted class and path. Shown are the splits and what always saying the
    most frequent class scores in each, their classes with the effective number of patients,
    patients in more than one split, and recordings with the same signals under whatever name
    and header. Exits with code 1 if a patient or a recording is in more than one split.
    """
    from ..evaluation import audit_splits, read_audit_table

    found = audit_splits(
        read_audit_table(path, n_jobs=jobs),
        split=split,
        scheme=None if classes == "labels" else int(classes),
        content=not no_content,
        n_jobs=jobs,
    )
    _show("Splits", found.splits)
    _show("Classes", found.classes)
    _show("Patients in more than one split", found.leaks)
    if found.copies is None:
        click.echo("Recordings with the same signals: not looked for")
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
            "Known ones are in both sets of TUSZ v1.5.2 and in no published test set "
            "(mne_asgpf.windows.OfficialSplit leaves them out)"
        )
    if found.leaking:
        click.get_current_context().exit(1)


def _show(title, table):
    if table.empty:
        click.echo(f"{title}: none\n")
        return
    told = table.to_string(index=False, float_format="{:.3f}".format, na_rep="-")
    click.echo(f"{title}\n{told}\n")
