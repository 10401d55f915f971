"""``mne_asgpf report``: an HTML page about recordings, models and corpora."""

import click

from ._options import (
    device_option,
    label_map,
    label_option,
    min_confidence_option,
    names_option,
    threshold_option,
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="The page, FILE.html.")
@click.option("--model", type=click.Path(), help="Saved classifier for the recordings.")
@click.option(
    "--events",
    "events_file",
    type=click.Path(),
    help="Seizures to classify instead of finding them, as in predict; PATHS is one recording.",
)
@label_option
@click.option("--scores", type=click.Path(), help="The scores.tsv of evaluate, for a model.")
@threshold_option
@min_confidence_option
@click.option(
    "--sensitivity",
    type=click.FloatRange(0, min_open=True),
    help="Distance of traces in microvolts.  [default: chosen for each event]",
)
@click.option("--positive-up", is_flag=True, help="Draw positive up instead of negative.")
@click.option(
    "--page-length",
    default=20.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds of EEG per page.",
)
@click.option("--jobs", default=1, show_default=True, help="Recordings read in parallel.")
@click.option("--overwrite", is_flag=True, help="Replace an existing page.")
@device_option
@names_option
def report(
    paths,
    out,
    model,
    events_file,
    labels,
    scores,
    threshold,
    min_confidence,
    sensitivity,
    positive_up,
    page_length,
    jobs,
    overwrite,
    device,
    include_names,
):
    """Show the content of PATHS, each in a section of one HTML page.

    A recording: the events found by the classifier --model, with the EEG of each; existing
    labels are shown as given. A saved model: its properties, its training data and its
    --scores. A folder of recordings, a corpus or the output of ``prepare``: its content.
    """
    from pathlib import Path

    from ..atomic import check_targets
    from ..checkpoints.model_card import SYNTHETIC_ONLY
    from ..errors import InputError, printable
    from ..events import read_events
    from ..report import new_report, save_report
    from ..report.parts import add_banner
    from ._training import model_folder, read_model

    given = [path for path in (events_file, scores) if path]
    check_targets([out], inputs=[*paths, *given], overwrite=overwrite)
    models = {path: folder for path in paths if (folder := model_folder(path))}
    recordings = [path for path in paths if path not in models and Path(path).is_file()]
    if labels and not events_file:
        raise InputError("--label", "applies to labels of --events", "give --events, too")
    if scores and not models:
        raise InputError("--scores", "PATHS contain no saved model", "give the model of the scores")
    if model and not recordings:
        raise InputError("--model", "PATHS contain no recording", "give the model in PATHS")
    if events_file and len(recordings) != 1:
        raise InputError("--events", "PATHS are not one recording", "give the one it belongs to")
    if recordings and not model:
        raise InputError("--model", "is missing", "give a saved classifier")
    classifier = read_model(model, device) if recordings else None
    page = new_report("mne_asgpf report")
    if classifier is not None and classifier.notes_.get("synthetic"):
        add_banner(page, SYNTHETIC_ONLY)
    for number, path in enumerate(paths, start=1):
        name = printable(str(path)) if include_names else str(number)
        if path in models:
            _add_model(page, read_model(models[path], device), scores, title=f"Model {name}")
        elif path in recordings:
            _add_recording(
                page,
                classifier,
                path,
                events=read_events(events_file, label_map=label_map(labels))
                if events_file
                else None,
                threshold=threshold,
                min_confidence=min_confidence,
                sensitivity=sensitivity,
                negative_up=not positive_up,
                page_length=page_length,
                include_names=include_names,
                title=f"Recording {name}",
            )
        else:
            _add_corpus(page, path, jobs, include_names=include_names, title=f"Corpus {name}")
    click.echo(printable(f"report: {save_report(page, out, overwrite=overwrite)}"))


def _add_model(page, estimator, scores, *, title):
    from ..report import add_model
    from ..report.model_report import read_scores

    table = read_scores(scores) if scores else None
    synthetic = bool(estimator.notes_.get("synthetic"))
    add_model(page, estimator, scores=table, title=title, synthetic=synthetic)


def _add_recording(page, classifier, path, *, events, threshold, **options):
    from ..errors import InputError
    from ..estimators import ASGPFClassifier
    from ..estimators.inputs.recordings import load_recording
    from ..report import add_typing
    from ..report.recording_results import find_or_type
    from ..signals import open_source

    if not isinstance(classifier, ASGPFClassifier):
        raise InputError("--model", "is a model without classes", "give a classifier")
    (recording,) = open_source(path).recordings
    raw = load_recording(recording, **classifier.wanted)
    typing, found = find_or_type(
        classifier, raw, events, classifier.event_rule_.changed(threshold=threshold)
    )
    truth = recording.read_events() if events is None else events
    add_typing(page, typing, found, notes=classifier.notes_, truth=truth, **options)


def _add_corpus(page, path, jobs, **options):
    from ..corpora.synthetic import is_synthetic
    from ..evaluation import read_audit_table
    from ..report import add_corpus

    recordings = read_audit_table(path, n_jobs=jobs)
    synthetic = is_synthetic(path) or any(recordings.get("synthetic", ()))
    add_corpus(page, recordings, synthetic=synthetic, **options)
