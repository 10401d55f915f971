"""``mne_asgpf pretrain``: an encoder that learned from EEG without labels."""

import click

from ._options import training_options


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("out", metavar="OUT", type=click.Path())
@click.option("--split", default="train", show_default=True, help="Official split, or all.")
@click.option("--output-seq-len", type=click.IntRange(1), help="Seconds to forecast.")
@click.option(
    "--objective",
    help="What to learn by: forecast, masked, contrastive, neighbours, or several of the last "
    "three joined by +.",
)
@training_options
def pretrain(source, out, split, **options):
    """Pre-train on the EEG in SRC and write the model to OUT/model.

    SRC is a recording, a folder of them, a BIDS dataset, a corpus in the layout of TUSZ, or what
    ``prepare`` made of one; all but the last are prepared into OUT/signals. Options that are not
    given are the estimators' defaults. Stopped at any moment, it resumes from the last epoch when
    the same command is run again. On several GPUs or machines: accelerate launch -m mne_asgpf
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
    told = tell_corpus(recordings)
    if run.is_main:
        click.echo(f"To pre-train on: {told}")
    notes = about_data(recordings, told)
    estimator = run.make("Pretrainer", recordings)
    run.fit(estimator, recordings["path"].tolist(), notes=notes)
