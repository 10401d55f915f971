"""``mne_asgpf simulate``: a synthetic corpus in the layout of TUSZ."""

import click


@click.command()
@click.argument("folder", type=click.Path())
@click.option("--layout", default="v2", show_default=True, type=click.Choice(["v1", "v2"]))
@click.option("--n-patients", default=32, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--n-broken", default=1, show_default=True, type=click.IntRange(0))
@click.option(
    "--background",
    default="stationary",
    show_default=True,
    type=click.Choice(["stationary", "varied"]),
    help="varied: drowsiness, light sleep and episodes of artifacts.",
)
@click.option("--jobs", default=1, show_default=True, help="Number of parallel recordings.")
def simulate(folder, layout, n_patients, seed, n_broken, background, jobs):
    """Write a synthetic corpus into FOLDER, which must be new or empty.

    Two recordings per patient with seizures of known type, time and place of onset
    (truth.csv), and some damaged on purpose (broken.csv).
    """
    from ..simulation import simulate_corpus

    truth = simulate_corpus(
        folder,
        layout=layout,
        n_patients=n_patients,
        random_state=seed,
        n_broken=n_broken,
        background=background,
        n_jobs=jobs,
    )
    counts = ", ".join(f"{n} {label}" for label, n in truth["label"].value_counts().items())
    click.echo(f"{folder}: SYNTHETIC corpus of {n_patients} patients; seizures: {counts}")
