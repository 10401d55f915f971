"""``mne_asgpf prepare``: a corpus to files from which windows are read fast."""

import click

from ._options import echo_row, label_map, label_option


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("destination", metavar="DST", type=click.Path())
@click.option("--channels", help="Channels instead of the 19, by name, separated by commas.")
@click.option("--sfreq", default=200.0, show_default=True, help="Sampling frequency in Hz.")
@click.option("--max-missing", default=4, show_default=True, help="Channels that may be missing.")
@click.option(
    "--resampling",
    default="exact",
    show_default=True,
    type=click.Choice(["exact", "released"]),
    help="In exact time, or as the released scripts do, which may stretch it.",
)
@click.option(
    "--dtype", default="int16", show_default=True, type=click.Choice(["int16", "float32"])
)
@label_option
@click.option("--jobs", default=1, show_default=True, help="Recordings at a time.")
@click.option("--verify", is_flag=True, help="Compare files that are there, and their sources, "
              "with their hashes.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with code 1 if any recording is left out.")
def prepare(source, destination, channels, labels, jobs, verify, strict, **options):
    """Prepare SRC for windows, in DST.

    SRC is a corpus in the layout of TUSZ, a BIDS dataset, a folder of recordings or one.

    Each recording becomes one HDF5 file with the wanted channels, resampled, and its
    events, which read_raw_asgpf_h5 opens. What DST holds already is kept while nothing
    that it was made from changes, and removed when SRC holds the recording no more. A
    recording that cannot be used is left out and listed at the end; if none can, the exit
    code is 1.
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
        echo_row("removed", path, "the source holds its recording no more")
    closing = ", ".join(f"{counts.get(k, 0)} {k}" for k in ("done", "kept", "failed"))
    n = len(outcomes) - counts.get("removed", 0)
    click.echo(f"{n} recordings: {closing}; the signals are in {destination}")
    if len(failed) == n or (strict and len(failed)):
        raise SystemExit(1)
