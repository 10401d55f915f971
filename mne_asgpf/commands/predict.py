"""``mne_asgpf predict``: seizures found and typed in recordings."""

import click

from ..errors import printable
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
def predict(path, model, out, events_file, labels, threshold, overwrite, strict, tell_names):
    """Find and type the seizures of the recording or folder PATH.

    Writes, for each recording, events as BIDS events.tsv, SzCORE tsv and mne
    annotations, and an HTML report, all with desc-asgpf in their names. In a folder,
    recordings that cannot be used are listed and the rest goes on; if none can, the exit
    code is 1. Finding seizures is experimental. Of --events, seizures are typed, each by
    the clip at its onset, and what else there is, is told.
    """
    from pathlib import Path

    from ..atomic import check_targets
    from ..errors import InputError
    from ..estimators import ASGPFClassifier, read_asgpf
    from ..events import read_events

    path, out = Path(path), Path(out)
    name = "" if path.is_dir() else f"{path.stem.removesuffix('_eeg')}_"
    config = out / f"{name}desc-asgpf_config.yaml"
    check_targets([config], inputs=[path], overwrite=overwrite)
    classifier = read_asgpf(model)
    if not isinstance(classifier, ASGPFClassifier):
        raise InputError(model, "it is a pre-trained model without classes", "give a classifier")
    if labels and not events_file:
        raise InputError("--label", "it says what labels of --events mean", "give --events, too")
    events = read_events(events_file, label_map=label_map(labels)) if events_file else None
    options = {
        "events": events,
        "threshold": threshold,
        "inputs": [path, events_file] if events_file else [path],
        "overwrite": overwrite,
        "tell_name": tell_names,
    }
    params = click.get_current_context().params
    if not path.is_dir():
        found, paths = _predict_file(classifier, path, out, options)
        click.echo(_summary(path.name, found, classifier))
        for line in found.attrs.get("left_out", ()):
            click.echo(printable(f"  left out: {line}"))
        for kind, written in paths.items():
            click.echo(printable(f"  {kind}: {written}"))
        write_config(config, params)
        return
    left_out, n_found = _predict_folder(classifier, path, out, options)
    write_config(config, params)
    if left_out and (strict or len(left_out) == n_found):
        click.get_current_context().exit(1)


def _predict_file(classifier, path, out, options):
    from ..atomic import check_targets
    from ..report.recording_results import result_paths, write_recording_results
    from ..signals import read_recording

    targets = result_paths(out, path.stem).values()  # before hours of EEG are read
    check_targets(targets, inputs=options["inputs"], overwrite=options["overwrite"])
    raw = read_recording(
        path,
        channels=classifier.channels,
        sfreq=classifier.sfreq,
        max_missing=classifier.max_missing,
    )
    return write_recording_results(classifier, raw, out, path.stem, **options)


def _predict_folder(classifier, root, out, options):
    from tqdm.auto import tqdm

    from ..atomic import same_name
    from ..corpora import check_folder
    from ..errors import InputError
    from ..report.recording_results import result_paths

    if options["events"] is not None:
        raise InputError("--events", "PATH is a folder", "give the one recording it belongs to")
    checks = [check for check in check_folder(root) if check.kind in ("edf", "bdf")]
    left_out, written = [], {}
    for check in tqdm(checks, desc="Recordings", unit="file"):
        try:
            place = out / check.path.relative_to(root).parent
            target = same_name(result_paths(place, check.path.stem)["report"])
            if target in written:
                raise InputError(
                    check.path, f"its results would replace those of {written[target]}", "rename it"
                )
            found, _ = _predict_file(
                classifier, check.path, place, options | {"inputs": [check.path]}
            )
            written[target] = check.path
            tqdm.write(_summary(check.path.name, found, classifier))
        except InputError as error:
            left_out.append(error)
    click.echo(f"{len(checks) - len(left_out)} of {len(checks)} recordings typed, results in {out}")
    for reason in left_out:
        click.echo(f"left out: {reason}")
    return left_out, len(checks)


def _summary(name, events, classifier):
    """Say in one line what was found, and by what kind of model, also where logs are off."""
    types = ", ".join(
        f"{event.label} {event.onset:.0f}-{event.onset + event.duration:.0f} s "
        f"(confidence {event.confidence:.2f})"
        for event in events.itertuples()
    )
    kind = " by a model of synthetic data only" if classifier.notes_.get("synthetic") else ""
    return printable(f"{name}: {len(events)} events{kind}{': ' + types if types else ''}")
