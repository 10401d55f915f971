"""How many labelled patients pre-training is worth, on synthetic patients never seen.

Run it with ``python benchmarks/label_efficiency.py OUT [--seeds 5] [--quick]``. Each seed draws
other patients and another start. All training patients are pre-trained on, without labels; then
the labels of some of them are given to five systems: ASGPF pre-trained and from scratch, trained
for the same number of steps; a logistic regression of the embeddings that the pre-trained and an
untrained encoder give, which tells what the representation is worth apart from its training; and
the spectrum alone. OUT gets every prediction (``predictions.tsv``), the errors of the forecasts
(``forecasts.tsv``), ``scores.tsv`` and ``label_efficiency.svg``. A stopped run resumes
from its tables. All data is synthetic.
"""

import argparse
import json
import math
import platform
import shlex
import time
from importlib.metadata import version
from pathlib import Path

import matplotlib.pyplot as plt
import mne
import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from synthetic_recordings import simulate_patients

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer
from mne_asgpf.atomic import atomic_path
from mne_asgpf.estimators import read_asgpf
from mne_asgpf.evaluation import clip_arrays, compare_clips, score_clips, spectrum_baseline
from mne_asgpf.viz import plot_label_efficiency
from mne_asgpf.windows import LabelFraction, pretraining_windows, typed_windows

FRACTIONS = (0.05, 0.1, 0.25, 0.5, 1.0)
PRETRAINED, SCRATCH = "ASGPF, pre-trained", "ASGPF, from scratch"
PROBE, RANDOM_PROBE = "probe of the pre-trained encoder", "probe of an untrained encoder"
SPECTRUM = "spectrum only"
PAIRS = ((PRETRAINED, SCRATCH), (PROBE, RANDOM_PROBE), (PRETRAINED, SPECTRUM))
_MODULE = {
    "module__n_units": 32,
    "module__n_layers": 1,
    "module__n_bins": 50,
    "module__n_propagation_steps": 1,
    "module__drop_prob": 0.1,
}
_QUICK = {"seeds": 1, "patients": 8, "held_out": 8, "pretrain_epochs": 1, "steps": 2}


def make_pretrainer(seed, **training):
    """Build a small pre-trainer."""
    return ASGPFPretrainer(
        objective="forecast",
        batch_size=32,
        train_split=None,
        random_state=seed,
        verbose=0,
        **training,
        **_MODULE,
    )


def forecast_errors(pretrainer, raws):
    """Give the mean absolute errors of the forecast and of two naive ones (ln amplitude)."""
    windows = pretraining_windows(raws)
    module = pretrainer.module_.eval()
    errors, weights = [], []
    for first in range(0, len(windows), 32):
        batch = [windows[i][0] for i in range(first, min(first + 32, len(windows)))]
        with torch.no_grad():
            forecast = module(torch.tensor(np.stack(batch)))
        guesses = {
            "model": forecast.forecast,
            "last second": forecast.past[:, -1:],
            "mean spectrum": forecast.past.mean(1, keepdim=True),
        }
        losses = {k: module.loss(forecast._replace(forecast=v)) for k, v in guesses.items()}
        errors.append({name: loss.item() for name, loss in losses.items()})
        weights.append(len(batch))
    return dict(
        zip(errors[0], np.average(pd.DataFrame(errors), axis=0, weights=weights), strict=True)
    )


def untrained(pretrainer, X, seed):
    """Give the pre-trainer as it was before its first step."""
    other = make_pretrainer(seed, lr=0.0, max_epochs=1)
    other.fit(np.concatenate([X[:32], X[:32]], axis=2))  # any windows of twice the length
    learned = pretrainer.module_.signals_to_graphs.normalisation
    other.module_.signals_to_graphs.normalisation.fix(learned.mean, learned.std)
    return other


def typing_systems(X, y, train, embeddings, pretrainer, seed, options):
    """Fit every system on some clips; yield its name and its predictions of all clips."""
    batches = math.ceil(len(train) / options.batch_size)
    for name, pretrained in ((PRETRAINED, pretrainer), (SCRATCH, None)):
        module = {} if pretrained else _MODULE
        classifier = ASGPFClassifier(
            pretrained=pretrained,
            max_epochs=math.ceil(options.steps / batches),
            lr=options.lr,
            encoder_lr=options.encoder_lr if pretrained else None,
            batch_size=options.batch_size,
            train_split=None,
            random_state=seed,
            verbose=0,
            **module,
        )
        yield name, classifier.fit(X[train], y[train]).predict
    for name, embedded in embeddings.items():
        probe = make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
        )
        probe.fit(embedded[train], y[train])
        yield name, lambda _, probe=probe, embedded=embedded: probe.predict(embedded)
    yield SPECTRUM, spectrum_baseline(random_state=seed).fit(X[train], y[train]).predict


def run_seed(seed, missing, options):
    """Yield the predictions of each missing fraction, and the errors of the forecasts."""
    patients, held_out = simulate_patients(
        options.patients, options.held_out, seed, n_seizures=2, duration=120.0, n_jobs=1
    )
    saved = options.out / f"pretrained_{seed}"
    if saved.exists():
        pretrainer = read_asgpf(saved)
    else:
        pretrainer = make_pretrainer(
            seed, lr=options.pretrain_lr, max_epochs=options.pretrain_epochs
        ).fit(patients)
        yield "forecasts", pd.DataFrame([{"seed": seed, **forecast_errors(pretrainer, held_out)}])
        pretrainer.save(saved)
    windows = typed_windows(patients + held_out, first_clip_only=False)
    X, y, of_patient = clip_arrays(windows)
    metadata = windows.get_metadata()
    names = {raw.info["subject_info"]["his_id"] for raw in held_out}
    is_held_out = np.isin(of_patient, list(names))
    is_first = ~metadata.duplicated(["patient", "seizure"]).to_numpy()
    embeddings = {
        PROBE: pretrainer.transform(X),
        RANDOM_PROBE: untrained(pretrainer, X, seed).transform(X),
    }
    for fraction in missing:
        splitter = LabelFraction(
            PredefinedSplit(np.where(is_held_out, 0, -1)), fraction, random_state=seed
        )
        train, test = next(splitter.split(metadata))
        test = test[is_first[test]]  # one clip a seizure, as published
        rows = {
            "seed": seed,
            "fraction": fraction,
            "n_labelled": len(np.unique(of_patient[train])),
            "patient": [f"{seed}-{name}" for name in of_patient[test]],
            "true": y[test],
        }
        parts = [
            pd.DataFrame({**rows, "system": name, "predicted": predict(X)[test]})
            for name, predict in typing_systems(X, y, train, embeddings, pretrainer, seed, options)
        ]
        yield "predictions", pd.concat(parts)


def score(predictions):
    """Score every system at every fraction over all seeds, and pair them by patient."""
    classes = sorted(set(predictions["true"]) | set(predictions["predicted"]))
    scores, differences = [], []
    for fraction, rows in predictions.groupby("fraction"):
        given = {name: part for name, part in rows.groupby("system", sort=False)}
        sure = {
            name: (part["predicted"].to_numpy()[:, None] == np.array(classes)).astype(float)
            for name, part in given.items()
        }
        for name, part in given.items():
            of_seed = [
                score_clips(part["true"][chosen], sure[name][chosen], classes).weighted_f1
                for chosen in (part["seed"].to_numpy() == seed for seed in part["seed"].unique())
            ]
            pooled = score_clips(
                part["true"], sure[name], classes, groups=part["patient"], random_state=0
            )
            scores.append(
                {
                    "system": name,
                    "fraction": fraction,
                    "n_labelled": part["n_labelled"].mean(),
                    "weighted_f1": pooled.weighted_f1,
                    "low": pooled.interval[0],
                    "high": pooled.interval[1],
                    "sd_of_seeds": np.std(of_seed, ddof=1) if len(of_seed) > 1 else np.nan,
                    "n_seeds": len(of_seed),
                    "n_patients": pooled.n_patients,
                    "n_clips": pooled.n_clips,
                }
            )
        for one, other in PAIRS:
            difference, (low, high) = compare_clips(
                given[one]["true"],
                sure[one],
                sure[other],
                classes,
                groups=given[one]["patient"],
                random_state=0,
            )
            row = {"fraction": fraction, "system": one, "less": other}
            differences.append({**row, "difference": difference, "low": low, "high": high})
    return pd.DataFrame(scores), pd.DataFrame(differences)


def read(path):
    """Read a table, empty where there is none yet."""
    return pd.read_csv(path, sep="\t", comment="#") if path.exists() else pd.DataFrame()


def write(table, path, header=""):
    """Write a table, whole or not at all."""
    with atomic_path(path) as temporary:
        text = header + table.to_csv(sep="\t", index=False, float_format="%.5g")
        Path(temporary).write_text(text, encoding="utf-8")


def parse(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--patients", type=int, default=80, help="training patients a seed")
    parser.add_argument("--held-out", type=int, default=24, help="test patients a seed")
    parser.add_argument("--pretrain-epochs", type=int, default=4)
    parser.add_argument("--pretrain-lr", type=float, default=1e-3)
    parser.add_argument("--steps", type=int, default=60, help="steps of each fit, at least")
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--encoder-lr", type=float, help="of the pre-trained encoder (as --lr)")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="the full benchmark in a minute")
    options = parser.parse_args(arguments)
    if options.quick:
        vars(options).update(_QUICK)
    return options


def run_info(options):
    """Give the machine, the versions and the settings, as comments of a table."""
    packages = ("mne_asgpf", "torch", "braindecode", "mne", "skorch", "scikit-learn", "numpy")
    settings = {k: v for k, v in vars(options).items() if k not in ("out", "quick", "seeds")}
    settings |= {name.removeprefix("module__"): value for name, value in _MODULE.items()}
    lines = [
        "SYNTHETIC data: simulated patients, held-out ones never seen",
        f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, "
        f"Python {platform.python_version()}",
        ", ".join(f"{name} {version(name)}" for name in packages),
        "settings " + json.dumps(settings),
    ]
    return "".join(f"# {line}\n" for line in lines)


def main():
    """Run what is missing, then score and draw."""
    options = parse()
    mne.set_log_level("ERROR")
    header = run_info(options)
    settings = header.splitlines()[-1]
    paths = {k: options.out / f"{k}.tsv" for k in ("predictions", "forecasts")}
    if paths["predictions"].exists() and settings not in paths["predictions"].read_text("utf-8"):
        raise SystemExit(f"{shlex.quote(str(options.out))} holds a run of other settings")
    options.out.mkdir(parents=True, exist_ok=True)
    print(header, end="", flush=True)
    start = time.perf_counter()
    tables = {name: read(path) for name, path in paths.items()}
    for seed in range(options.seeds):
        known = tables["predictions"]
        done = set(known.loc[known["seed"] == seed, "fraction"]) if len(known) else set()
        missing = [fraction for fraction in FRACTIONS if fraction not in done]
        for name, rows in run_seed(seed, missing, options) if missing else ():
            tables[name] = pd.concat([tables[name], rows])
            write(tables[name], paths[name], header)
            print(f"seed {seed} {name} {time.perf_counter() - start:.0f} s", flush=True)
    scores, differences = score(tables["predictions"])
    write(scores, options.out / "scores.tsv", header)
    write(differences, options.out / "differences.tsv", header)
    figure = plot_label_efficiency(scores, show=False)
    figure.axes[0].set_title("Synthetic patients never seen, four seizure classes")
    figure.savefig(options.out / "label_efficiency.svg")
    plt.close(figure)
    print("SYNTHETIC data. Weighted F1 of four classes given a seizure, patients never seen:")
    print(scores.pivot(index="system", columns="fraction", values="weighted_f1").round(3))
    print(differences.round(3).to_string(index=False))
    print(tables["forecasts"].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
