"""``mne_asgpf predict``: seizures found and typed in recordings."""

import click

from ._options import config_option, label_map, label_option, write_config


@click.command()
@click.argument("path", type=click.Path())
@click.option("--model", required=True, type=click.Path(), help="Folder of a saved classifier.")
@click.option("--out", required=True, type=click.Path(), help="Folder for events and reports.")
@click.option(
    "--events",
    "events_file",
    type=click.Path(),
    help="Seizures of a reader or detector to be typed, as BIDS events.tsv, a label file of TUSZ "
    "(csv, csv_bi, tse) or annotations (EDF+, FIF); PATH is one file.",
)
@label_option
@click.option(
    "--threshold",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Seizure probability from which on a window counts.",
)
@click.option("--overwrite", is_flag=True, help="Replace results that are there.")
@click.option("--strict", is_flag=True, help="Exit with code 1 if any recording is left out.")
@config_option
def predict(path, model, out, events_file, labels, threshold, overwrite, strict):
    """Find and type the seizures of the recording or folder PATH.

    Writes, for each recording, events as BIDS events.tsv, SzCORE tsv and mne
    annotations, and an HTML report. In a folder, recordings that cannot be used are
    listed and the rest goes on. Finding seizures is experimental. Of --events, seizures are
    typed, each by the clip at its onset, and what else there is, is told.
    """
    from pathlib import Path

    from ..errors import InputError
    from ..estimators import ASGPFClassifier, read_asgpf
    from ..events import read_events

    classifier = read_asgpf(model)
    if not isinstance(classifier, ASGPFClassifier):
        raise InputError(model, "it is a pre-trained model without classes", "give a classifier")
    if labels and not events_file:
        raise InputError("--label", "it says what labels of --events mean", "give --events, too")
    events = read_events(events_file, label_map=label_map(labels)) if events_file else None
    options = {"events": events, "threshold": threshold, "overwrite": overwrite}
    config = Path(out) / "config.yaml"
    params = click.get_current_context().params
    path = Path(path)
    if not path.is_dir():
        found, paths = _predict_file(classifier, path, Path(out), path.stem, options)
        click.echo(_summary(path.name, found))
        for line in found.attrs.get("left_out", ()):
            click.echo(f"  left out: {line}")
        for kind, written in paths.items():
            click.echo(f"  {kind}: {written}")
        write_config(config, params)
        return
    left_out = _predict_folder(classifier, path, Path(out), options)
    write_config(config, params)
    if strict and left_out:
        click.get_current_context().exit(1)


def _predict_file(classifier, path, out, stem, options):
    from ..report.recording_results import write_recording_results
    from ..signals import read_recording

    raw = read_recording(
        path,
        channels=classifier.channels,
        sfreq=classifier.sfreq,
        max_missing=classifier.max_missing,
    )
    return write_recording_results(classifier, raw, out, stem, **options)


def _predict_folder(classifier, root, out, options):
    from tqdm.auto import tqdm

    from ..corpora import check_folder
    from ..errors import InputError

    if options["events"] is not None:
        raise InputError("--events", "PATH is a folder", "give the one recording it belongs to")
    checks = [check for check in check_folder(root) if check.kind in ("edf", "bdf")]
    left_out = []
    for check in tqdm(checks, desc="Recordings", unit="file"):
        try:
            stem = "_".join(check.path.relative_to(root).with_suffix("").parts)
            found, _ = _predict_file(classifier, check.path, out, stem, options)
            tqdm.write(_summary(check.path.name, found))
        except InputError as error:
            left_out.append(error)
    click.echo(f"{len(checks) - len(left_out)} of {len(checks)} recordings typed, results in {out}")
    for reason in left_out:
        click.echo(f"left out: {reason}")
    return left_out


def _summary(name, events):
    types = ", ".join(
        f"{event.label} {event.onset:.0f}-{event.onset + event.duration:.0f} s "
        f"(confidence {event.confidence:.2f})"
        for event in events.itertuples()
    )
    return f"{name}: {len(events)} events{': ' + types if types else ''}"
