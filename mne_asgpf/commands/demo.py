"""``mne_asgpf demo``: the full pipeline, from EEG files to a report, on synthetic data."""

import click

from ._options import device_option


@click.command()
@click.argument("folder", type=click.Path(), default="asgpf_demo")
@click.option("--n-patients", default=56, show_default=True, type=click.IntRange(8))
@click.option("--seed", default=0, show_default=True, help="Seed of the corpus and the training.")
@click.option("--pretrain-epochs", default=4, show_default=True, type=click.IntRange(1))
@click.option("--epochs", default=24, show_default=True, type=click.IntRange(1))
@click.option(
    "--jobs", default=2, show_default=True, help="Number of processes that convert files."
)
@device_option
@click.option("--overwrite", is_flag=True, help="Replace an earlier demo in FOLDER.")
def demo(folder, n_patients, seed, pretrain_epochs, epochs, jobs, device, overwrite):
    """Run the full pipeline on a synthetic corpus.

    Corpus in the layout of TUSZ, index, BIDS, windows, pre-training, fine-tuning,
    evaluation on unseen patients with a baseline, events of whole recordings, report. The
    corpus is small: the scores only show that the pipeline learns.
    """
    from ._demo_steps import Demo
    from ._training import find_device

    run = Demo(folder, random_state=seed, n_jobs=jobs, device=find_device(device))
    run.prepare_folder(overwrite)
    run.simulate(n_patients)
    run.convert()
    run.read()
    run.pretrain(pretrain_epochs)
    run.finetune(epochs)
    run.evaluate()
    run.predict()
    run.write_report()
    click.echo(run.summary())
