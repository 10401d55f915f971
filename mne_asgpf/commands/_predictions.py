"""Prediction of one or many recordings for ``mne_asgpf predict``."""

import json
import logging

import click
import pandas as pd
from mne.utils import logger, use_log_level
from tqdm.auto import tqdm

from ..atomic import check_targets, same_name, write_text
from ..bars import bars_without_messages
from ..bids.events_tsv import read_events_tsv, write_szcore_tsv
from ..bids.sidecars import derivative_description, write_json
from ..corpora.recording_names import recording_name
from ..errors import InputError, printable
from ..estimators.inputs.recordings import load_recording
from ..estimators.results import about_confidence, about_model, about_rule
from ..events import only_seizures
from ..events.write import made_by
from ..jobs import disk_error, stamps
from ..labels import BACKGROUND, NOT_SURE
from ..report.recording_results import result_paths, write_recording_results
from ..report.summary_page import write_summary_page
from ..signals.companions import find_companions
from ..signals.upsampling import warned_once
from ..tables import table_text


def predict_szcore(classifier, recording, target, rule, min_confidence):
    """Find the seizures of one recording and write only SzCORE's table of them."""
    typing = classifier.type_recording(load_recording(recording, **classifier.wanted), rule)
    events = classifier.state_confidence(typing.find_seizures(), min_confidence=min_confidence)
    write_szcore_tsv(target, events, recording_duration=typing.duration)
    click.echo(_summary(target.name, events, classifier))


def predict_one(classifier, recording, out, options, resume, as_json):
    """Write and print the results of one recording."""
    row, found, paths = _predict(classifier, recording, out, options, resume)
    if as_json:
        _print_json(classifier, [_as_json(row, found, paths)])
        return
    click.echo(_summary(recording.path.name, found, classifier))
    for line in found.attrs.get("left_out", ()):
        click.echo(printable(f"  left out: {line}"))
    for kind, path in paths.items():
        click.echo(printable(f"  {kind}: {path}"))


def predict_all(classifier, sources, out, options, resume, as_json):
    """Predict the recordings of several sources, and return the outcome of each as a table."""
    # `options` are those of mne_asgpf.report.write_recording_results; `as_json` prints one JSON
    # object and no text.
    recordings = {
        one.path: (one, one.path.relative_to(source.root))
        for source in sources
        for one in source.recordings
    }
    rows, shown = [], []
    written: dict = {}
    with warned_once():
        for path, (recording, relative) in tqdm(recordings.items(), desc="Recordings", unit="file"):
            place = out / relative.parent
            try:
                target = same_name(result_paths(place, recording_name(path))["sidecar"])
                if target in written:
                    raise InputError(
                        path,
                        f"its results would replace those of {written[target]}",
                        "rename it, or give it another --out",
                    )
                row, found, paths = _predict(classifier, recording, place, options, resume)
                written[target] = path
                shown.append(_as_json(row, found, paths))
                if not as_json:
                    tqdm.write(_summary(path.name, found, classifier))
            except InputError as error:
                reason = {"problem": error.problem, "remedy": error.remedy}
                row = {"outcome": "left out"} | reason
                shown.append({"path": str(path)} | row | {"error": str(error)})
            except OSError as error:
                if disk_error(error, out) is not None:
                    raise  # no other results could be written, either
                problem = f"cannot be read ({error.strerror or error})"
                remedy = "check its disk, and run it again with --resume"
                row = {"outcome": "failed", "problem": problem, "remedy": remedy}
                shown.append(
                    {"path": str(path)} | row | {"error": str(InputError(path, problem, remedy))}
                )
            rows.append({"recording": relative.as_posix()} | row)
    if any(source.kind == "bids" for source in sources):
        description = out / "dataset_description.json"
        if not description.exists():
            write_json(description, derivative_description())
    columns = ["recording", "outcome", "hours", "hours_not_assessed", "n_events"]
    types = [_count_name(name) for name in [*classifier.classes_, NOT_SURE] if name != BACKGROUND]
    table = pd.DataFrame(rows, columns=[*columns, *types, "problem", "remedy"])
    counts = ["n_events", *types]
    table[counts] = table[counts].astype("Int64")
    write_text(out / "desc-asgpf_summary.tsv", table_text(table, float_format="%.4f"))
    write_summary_page(
        table,
        out / "desc-asgpf_summary.html",
        synthetic=bool(classifier.notes_.get("synthetic")),
        include_names=options["include_names"],
    )
    if as_json:
        _print_json(classifier, shown)
    else:
        _print_text(table, types, shown, out)
    return table


def _predict(classifier, recording, out, options, resume):
    """Return the summary row, the events and the files of one recording."""
    # Stamped before it is read: if it changes meanwhile, it is predicted again. Bad channels and
    # the data behind a header are in other files.
    sources = stamps([recording.path, *find_companions(recording.path)])
    options = options | {
        "inputs": [recording.path, *options["inputs"]],
        "about": {"Sources": sources, "IncludesNames": options["include_names"]},
    }
    stem = recording_name(recording.path)
    paths = result_paths(out, stem)
    if resume:
        there = {kind: path for kind, path in paths.items() if path.is_file()}
        missing = set(paths) - set(there) - (set() if options["with_report"] else {"report"})
        if not missing and _is_same(classifier, paths, options):
            found = only_seizures(read_events_tsv(paths["bids"]))
            return _row("kept", found, _read_json(paths["sidecar"])), found, there
        options["overwrite"] = True
    check_targets(  # before hours of EEG are read
        paths.values(), inputs=options["inputs"], overwrite=options["overwrite"]
    )
    # Progress bars are shown within a recording; --quiet hides them.
    level = "info" if logger.level <= logging.WARNING else None
    with bars_without_messages(), use_log_level(level):
        raw = load_recording(recording, **classifier.wanted)
        found, paths = write_recording_results(classifier, raw, out, stem, **options)
    return _row("done", found, _read_json(paths["sidecar"])), found, paths


def _is_same(classifier, paths, options):
    """Return whether results are from this recording, this model and these options."""
    if options["events"] is not None:
        return False  # the sidecar does not identify the given events
    try:
        then = _read_json(paths["sidecar"])
    except InputError:  # it is damaged, and is written again
        return False
    stated = {"MinConfidence": options["min_confidence"], "Coverage": options["coverage"]}
    now = about_model(classifier) | about_rule(options["rule"]) | about_confidence(stated)
    now |= {"GeneratedBy": made_by()} | options["about"]
    # Sidecars of earlier versions lack some of these names, so that their results are made again.
    names = (
        *("Model", "Synthetic", "EventRule", "MinConfidence", "Coverage"),
        *("GeneratedBy", "Sources", "IncludesNames"),
    )
    return isinstance(then, dict) and all(then.get(name) == now.get(name) for name in names)


def _row(outcome, found, about):
    not_assessed = sum(one["duration"] for one in about.get("NotAssessable", ()))
    types = {_count_name(name): n for name, n in found["label"].value_counts().items()}
    known = {"n_events": len(found)}
    known |= {_count_name(name): 0 for name in [*about["Model"]["Classes"], NOT_SURE]}
    hours = {"hours": about["RecordingDuration"] / 3600, "hours_not_assessed": not_assessed / 3600}
    return {"outcome": outcome} | hours | known | types


def _count_name(label):
    """Return the column that counts the events of a label."""
    return f"n_{label}".replace(" ", "_")


def _read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(path, "is not JSON", "remove it, or pass --overwrite") from error


def _as_json(row, found, paths):
    events = found[["onset", "duration", "label", "confidence"]].to_dict("records")
    files = {kind: str(path) for kind, path in paths.items()}
    return row | {"events": events, "files": files}


def _print_json(classifier, recordings):
    synthetic = classifier.notes_.get("synthetic")
    click.echo(json.dumps({"synthetic_model": synthetic, "recordings": recordings}, indent=2))


def _print_text(table, types, shown, out):
    """Print the totals of the table and why recordings were left out."""
    done = table[table["outcome"].isin(["done", "kept"])]
    kept = (table["outcome"] == "kept").sum()
    of_types = ", ".join(f"{name[2:]} {done[name].sum()}" for name in types if done[name].sum())
    click.echo(
        f"{len(done)} of {len(table)} recordings classified{f' ({kept} kept)' if kept else ''}, "
        f"{done['hours'].sum():.1f} h, {done['n_events'].sum()} events"
        f"{f' ({of_types})' if of_types else ''}, results in {out}"
    )
    for one in shown:
        if "error" in one:
            click.echo(f"{one['outcome']}: {one['error']}")


def _summary(name, events, classifier):
    """Describe in one line the events found and the kind of model, even if logs are off."""
    types = ", ".join(
        f"{event.label} {event.onset:.0f}-{event.onset + event.duration:.0f} s "
        f"(confidence {event.confidence:.2f})"
        for event in events.itertuples()
    )
    kind = " by a model of synthetic data only" if classifier.notes_.get("synthetic") else ""
    n = "1 event" if len(events) == 1 else f"{len(events)} events"
    return printable(f"{name}: {n}{kind}{': ' + types if types else ''}")
