"""``mne_asgpf evaluate``: score a classifier on seizures of other patients."""

import click

from ._options import config_option, device_option, write_config


@click.command()
@click.argument("model", type=click.Path())
@click.argument("source", metavar="SRC", type=click.Path())
@click.option("--out", type=click.Path(), help="Folder for the scores and the prepared signals.")
@click.option(
    "--split",
    default="test",
    show_default=True,
    help="Official split; test is eval if there is one, else dev; or all.",
)
@click.option("--list", "clips", type=click.Path(), help="A published list of test clips.")
@click.option(
    "--clips-only", is_flag=True, help="Skip events of whole recordings, which take long."
)
@click.option(
    "--compare-with", "other", type=click.Path(), help="Another classifier, scored beside MODEL."
)
@click.option(
    "--baseline",
    type=click.Path(),
    help="Score a regression of spectra, too, trained on the split train of this corpus; may be "
    "SRC.",
)
@click.option("--jobs", default=1, show_default=True, help="Recordings prepared in parallel.")
@click.option("--seed", default=0, show_default=True, help="Seed of the bootstrap.")
@click.option("--overwrite", is_flag=True, help="Replace existing scores.")
@device_option
@config_option
def evaluate(
    model, source, out, split, clips, clips_only, other, baseline, jobs, seed, device, **switches
):
    """Score the classifier MODEL on the labelled seizures in SRC, one clip each, and as events.

    SRC is a recording, a folder of them, a BIDS dataset, a corpus in the layout of TUSZ, or the
    output of ``prepare``. A classifier with a background class also finds events in the whole
    recordings, which are scored with SzCORE's scorer. Confidence intervals are from a bootstrap
    over patients; other systems are compared on the same draws. Patients that the model was
    trained or calibrated on are reported.
    """
    from pathlib import Path

    import pandas as pd

    from ..atomic import check_targets, write_text
    from ..evaluation import (
        score_clips,
        score_confidence,
        score_detection,
        score_most_frequent,
        scores_table,
    )
    from ..evaluation.typing_scores import window_probabilities
    from ..labels import BACKGROUND
    from ..signals import read_raw_asgpf_h5
    from ..windows import select_published, typed_windows
    from ..windows.recording_metadata import recording_metadata
    from . import _evaluation as parts
    from ._corpus import find_signals, labelled, select_split, tell_corpus
    from ._training import read_classifier

    names = ("scores.tsv", "confidence_scores.tsv", "event_scores.tsv", "comparison.tsv")
    targets = [Path(out) / name for name in (*names, "config.yaml")] if out else []
    check_targets(targets, inputs=[clips] if clips else [], overwrite=switches["overwrite"])
    classifier = read_classifier(model, device)
    store = Path(out) / "signals" if out else None
    recordings = find_signals(source, store, n_jobs=jobs, **classifier.wanted)
    recordings = select_split(recordings, "all" if clips else split)
    recordings = labelled(source, recordings)
    raws = [read_raw_asgpf_h5(path) for path in recordings["path"]]
    cut = {"scheme": classifier.scheme, "clip_len": classifier.clip_len}
    windows = typed_windows(raws, first_clip_only=True, **cut)
    where = tell_corpus(recordings)
    if clips:
        windows = select_published(windows, clips)
        where = f"{len(windows)} clips of the list {Path(clips).name}"
    others = {}
    if other:
        others["other model"] = parts.read_other(other, device, classifier)
    if baseline:
        tested = recordings.set_index("path")["patient"]
        others[parts.BASELINE] = parts.fit_baseline(
            baseline, store, tested, classifier, n_jobs=jobs, seed=seed
        )
    systems = {parts.OURS: classifier} | others
    y, patients, probabilities = window_probabilities(systems, windows)
    scores = {
        name: score_clips(y, of_one, windows.classes, groups=patients, random_state=seed)
        for name, of_one in probabilities.items()
    }
    scores["most frequent class"] = score_most_frequent(windows, random_state=seed)
    table = scores_table(scores)
    click.echo(f"{'SYNTHETIC data. ' if recordings['synthetic'].any() else ''}Scored on: {where}")
    for name, system in {"model": classifier, "other model": others.get("other model")}.items():
        ids = parts.all_aliases(windows.get_metadata()["patient"].dropna().unique())
        if system is not None and (seen := system.seen_patients(ids)):
            click.echo(
                f"NOT A TEST: the {name} was trained or calibrated on {len(seen)} of these "
                f"patients: {seen}"
            )
    click.echo(table.round(3).to_string())
    click.echo(scores[parts.OURS].per_class.round(3).to_string())
    click.echo(scores[parts.OURS].confusion.to_string())
    of_types, risks = score_confidence(classifier, windows, random_state=seed)
    confidence = {"types, given a seizure": of_types}
    whole = BACKGROUND in classifier.classes_ and not clips and not clips_only
    events = {}
    if whole:
        every = typed_windows(raws, first_clip_only=False, background=1.0, random_state=seed, **cut)
        confidence["classes, with background"], _ = score_confidence(
            classifier, every, random_state=seed
        )
        able = {
            name: one for name, one in others.items() if BACKGROUND in one.classes_
        }  # a model of types finds no events
        patients_of_raws = [about["patient"] for about in recording_metadata(raws)]  # as for clips
        events = score_detection(
            classifier, raws, others=able, groups=patients_of_raws, random_state=seed
        )
    parts.tell_confidence(confidence, risks)
    if events:
        parts.tell_events(events)
    compared = parts.compare(y, patients, probabilities, windows.classes, events, seed)
    if len(compared):
        click.echo(f"\n{parts.OURS} minus others, by paired bootstrap over patients:")
        click.echo(compared.round(3).to_string(index=False))
    if not out:
        return
    tables = {"scores.tsv": table}
    tables["confidence_scores.tsv"] = pd.concat(confidence, names=["of", "figure"])
    if events:
        tables["event_scores.tsv"] = pd.concat(
            {name: one.table for name, one in events.items()}, names=["system", "figure"]
        )
    if len(compared):
        tables["comparison.tsv"] = compared.set_index("other")
    for name, one in tables.items():
        write_text(Path(out) / name, one.to_csv(sep="\t", lineterminator="\n"))
    write_config(Path(out) / "config.yaml", click.get_current_context().params)
