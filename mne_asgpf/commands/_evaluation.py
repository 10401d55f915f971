"""Systems to compare a classifier with, and how ``mne_asgpf evaluate`` prints scores."""

from itertools import chain

import click
import pandas as pd

from ..corpora.layout import patient_aliases
from ..errors import InputError
from ..evaluation import SpectrumDetector, compare_clips, compare_events
from ..signals import read_raw_asgpf_h5
from ._corpus import find_signals, labelled, select_split, tell_corpus
from ._training import read_classifier

OURS, BASELINE = "ASGPF", "spectrum baseline"


def read_other(path, device, classifier):
    """Read a classifier to compare with, of the same input and classes."""
    other = read_classifier(path, device)
    names = ("channels", "sfreq", "clip_len", "scheme")
    ours, theirs = (
        {name: getattr(one, name) for name in names} | {"channels": tuple(one.channels)}
        for one in (classifier, other)
    )
    if differing := [name for name in names if ours[name] != theirs[name]]:
        raise InputError(
            path,
            f"differs from MODEL in {', '.join(differing)}",
            "give a model with the same input and classes",
        )
    return other


def all_aliases(patients):
    """Return all ids of some patients."""
    return set(chain.from_iterable(map(patient_aliases, patients)))


def fit_baseline(source, store, tested, classifier, *, n_jobs, seed):
    """Fit the spectrum baseline to the training split of a corpus of other patients."""
    recordings = find_signals(source, store, n_jobs=n_jobs, **classifier.wanted)
    recordings = labelled(source, select_split(recordings, "train"))
    both = all_aliases(recordings["patient"].dropna()) & all_aliases(tested.dropna())
    if both or recordings["path"].isin(tested.index).any():
        raise InputError(
            "--baseline",
            "its patients are among those to be scored",
            "give a corpus of other patients, or one with official splits",
        )
    click.echo(f"The spectrum baseline is trained on: {tell_corpus(recordings)}")
    return SpectrumDetector(
        scheme=classifier.scheme,
        clip_len=float(classifier.clip_len),
        sfreq=float(classifier.sfreq),
        background=classifier.background or 1.0,
        step=classifier.event_rule_.step,
        random_state=seed,
    ).fit([read_raw_asgpf_h5(path) for path in recordings["path"]])


def compare(y, patients, probabilities, classes, events, seed):
    """Compare the first system with the others, patient by patient."""
    chance = {"random_state": seed}
    rows = []
    first, *others = probabilities
    for name in others:
        difference, (low, high) = compare_clips(
            y, probabilities[first], probabilities[name], classes, groups=patients, **chance
        )
        row = {"figure": "weighted_f1 of clips", "difference": difference}
        rows.append({"other": name} | row | {"low": low, "high": high})
        if name in events:
            of_events = compare_events(events[first], events[name], **chance)
            rows += [
                {"other": name, "figure": f"{figure} of events"} | values
                for figure, values in of_events.to_dict("index").items()
            ]
    return pd.DataFrame(rows, columns=["other", "figure", "difference", "low", "high"])


def tell_confidence(tables, risks):
    """Print the scores of the confidence in types and in all classes."""
    for name, table in tables.items():
        click.echo(f"\nConfidence in {name}:\n{table.round(3).to_string()}")
    click.echo("\nErrors among the most confident types, given a seizure:")
    click.echo(risks.round(3).to_string(index=False))


def tell_events(scores):
    """Print the scores of events by SzCORE's scorer, with those of the baselines."""
    ours = scores[OURS]
    click.echo(f"\nEvents of whole recordings (experimental), by {ours.scorer}:")
    click.echo(ours.table.round(3).to_string())
    side_by_side = pd.DataFrame({name: one.table["value"] for name, one in scores.items()})
    for table in (side_by_side, ours.by_type, ours.by_duration, ours.confusion):
        click.echo(f"\n{table.round(3).to_string()}")
