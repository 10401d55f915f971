"""Whether a classifier knows where seizures start and spread, on synthetic recordings.

Run it with ``python benchmarks/learned_graphs.py [--seeds 3] [--set NAME=VALUE ...]``. In
synthetic focal seizures it is known where each starts and when it reaches each electrode. On the
first clip of each such seizure of patients never seen, the learned graph of every second is asked

- whether electrodes listen to those that were reached before them: of pairs that were reached
  at least half a second apart, how often the later one listens more to the earlier one than the
  other way round (chance .5);
- whether electrodes listen most to where the seizure starts: the area under the ROC curve of
  the weight that others give to an electrode, for the onset region (chance .5), beside that of
  its amplitude;
- whether what the class is named for lies there: the same area of what hiding each electrode
  costs the class (occlusion) and of what each electrode says for it (evidence). The class is the
  type that is named or, of a classifier that knows background (``--background 1``), a seizure of
  any type. ``first:`` is how often the electrode with the largest value is one of the onset region.

All of it for a trained model and an untrained one, the second also for the starting graph. All data
is synthetic.
"""

import argparse

import mne
import numpy as np
import pandas as pd
import torch
import yaml
from joblib import Parallel, delayed
from sklearn.metrics import roc_auc_score
from synthetic_recordings import simulate_patients

from mne_asgpf import ASGPFClassifier
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.estimators import occlude
from mne_asgpf.labels import BACKGROUND
from mne_asgpf.signals import prepare_raw
from mne_asgpf.simulation import draw_patient, simulate_recording
from mne_asgpf.windows import typed_windows

_APART = 0.5  # s between the electrodes of a pair
_FOCAL = ("fnsz", "cpsz", "spsz")


def _focal_seizure(patient, seed):
    """Simulate a focal seizure and give its first clip with the delay of each electrode."""
    mne.set_log_level("ERROR")
    rng = np.random.default_rng([seed, 10_000 + patient])
    label = _FOCAL[patient % len(_FOCAL)]
    raw, events = simulate_recording(
        [label], duration=60.0, patient=draw_patient(label, rng), random_state=rng
    )
    windows = typed_windows(prepare_raw(raw))
    delays = events["recruitment"].iloc[0]
    onset_region = events["onset_region"].iloc[0]
    return (
        windows[0][0],
        np.array([delays.get(name, np.inf) for name in ELECTRODES]),
        np.isin(ELECTRODES, onset_region),
    )


def follow(graphs, delays):
    """Say how often the later of two electrodes listens more to the earlier one."""
    reached = np.flatnonzero(np.isfinite(delays))
    pairs = [(i, j) for i in reached for j in reached if delays[i] - delays[j] >= _APART]
    if not pairs:
        return np.nan
    later, earlier = np.array(pairs).T
    return (graphs[:, later, earlier] > graphs[:, earlier, later]).mean()


def point_to(weight, onset_region):
    """Give the area under the ROC curve of a weight an electrode for the onset region."""
    known = np.isfinite(weight)
    if len(set(onset_region[known])) < 2:
        return np.nan
    return roc_auc_score(onset_region[known], weight[known])


def points_first(weight, onset_region):
    """Tell whether the electrode with the largest weight is one where the seizure starts."""
    if not onset_region[np.isfinite(weight)].any():
        return np.nan
    return float(onset_region[np.nanargmax(weight)])


def score(classifier, seizures):
    """Score the graphs of a classifier, and what its classes rest on."""
    model = classifier.module_.eval().cpu()
    X = np.stack([x for x, _, _ in seizures])
    with torch.no_grad():
        said = model.explain(torch.from_numpy(X))
    classes = classifier.classes_.tolist()
    if BACKGROUND in classes:
        target = [name for name in classes if name != BACKGROUND]
        wanted = np.tile(np.isin(classes, target), (len(X), 1))
    else:
        target, wanted = None, np.eye(len(classes), dtype=bool)[said.logits.argmax(1).numpy()]
    hidden = occlude(classifier, X, target=target)
    wanted, evidence = wanted[:, None], said.node_logits.numpy()
    evidence = np.where(wanted, evidence, -np.inf).max(-1) - np.where(
        wanted, -np.inf, evidence
    ).max(-1)
    rows = []
    for number, (x, delays, onset_region) in enumerate(seizures):
        clip = model.signals_to_graphs(torch.from_numpy(x)[None])
        with torch.no_grad():
            learned = model.encode(clip).graphs[-1][0].numpy()
        present = clip.present[0].numpy()
        starting = clip.graph.support.numpy()
        missing = np.where(present, 0, np.nan)
        others = ~np.eye(len(present), dtype=bool)  # what an electrode gives itself is left out
        amplitude = np.nanstd(x, axis=1)
        weights = {
            "occlusion": hidden[number],
            "evidence": evidence[number],
            "amplitude": amplitude + missing,
        }
        rows.append(
            {f"first: {name}": points_first(w, onset_region) for name, w in weights.items()}
            | {"first: chance": onset_region[present].mean()}
            | {name: point_to(weight, onset_region) for name, weight in weights.items()}
            | {
                "follows the spread": follow(learned, delays),
                "points to the onset": point_to(
                    (learned * others).mean((0, 1)) + missing, onset_region
                ),
                "starting graph": point_to(
                    (starting * others).mean((0, 1)) + missing, onset_region
                ),
            }
        )
    return pd.DataFrame(rows)


def main():
    """Train, score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--n-train", type=int, default=60)
    parser.add_argument("--n-seizures", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--background", type=float, default=0.0, help="windows a seizure window")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    given = {k: yaml.safe_load(v) for k, v in (pair.split("=", 1) for pair in options.set)}
    mne.set_log_level("ERROR")
    tables = []
    for seed in range(options.seeds):
        train, _ = simulate_patients(options.n_train, 0, seed, n_seizures=2, duration=120)
        seizures = Parallel(n_jobs=2)(
            delayed(_focal_seizure)(patient, seed) for patient in range(options.n_seizures)
        )
        settings = {"train_split": None, "random_state": seed, "verbose": 0, **given}
        windows = typed_windows(train, first_clip_only=False, background=options.background)
        classifier = ASGPFClassifier(max_epochs=options.epochs, **settings).fit(windows)
        untrained = ASGPFClassifier(max_epochs=1, lr=0.0, **settings).fit(windows)
        for name, net in (("trained", classifier), ("untrained", untrained)):
            table = score(net, seizures)
            tables.append(table.assign(model=name, seed=seed))
    table = pd.concat(tables)
    print(f"SYNTHETIC data: {options.n_seizures} focal seizures a seed, {options.seeds} seeds.")
    print("Mean over seizures, and the half width of its 95 % interval:")
    by_model = table.drop(columns="seed").groupby("model")
    half = 1.96 * by_model.std() / by_model.count() ** 0.5
    print(by_model.mean().round(3).T.to_string())
    print(half.round(3).T.to_string())


if __name__ == "__main__":
    main()
