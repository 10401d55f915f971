"""``mne_asgpf convert``: a corpus in the layout of TUSZ to a BIDS dataset."""

import click


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("destination", metavar="DST", type=click.Path())
@click.option("--n-jobs", type=int, default=1, show_default=True, help="Recordings at a time.")
@click.option("--strict", is_flag=True, help="Exit with code 1 if any recording is refused.")
def convert(source, destination, n_jobs, strict):
    """Convert the corpus in SRC, in layout v1 or v2 of TUSZ, to a BIDS dataset in DST.

    EDF files are copied unchanged; those that DST holds already are kept. A recording
    that cannot be used is left out and listed at the end.
    """
    from ..bids import convert_to_bids

    recordings = convert_to_bids(source, destination, n_jobs=n_jobs, verbose="info")
    refused = recordings[recordings["outcome"] == "refused"]
    for row in refused.itertuples():
        click.echo(f"refused\t{row.path}\t{row.problem}\t{row.remedy}")
    counts = recordings["outcome"].value_counts()
    closing = ", ".join(f"{counts.get(k, 0)} {k}" for k in ("converted", "kept", "refused"))
    click.echo(f"{len(recordings)} recordings: {closing}; the dataset is {destination}")
    if strict and len(refused):
        raise SystemExit(1)
