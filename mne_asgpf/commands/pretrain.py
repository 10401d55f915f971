"""``mne_asgpf pretrain``: pre-train an encoder on EEG without labels."""

import click

from ._options import training_options


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("out", metavar="OUT", type=click.Path())
@click.option("--split", default="train", show_default=True, help="Official split, or all.")
@click.option("--output-seq-len", type=click.IntRange(1), help="Seconds to forecast.")
@click.option(
    "--objective",
    help="Objective: forecast, masked, contrastive, neighbours, within_patient, or several of "
    "the last four joined by +.",
)
@training_options
def pretrain(source, out, split, **options):
    """Pre-train on the EEG in SRC and write the model to OUT/model.

    SRC is a recording, a folder of them, a BIDS dataset, a corpus in the layout of TUSZ, or the
    output of ``prepare``; all but the last are prepared into OUT/signals. Defaults are those of
    the estimators. If interrupted, it resumes from the last epoch when the same command is run
    again. On several GPUs or machines: accelerate launch -m mne_asgpf
    pretrain ...
    """
    from ._corpus import about_data, select_split, tell_corpus
    from ._training import Run

    if options["objective"] is not None:
        from ..models.objectives import objective_parts

        objective_parts(options["objective"])  # before anything is prepared

    run = Run(out, {"source": source, "out": out, "split": split, **options})
    run.check_folder()
    recordings = select_split(run.find_signals(), split)
    description = tell_corpus(recordings)
    if run.is_main:
        click.echo(f"To pre-train on: {description}")
    notes = about_data(recordings, description)
    estimator = run.make("Pretrainer", recordings)
    run.fit(estimator, recordings["path"].tolist(), notes=notes)
