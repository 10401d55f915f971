"""``mne_asgpf train``: train a classifier of seizure types, from scratch or pre-trained."""

from functools import partial

import click

from ..defaults import SCHEME
from ._options import Finite, training_options


@click.command()
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("out", metavar="OUT", type=click.Path())
@click.option("--split", default="train", show_default=True, help="Official split, or all.")
@click.option("--list", "clips", type=click.Path(), help="A published list of clips to train on.")
@click.option("--num-classes", type=int, default=SCHEME, show_default=True, help="4 or 8.")
@click.option("--fine-tune", is_flag=True, help="Start from the encoder of --load-model-path.")
@click.option(
    "--load-model-path",
    type=click.Path(),
    help="A pre-trained model: its folder, its hub id, or the name of a released one.",
)
@click.option("--freeze", type=click.IntRange(0), help="Number of lower layers to freeze.")
@click.option("--encoder-lr", type=Finite(0), help="The encoder's learning rate.")
@click.option(
    "--min-batches",
    type=click.IntRange(1),
    help="Fewest batches of an epoch, which has few windows several times.",
)
@click.option(
    "--patience",
    type=click.IntRange(1),
    help="Epochs without a better validation F1 before stopping; by default, all are trained.",
)
@click.option(
    "--background",
    default=1.0,
    show_default=True,
    type=Finite(0),
    help="Background windows per ictal window; 0: only types, and predict does not find seizures.",
)
@click.option("--first-clip-only", is_flag=True, help="One clip per seizure, as published.")
@click.option(
    "--event-rule/--no-event-rule",
    default=True,
    show_default=True,
    help="Fit the rule for events on all of the validation patients' recordings.",
)
@training_options
def train(source, out, split, clips, first_clip_only, event_rule, **options):
    """Train a classifier on the labelled EEG in SRC and write the model to OUT/model.

    SRC is a recording, a folder of them, a BIDS dataset, a corpus in the layout of TUSZ, or the
    output of ``prepare``; all but the last are prepared into OUT/signals. Defaults are those of
    the estimators or of the pre-trained encoder. If interrupted, it resumes from the last epoch
    when the same command is run again.

    Of ten patients or more, a fifth is not trained on. On these, probabilities are calibrated and,
    if the classifier knows background, the rule for events is fitted; both are saved with the
    model.
    """
    from ..signals import read_raw_asgpf_h5
    from ..windows import select_published, typed_windows
    from ._calibration import fit_events_of_validation, tell_confidence
    from ._corpus import about_data, labelled, select_split, tell_corpus
    from ._training import Run

    _check(options)
    if clips:
        # A list holds only seizures, with one clip each.
        options["background"], first_clip_only = 0.0, True
    given = {"source": source, "out": out, "split": split, "clips": clips}
    further = {"first_clip_only": first_clip_only, "event_rule": event_rule}
    run = Run(out, {**given, **further, **options})
    run.check_folder()
    recordings = select_split(run.find_signals(), "all" if clips else split)
    recordings = labelled(source, recordings)
    estimator = run.make("Classifier", recordings, first_clip_only=first_clip_only)
    raws = [read_raw_asgpf_h5(path) for path in recordings["path"]]
    windows = typed_windows(
        raws,
        scheme=estimator.scheme,
        clip_len=float(estimator.clip_len),
        first_clip_only=first_clip_only,
        background=estimator.background,
        random_state=estimator.random_state,
    )
    if clips:
        windows = select_published(windows, clips)
    description = f"{tell_corpus(recordings)}{f', list of {len(windows)} clips' if clips else ''}"
    if run.is_main:
        counts = windows.get_metadata()["class"].value_counts().to_dict()
        click.echo(f"To train on: {description}; clips: {counts}")
    finish = partial(fit_events_of_validation, raws=raws) if event_rule else None
    run.fit(estimator, windows, notes=about_data(recordings, description), finish=finish)
    if run.is_main:
        tell_confidence(estimator)


def _check(options):
    from ..errors import InputError

    if options["fine_tune"] != (options["load_model_path"] is not None):
        raise InputError(
            "--fine-tune",
            "requires --load-model-path",
            "give both, or neither to train from scratch",
        )
    if options["num_classes"] not in (4, 8):
        raise InputError("--num-classes", f"is {options['num_classes']}", "give 4 or 8")
