"""Whether a confidence means what it says, on synthetic patients never seen.

Run it with ``python benchmarks/confidence.py [--seeds 2] [--figures FOLDER]``. For each seed a
classifier is trained on some patients, a fifth of whom validate, and judged on others:

- how far its probabilities are from how often it is right, before and after calibration;
- how often sets of classes that are to hold the true one nine times of ten do, and their size;
- how often it errs when it answers what it is most confident of;
- the events that it finds, beside those of a regression of spectra with a rule for events of its
  own, and beside its own on a grid of windows with no rule learned;
- how often the error of an onset or end is at most the one that its rule states.

All data is synthetic.
"""

import argparse
from pathlib import Path

import mne
import numpy as np
import pandas as pd
from synthetic_recordings import simulate_patients

from mne_asgpf import ASGPFClassifier
from mne_asgpf.evaluation import (
    SpectrumDetector,
    clip_arrays,
    compare_events,
    risk_coverage,
    score_calibration,
    score_detection,
    score_sets,
)
from mne_asgpf.evaluation.bootstrap import bootstrap_ratio
from mne_asgpf.event_table import from_annotations
from mne_asgpf.events import EventRule, match_events
from mne_asgpf.labels import NOT_SURE
from mne_asgpf.viz import plot_reliability, plot_risk_coverage
from mne_asgpf.windows import typed_windows


class OnGrid:
    """A classifier whose events begin and end with its windows, by the default thresholds."""

    def __init__(self, classifier):
        self.classifier = classifier

    def predict_annotations(self, raw):
        """Find seizures."""
        return self.classifier.predict_annotations(raw, rule=EventRule(step=None))


def judge(seed, options):
    """Train a classifier and give what it says of the clips of unseen patients."""
    train, test = simulate_patients(
        options.n_train, options.n_test, seed, n_seizures=1, duration=90.0
    )
    classifier = ASGPFClassifier(max_epochs=options.epochs, random_state=seed, verbose=0)
    classifier.fit(train)
    validation = [raw for raw in train if patient(raw) in classifier.validation_patients_]
    classifier.fit_events(validation)
    baseline = SpectrumDetector(random_state=seed).fit(train)
    others = {"spectrum": baseline, "on a grid of 12 s": OnGrid(classifier)}
    scores = score_detection(classifier, test, others=others, groups=[patient(raw) for raw in test])
    X, y, patients = clip_arrays(typed_windows(test, first_clip_only=False, background=1.0))
    said = {
        "y": y,
        "patients": [f"{seed} {patient}" for patient in patients],
        "calibrated": classifier.predict_proba(X),
        "sets": classifier.predict_sets(X, coverage=0.9),
        "answers": classifier.predict_or_abstain(X, answered=0.8),
        "temperature": classifier.temperature_,
        "classes": classifier.classes_.tolist(),
        "scores": scores,
        "rule": classifier.event_rule_,
        "errors": pd.concat([time_errors(classifier, raw) for raw in test]).assign(seed=seed),
    }
    classifier.calibration_ = None
    return said | {"as trained": classifier.predict_proba(X)}


def patient(raw):
    """Return the patient of a recording."""
    return raw.info["subject_info"]["his_id"]


def time_errors(classifier, raw):
    """Return the errors of the found seizures of a recording, and whether they are as stated."""
    truth = from_annotations(raw.annotations, raw.first_time)
    found = classifier.type_recording(raw).find_seizures()
    rows, columns = match_events(truth, found).T
    truth, found = truth.iloc[rows].reset_index(), found.iloc[columns].reset_index()
    onset = found["onset"] - truth["onset"]
    end = onset + found["duration"] - truth["duration"]
    return pd.DataFrame(
        {
            "patient": patient(raw),
            "onset": onset,
            "end": end,
            "onset_as_stated": onset.abs() <= found["onset_error"],
            "end_as_stated": end.abs() <= found["end_error"],
        }
    )


def tell_events(runs):
    """Print the scores of events and how often the errors of their times are as stated."""
    for seed, run in enumerate(runs):
        rule = run["rule"]
        print(f"\nModel {seed}: {rule}")
        table = {name: one.table["value"] for name, one in run["scores"].items()}
        print(pd.DataFrame(table).round(3).to_string())
        for name in ("spectrum", "on a grid of 12 s"):
            compared = compare_events(run["scores"]["ASGPF"], run["scores"][name], random_state=0)
            print(f"ASGPF minus {name}, by paired bootstrap over patients:")
            print(compared.round(3).to_string())
    errors = pd.concat(run["errors"] for run in runs)
    groups = errors["seed"].astype(str) + errors["patient"]
    print("\nErrors of times at most as stated (nine of ten), share of found seizures:")
    for name in ("onset", "end"):
        held = errors[f"{name}_as_stated"].to_numpy(float)[:, None]
        low, high = bootstrap_ratio(held, np.ones_like(held), groups, 1000, 0)
        print(f"{name}: {held.mean():.3f} ({low[0]:.3f} to {high[0]:.3f}), {len(held)} seizures")


def main():
    """Train, judge and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--n-train", type=int, default=60)
    parser.add_argument("--n-test", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--figures", type=Path)
    options = parser.parse_args()
    mne.set_log_level("ERROR")
    runs = [judge(seed, options) for seed in range(options.seeds)]
    classes = runs[0]["classes"]
    joined = {name: np.concatenate([run[name] for run in runs]) for name in ("y", "patients")}
    y, chance = joined["y"], {"groups": joined["patients"], "random_state": 0}
    print(
        f"SYNTHETIC data: {len(y)} clips of {len(set(joined['patients']))} unseen patients, "
        f"{options.seeds} models; intervals by patient."
    )
    print("temperatures:", *(f"{run['temperature']:.2f}" for run in runs))
    scores, risks = {}, {}
    for name in ("as trained", "calibrated"):
        probabilities = np.concatenate([run[name] for run in runs])
        scores[name] = score_calibration(y, probabilities, classes, **chance)
        risks[name] = risk_coverage(y, probabilities, classes, **chance)
    rows = {
        name: {
            "calibration error": one.calibration_error,
            "low": one.interval[0],
            "high": one.interval[1],
            "log loss": one.log_loss,
            "Brier": one.brier,
        }
        for name, one in scores.items()
    }
    print(pd.DataFrame(rows).T.round(3).to_string())
    sets = np.concatenate([run["sets"] for run in runs])
    print("\nSets of 90 %:")
    print(score_sets(y, sets, classes, **chance).round(3).to_string(index=False))
    print("\nAnswering the most confident ones, calibrated:")
    print(risks["calibrated"].round(3).to_string(index=False))
    answers = np.concatenate([run["answers"] for run in runs])
    named = answers != NOT_SURE
    print(
        f"\nWith the threshold that validation patients teach for 80 %: {named.mean():.3f} "
        f"answered, {(answers[named] != y[named]).mean():.3f} of them wrong."
    )
    tell_events(runs)
    if options.figures is not None:
        options.figures.mkdir(parents=True, exist_ok=True)
        plot_reliability(scores, show=False).savefig(options.figures / "reliability.png", dpi=150)
        figure = plot_risk_coverage(risks["calibrated"], show=False)
        figure.savefig(options.figures / "risk_coverage.png", dpi=150)


if __name__ == "__main__":
    main()
