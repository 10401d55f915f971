"""``mne_asgpf predict``: seizures found and typed in recordings."""

import click

from ..errors import printable
from ._options import config_option, device_option, label_map, label_option, write_config


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--model", required=True, type=click.Path(), help="Folder of a saved classifier.")
@click.option("--out", required=True, type=click.Path(), help="Folder for events and reports.")
@click.option(
    "--events",
    "events_file",
    type=click.Path(),
    help="Seizures of a reader or detector to be typed, as BIDS events.tsv, a label file of TUSZ "
    "(csv, csv_bi, tse) or annotations (EDF+, FIF); PATHS is one file.",
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
@device_option
@config_option
def predict(
    paths, model, out, events_file, labels, threshold, overwrite, strict, device, include_names
):
    """Find and type the seizures of the recordings at PATHS.

    Each PATH is a recording, a folder of them, a BIDS dataset, a corpus in the layout of
    TUSZ or what ``prepare`` wrote. Writes, for each recording, events as BIDS events.tsv,
    SzCORE tsv and mne annotations, and an HTML report, all with desc-asgpf in their names,
    placed as the recordings are in their folders. Of several recordings, those that cannot
    be used are listed and the rest goes on; if none can, the exit code is 1. Finding
    seizures is experimental. Of --events, seizures are typed, each by the clip at its
    onset, and what else there is, is told.
    """
    from pathlib import Path

    from ..atomic import check_targets
    from ..corpora.recording_names import recording_name
    from ..errors import InputError
    from ..estimators import ASGPFClassifier
    from ..events import read_events
    from ..signals import open_source
    from ..signals.upsampling import warned_once
    from ._training import read_model

    sources, out = [open_source(path) for path in paths], Path(out)
    alone = sources[0].path if [source.kind for source in sources] == ["recording"] else None
    if events_file and not alone:
        raise InputError(
            "--events", "PATHS are not one recording", "give the one recording it belongs to"
        )
    name = f"{recording_name(alone).removesuffix('_eeg')}_" if alone else ""
    config = out / f"{name}desc-asgpf_config.yaml"
    check_targets([config], inputs=[source.path for source in sources], overwrite=overwrite)
    classifier = read_model(model, device)
    if not isinstance(classifier, ASGPFClassifier):
        raise InputError(model, "it is a pre-trained model without classes", "give a classifier")
    if labels and not events_file:
        raise InputError("--label", "it says what labels of --events mean", "give --events, too")
    options = {
        "events": read_events(events_file, label_map=label_map(labels)) if events_file else None,
        "threshold": threshold,
        "inputs": [events_file] if events_file else [],
        "overwrite": overwrite,
        "include_name": include_names,
    }
    params = click.get_current_context().params
    if alone:
        found, written = _predict_recording(classifier, sources[0].recordings[0], out, options)
        click.echo(_summary(alone.name, found, classifier))
        for line in found.attrs.get("left_out", ()):
            click.echo(printable(f"  left out: {line}"))
        for kind, path in written.items():
            click.echo(printable(f"  {kind}: {path}"))
        write_config(config, params)
        return
    with warned_once():
        left_out, n_found = _predict_all(classifier, sources, out, options)
    write_config(config, params)
    if left_out and (strict or len(left_out) == n_found):
        click.get_current_context().exit(1)


def _predict_recording(classifier, recording, out, options):
    import logging

    from mne.utils import logger, use_log_level

    from ..atomic import check_targets
    from ..bars import bars_without_messages
    from ..corpora.recording_names import recording_name
    from ..estimators.inputs.recordings import load_recording
    from ..report.recording_results import result_paths, write_recording_results

    options = options | {"inputs": [recording.path, *options["inputs"]]}
    stem = recording_name(recording.path)
    targets = result_paths(out, stem).values()  # before hours of EEG are read
    check_targets(targets, inputs=options["inputs"], overwrite=options["overwrite"])
    # The bars move within a recording; --quiet hides them.
    level = "info" if logger.level <= logging.WARNING else None
    with bars_without_messages(), use_log_level(level):
        raw = load_recording(recording, **classifier.wanted)
        return write_recording_results(classifier, raw, out, stem, **options)


def _predict_all(classifier, sources, out, options):
    """Predict the recordings of several sources; give why some were left out."""
    from tqdm.auto import tqdm

    from ..atomic import same_name
    from ..corpora.recording_names import recording_name
    from ..errors import InputError
    from ..report.recording_results import result_paths

    recordings = {
        one.path: (one, out / one.path.relative_to(source.root).parent)
        for source in sources
        for one in source.recordings
    }
    left_out: list = []
    written: dict = {}
    for path, (recording, place) in tqdm(recordings.items(), desc="Recordings", unit="file"):
        try:
            target = same_name(result_paths(place, recording_name(path))["report"])
            if target in written:
                raise InputError(
                    path,
                    f"its results would replace those of {written[target]}",
                    "rename it, or give it another --out",
                )
            found, _ = _predict_recording(classifier, recording, place, options)
            written[target] = path
            tqdm.write(_summary(path.name, found, classifier))
        except InputError as error:
            left_out.append(error)
    n = len(recordings)
    click.echo(f"{n - len(left_out)} of {n} recordings typed, results in {out}")
    for reason in left_out:
        click.echo(f"left out: {reason}")
    return left_out, n


def _summary(name, events, classifier):
    """Say in one line what was found, and by what kind of model, also where logs are off."""
    from mne.utils import _pl

    types = ", ".join(
        f"{event.label} {event.onset:.0f}-{event.onset + event.duration:.0f} s "
        f"(confidence {event.confidence:.2f})"
        for event in events.itertuples()
    )
    kind = " by a model of synthetic data only" if classifier.notes_.get("synthetic") else ""
    return printable(
        f"{name}: {len(events)} event{_pl(events)}{kind}{': ' + types if types else ''}"
    )
