"""``mne_asgpf calibrate``: fit the confidence of a trained classifier to other patients."""

import click

from ._options import config_option, device_option, write_config


@click.command()
@click.argument("model", type=click.Path())
@click.argument("source", metavar="SRC", type=click.Path())
@click.argument("out", metavar="OUT", type=click.Path())
@click.option("--split", default="all", show_default=True, help="Official split, or all.")
@click.option(
    "--event-rule/--no-event-rule",
    default=True,
    show_default=True,
    help="Fit the rule for events, too, on whole recordings, which takes long.",
)
@click.option("--jobs", default=1, show_default=True, help="Recordings prepared in parallel.")
@click.option("--overwrite", is_flag=True, help="Replace an existing model.")
@device_option
@config_option
def calibrate(model, source, out, split, event_rule, jobs, overwrite, device, include_names):
    """Calibrate the classifier MODEL on the labelled EEG in SRC and write it to OUT/model.

    SRC holds patients that the model was not trained on, such as some of your own: a recording, a
    folder of them, a BIDS dataset, a corpus in the layout of TUSZ, or the output of ``prepare``;
    all but the last are prepared into OUT/signals. Fits the temperature of the probabilities,
    what sets of possible types and 'not sure' rest on, and the rule for events. The weights stay
    as they are. Scores on these patients are not a test of the new model.
    """
    from pathlib import Path

    from ..errors import InputError
    from ..signals import read_raw_asgpf_h5
    from ._calibration import fit_events, tell_confidence
    from ._corpus import find_signals, labelled, select_split, tell_corpus
    from ._training import read_classifier

    out = Path(out)
    is_input = Path(model).resolve() == (out / "model").resolve()
    if (out / "model").exists() and (is_input or not overwrite):
        raise InputError(out, "holds a model already", "name another folder for the new model")
    classifier = read_classifier(model, device)
    recordings = find_signals(source, out / "signals", n_jobs=jobs, **classifier.wanted)
    recordings = labelled(source, select_split(recordings, split))
    raws = [read_raw_asgpf_h5(path) for path in recordings["path"]]
    where = tell_corpus(recordings)
    click.echo(f"To calibrate on: {where}")
    classifier.recalibrate(raws)
    if event_rule:
        fit_events(classifier, raws)
    tell_confidence(classifier)
    notes = classifier.notes_ | {"calibrated on": where}
    classifier.save(out / "model", notes=notes, overwrite=overwrite)
    write_config(out / "config.yaml", click.get_current_context().params)
    click.echo(f"model: {out / 'model'}")
