"""``mne_asgpf evaluate``: score a classifier on seizures of other patients."""

import click

from ._options import config_option, device_option, write_config


@click.command()
@click.argument("model", type=click.Path())
@click.argument("source", metavar="SRC", type=click.Path())
@click.option("--out", type=click.Path(), help="Folder for scores.tsv and the prepared signals.")
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
@click.option("--jobs", default=1, show_default=True, help="Recordings prepared in parallel.")
@click.option("--seed", default=0, show_default=True, help="Seed of the bootstrap.")
@click.option("--overwrite", is_flag=True, help="Replace existing scores.")
@device_option
@config_option
def evaluate(model, source, out, split, clips, clips_only, jobs, seed, device, **switches):
    """Score the classifier MODEL on the labelled seizures in SRC, one clip each, and as events.

    SRC is a recording, a folder of them, a BIDS dataset, a corpus in the layout of TUSZ, or the
    output of ``prepare``. A classifier with a background class also finds events in the whole
    recordings, which are scored with SzCORE's scorer. Confidence intervals are from a bootstrap
    over patients. Patients that the model was trained on are reported.
    """
    from pathlib import Path

    import pandas as pd

    from ..atomic import check_targets, write_text
    from ..corpora.layout import patient_aliases
    from ..errors import InputError
    from ..estimators import ASGPFClassifier
    from ..evaluation import score_detection, score_most_frequent, score_windows, scores_table
    from ..labels import BACKGROUND
    from ..signals import read_raw_asgpf_h5
    from ..windows import select_published, typed_windows
    from ._corpus import find_signals, labelled, select_split, tell_corpus
    from ._training import read_model

    names = ("scores.tsv", "event_scores.tsv", "config.yaml")
    targets = [Path(out) / name for name in names] if out else []
    check_targets(targets, inputs=[clips] if clips else [], overwrite=switches["overwrite"])
    classifier = read_model(model, device)
    if not isinstance(classifier, ASGPFClassifier):
        raise InputError(model, "is a pre-trained model without classes", "give a classifier")
    store = Path(out) / "signals" if out else None
    recordings = find_signals(source, store, n_jobs=jobs, **classifier.wanted)
    recordings = select_split(recordings, "all" if clips else split)
    recordings = labelled(source, recordings)
    raws = [read_raw_asgpf_h5(path) for path in recordings["path"]]
    windows = typed_windows(
        raws,
        scheme=classifier.scheme,
        clip_len=classifier.clip_len,
        first_clip_only=True,
    )
    where = tell_corpus(recordings)
    if clips:
        windows = select_published(windows, clips)
        where = f"{len(windows)} clips of the list {Path(clips).name}"
    scores = score_windows({"ASGPF": classifier}, windows, random_state=seed)
    scores["most frequent class"] = score_most_frequent(windows, random_state=seed)
    table = scores_table(scores)
    click.echo(f"{'SYNTHETIC data. ' if recordings['synthetic'].any() else ''}Scored on: {where}")
    patients = windows.get_metadata()["patient"].dropna().unique()
    if seen := classifier.seen_patients(
        {name for one in patients for name in patient_aliases(one)}
    ):
        click.echo(f"NOT A TEST: the model was trained on {len(seen)} of these patients: {seen}")
    click.echo(table.round(3).to_string())
    click.echo(scores["ASGPF"].per_class.round(3).to_string())
    click.echo(scores["ASGPF"].confusion.to_string())
    knows_background = BACKGROUND in classifier.classes_
    if knows_background and not clips and not clips_only:
        events = score_detection(classifier, raws, groups=recordings["patient"], random_state=seed)
        _tell_events(events)
        if out:
            text = pd.concat({name: one.table for name, one in events.items()}, names=["system"])
            text = text.rename_axis(index=["system", "figure"]).to_csv(
                sep="\t", lineterminator="\n"
            )
            write_text(Path(out) / "event_scores.tsv", text)
    if out:
        write_text(Path(out) / "scores.tsv", table.to_csv(sep="\t", lineterminator="\n"))
        write_config(Path(out) / "config.yaml", click.get_current_context().params)


def _tell_events(scores):
    """Print the scores of events by SzCORE's scorer, with those of the baselines."""
    import pandas as pd

    ours = scores["ASGPF"]
    click.echo(f"\nEvents of whole recordings (experimental), by {ours.scorer}:")
    click.echo(ours.table.round(3).to_string())
    side_by_side = pd.DataFrame({name: one.table["value"] for name, one in scores.items()})
    for table in (side_by_side, ours.by_type, ours.by_duration, ours.confusion):
        click.echo(f"\n{table.round(3).to_string()}")
