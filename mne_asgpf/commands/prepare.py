"""``mne_asgpf prepare``: convert a corpus to files for fast reading of windows."""

import click

from ..defaults import MAX_MISSING, SFREQ
from ._options import echo_row, label_map, label_option


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("destination", metavar="DST", type=click.Path())
@click.option("--channels", help="Channels instead of the 19, by name, separated by commas.")
@click.option("--sfreq", default=SFREQ, show_default=True, help="Sampling frequency in Hz.")
@click.option(
    "--max-missing",
    default=MAX_MISSING,
    show_default=True,
    help="Number of channels that may be missing.",
)
@click.option(
    "--resampling",
    default="exact",
    show_default=True,
    type=click.Choice(["exact", "released"]),
    help="exact: in exact time; released: as in the released scripts, which may stretch time.",
)
@click.option(
    "--dtype", default="int16", show_default=True, type=click.Choice(["int16", "float32"])
)
@label_option
@click.option("--jobs", default=1, show_default=True, help="Number of parallel recordings.")
@click.option("--verify", is_flag=True, help="Compare existing files and their sources "
              "with their hashes.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with code 1 if any recording is left out.")
def prepare(source, destination, channels, labels, jobs, verify, strict, **options):
    """Prepare SRC for windows, in DST.

    SRC is a corpus in the layout of TUSZ, a BIDS dataset, a folder of recordings or one.

    Each recording is written to one HDF5 file with the required channels, resampled, and
    its events, which read_raw_asgpf_h5 reads. Existing files in DST are kept if their
    inputs are unchanged, and removed if the recording is no longer in SRC. Recordings that
    cannot be used are skipped and listed at the end; if none can be used, the exit code
    is 1.
    """
    from ..signals import prepare_corpus

    if channels:
        options["channels"] = [name.strip() for name in channels.split(",")]
    if labels:
        options["label_map"] = label_map(labels)
    outcomes = prepare_corpus(
        source, destination, n_jobs=jobs, verify=verify, verbose="info", **options
    )
    failed = outcomes[outcomes["outcome"] == "failed"]
    for row in failed.itertuples():
        echo_row("left out", row.source, row.problem, row.remedy)
    counts = outcomes["outcome"].value_counts()
    for path in outcomes.loc[outcomes["outcome"] == "removed", "path"]:
        echo_row("removed", path, "its recording is no longer in the source")
    closing = ", ".join(f"{counts.get(k, 0)} {k}" for k in ("done", "kept", "failed"))
    n = len(outcomes) - counts.get("removed", 0)
    click.echo(f"{n} recordings: {closing}; the signals are in {destination}")
    if len(failed) == n or (strict and len(failed)):
        raise SystemExit(1)
