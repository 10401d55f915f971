"""``mne_asgpf predict``: find seizures in recordings and classify their types."""

import click

from ._options import (
    config_option,
    coverage_option,
    device_option,
    label_map,
    label_option,
    min_confidence_option,
    threshold_option,
    write_config,
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option(
    "--model",
    required=True,
    envvar="MNE_ASGPF_MODEL",
    type=click.Path(),
    help="Folder of a saved classifier; default: $MNE_ASGPF_MODEL.",
)
@click.option("--out", type=click.Path(), help="Folder for events and reports.")
@click.option(
    "--szcore",
    is_flag=True,
    help="PATHS are a recording and the SzCORE tsv to write; other files are not written.",
)
@click.option(
    "--events",
    "events_file",
    type=click.Path(),
    help="Seizures of a reader or detector to classify, as BIDS events.tsv, a label file of TUSZ "
    "(csv, csv_bi, tse, lbl) or annotations (EDF+, FIF); PATHS is one file.",
)
@label_option
@threshold_option
@click.option(
    "--step",
    type=click.IntRange(1),
    help="Seconds from one window to the next; half the step takes twice as long. Default: as "
    "fitted with the model, else 1.",
)
@min_confidence_option
@coverage_option
@click.option("--overwrite", is_flag=True, help="Replace existing results.")
@click.option(
    "--resume",
    is_flag=True,
    help="Keep existing results of the same model and thresholds, and predict the rest.",
)
@click.option("--no-report", is_flag=True, help="Write events only, which is faster.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--strict", is_flag=True, help="Exit with code 1 if any recording is left out.")
@device_option
@config_option
def predict(
    paths,
    model,
    out,
    events_file,
    labels,
    threshold,
    step,
    min_confidence,
    coverage,
    device,
    **switches,
):
    """Find the seizures of the recordings at PATHS and classify their types.

    Each PATH is a recording, a folder of them, a BIDS dataset, a corpus in the layout of
    TUSZ or the output of ``prepare``. Writes, for each recording, events as BIDS events.tsv,
    SzCORE tsv, EDF+ and mne annotations, and an HTML report, all with desc-asgpf in their
    names, in the same subfolders as the recordings. With several recordings, those that
    cannot be used are reported and the others are predicted; desc-asgpf_summary.tsv and .html
    have one row for each. If none can be used, or a disk failed, the exit code is 1. Finding
    seizures is experimental. With --events, given seizures are classified, each by the clip at
    its onset, and other events are reported.

    --min-confidence and --coverage rest on the patients that the model was calibrated on.
    """
    from pathlib import Path

    from mne.utils import use_log_level

    from ..atomic import check_targets
    from ..corpora.recording_names import recording_name
    from ..errors import InputError
    from ..events import read_events
    from ..signals import open_source
    from ._predictions import predict_all, predict_one, predict_szcore
    from ._training import read_classifier

    overwrite, resume, as_json = (switches[name] for name in ("overwrite", "resume", "as_json"))
    if switches["szcore"]:
        for name in ("resume", "no_report", "as_json", "strict"):
            if switches[name]:
                option = name.removeprefix("as_").replace("_", "-")
                raise InputError("--szcore", f"does not take --{option}", "remove it")
        if coverage is not None:
            raise InputError("--szcore", "has no column for --coverage", "remove it")
        if len(paths) != 2 or out or events_file:
            raise InputError("--szcore", "takes two paths", "give a recording, then a tsv")
        target = Path(paths[1])
        check_targets([target], inputs=paths[:1], overwrite=overwrite)
        paths = paths[:1]
    elif out is None:
        raise InputError("--out", "is missing", "give a folder for the results")
    sources = [open_source(path) for path in paths]
    alone = sources[0].path if [source.kind for source in sources] == ["recording"] else None
    if (events_file or switches["szcore"]) and not alone:
        given = "--events" if events_file else "--szcore"
        raise InputError(given, "PATHS are not one recording", "give one recording")
    if labels and not events_file:
        raise InputError("--label", "applies to labels of --events", "give --events, too")
    if not switches["szcore"]:
        name = f"{recording_name(alone).removesuffix('_eeg')}_" if alone else ""
        config = Path(out) / f"{name}desc-asgpf_config.yaml"
        inputs = [source.path for source in sources]
        check_targets([config], inputs=inputs, overwrite=overwrite or resume)
    with use_log_level("error" if as_json else None):  # the device is not JSON
        classifier = read_classifier(model, device)
    if coverage is not None and classifier.calibration_ is None:
        raise InputError(model, "is not calibrated, as --coverage requires", "run calibrate")
    options = {
        "events": read_events(events_file, label_map=label_map(labels)) if events_file else None,
        "rule": classifier.event_rule_.changed(threshold=threshold, step=step),
        "min_confidence": min_confidence,
        "coverage": coverage,
        "inputs": [events_file] if events_file else [],
        "overwrite": overwrite,
        "include_names": switches["include_names"],
        "with_report": not switches["no_report"],
    }
    if switches["szcore"]:
        predict_szcore(
            classifier, sources[0].recordings[0], target, options["rule"], min_confidence
        )
        return
    context = click.get_current_context()
    rule = options["rule"]
    values = {"threshold": rule.threshold, "step": None if rule.step is None else int(rule.step)}
    params = context.params | values
    if alone:
        predict_one(classifier, sources[0].recordings[0], Path(out), options, resume, as_json)
        write_config(config, params)
        return
    rows = predict_all(classifier, sources, Path(out), options, resume, as_json)
    write_config(config, params)
    n_left_out = rows["outcome"].isin(["left out", "failed"]).sum()
    has_failed = (rows["outcome"] == "failed").any()  # a disk, which may work the next time
    if has_failed or (n_left_out and (switches["strict"] or n_left_out == len(rows))):
        context.exit(1)
