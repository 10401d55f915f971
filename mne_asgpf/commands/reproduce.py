"""``mne_asgpf reproduce``: run the published protocol, from the corpus to the table."""

import click

from ._options import config_option, device_option, seed_option, write_config


@click.command()
@click.argument("out", metavar="OUT", type=click.Path())
@click.option("--tusz", required=True, type=click.Path(), help="The corpus, v1.5 or v2.")
@click.option("--test-list-4", multiple=True, type=click.Path(), help="Test list of 4 classes.")
@click.option("--test-list-8", multiple=True, type=click.Path(), help="Test list of 8 classes.")
@click.option(
    "--tusz-v1",
    type=click.Path(),
    help="TUSZ v1.5.2, whose seizures the lists number; to match them if --tusz is v2.",
)
@click.option(
    "--variant",
    default="released",
    show_default=True,
    type=click.Choice(["released", "repaired", "light"]),
    help="As published, or with the defaults of this package.",
)
@seed_option
@click.option(
    "--jobs", default=1, show_default=True, help="Number of recordings to prepare in parallel."
)
@device_option
@click.option("--quick", is_flag=True, help="A small model and few epochs, to test that it runs.")
@config_option
def reproduce(
    out,
    tusz,
    test_list_4,
    test_list_8,
    tusz_v1,
    variant,
    seed,
    jobs,
    device,
    quick,
    include_names,
):
    """Run the published protocol on TUSZ and print its table and the published one.

    Prepare; pre-train (as published: 350 epochs, 3 layers); train classifiers of 4 and of 8 classes
    (60 epochs), pre-trained and from scratch, with labels of 25, 50, 75 and 100 % of the patients;
    score them on the official test split and on the published lists, whose paths you give. Before
    the first training, it estimates the time: weeks on a CPU as published. --variant repaired
    instead trains the model of this package with its own defaults. If interrupted, it resumes when
    the same command is run again.
    """
    from ._reproduce_steps import Reproduction, check_folder
    from ._training import find_device

    lists = {4: list(test_list_4), 8: list(test_list_8)}
    run = Reproduction(
        tusz,
        out,
        lists=lists,
        tusz_v1=tusz_v1,
        variant=variant,
        quick=quick,
        random_state=seed,
        n_jobs=jobs,
        device=find_device(device),
    )
    run.prepare()
    check_folder(run, {"quick": quick, "seed": seed, "variant": variant})
    run.estimate()
    write_config(run.out / "config.yaml", click.get_current_context().params)
    run.pretrain()
    run.finetune()
    run.write_report()
    click.echo(run.summary())
