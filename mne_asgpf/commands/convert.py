"""``mne_asgpf convert``: a corpus in the layout of TUSZ to a BIDS dataset."""

import os

import click

from ._options import echo_row


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("destination", metavar="DST", type=click.Path())
@click.option("--jobs", type=int, default=1, show_default=True,
              help="Number of parallel recordings.")  # fmt: skip
@click.option("--anonymize", is_flag=True,
              help="Remove names, dates and texts, use pseudonyms. Asks for a passphrase "
              "(or uses MNE_ASGPF_PASSPHRASE); equal ones yield equal pseudonyms.")  # fmt: skip
@click.option("--szcore", metavar="DIR", type=click.Path(),
              help="Also write the events to DIR, for SzCORE's scorer.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace existing files of --szcore.")
@click.option("--lenient", is_flag=True, help="Repair malformed lines of label files.")
@click.option("--verify", is_flag=True,
              help="Compare files of an earlier run by hash, not by size and time.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with code 1 if any recording is refused.")
def convert(source, destination, jobs, anonymize, szcore, overwrite, lenient, verify, strict):
    """Convert the corpus in SRC, in layout v1 or v2 of TUSZ, to a BIDS dataset in DST.

    EDF files are copied unchanged. It can be interrupted and run again: finished recordings
    are kept. A recording that cannot be used is left out and listed at the end;
    if none can, the exit code is 1.
    """
    from ..bids import convert_to_bids, write_szcore_view

    recordings = convert_to_bids(
        source,
        destination,
        anonymize=_passphrase() if anonymize else None,
        lenient=lenient,
        verify=verify,
        n_jobs=jobs,
        verbose="info",
    )
    refused = recordings[recordings["outcome"] == "refused"]
    for row in refused.itertuples():
        echo_row("refused", row.path, row.problem, row.remedy)
    counts = recordings["outcome"].value_counts()
    closing = ", ".join(f"{counts.get(k, 0)} {k}" for k in ("converted", "kept", "refused"))
    click.echo(f"{len(recordings)} recordings: {closing}; the dataset is {destination}")
    if szcore:
        paths = write_szcore_view(destination, szcore, overwrite=overwrite)
        click.echo(f"{len(paths)} event files for SzCORE are in {szcore}")
    if len(refused) == len(recordings) or (strict and len(refused)):
        raise SystemExit(1)


def _passphrase():
    return os.environ.get("MNE_ASGPF_PASSPHRASE") or click.prompt(
        "Passphrase", hide_input=True, confirmation_prompt=True
    )
