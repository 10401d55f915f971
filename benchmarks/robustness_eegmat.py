"""How models score on real EEG that is not as what they were trained on.

    python benchmarks/robustness_eegmat.py DIR [--out doc/benchmarks/robustness_eegmat.tsv]

DIR is eegmat as a BIDS dataset (rest against mental arithmetic, 24 healthy subjects). Four folds:
trained on 18 subjects as in ``benchmarks/tasks``, tested on the recordings of the other 6 under
each disturbance of ``robustness.py``. Intervals are by bootstrap over subjects.
"""

import argparse
from pathlib import Path

import mne
import numpy as np
import pandas as pd
from mne_bids import get_entities_from_fname
from robustness import DISTURBANCES, disturbed
from tasks.cells import folds
from tasks.networks import Asgpf
from tasks.systems import Spectrum
from tasks.table import make_table
from tasks.task import CLIP_LEN, SFREQ, Task

from mne_asgpf import read_recording
from mne_asgpf.atomic import write_text
from mne_asgpf.bids import find_bids_recordings

_LR, _C = 4e-3, 1.0
SYSTEMS = {
    "ASGPF": lambda task, seed: Asgpf(task, seed, lr=_LR),
    "spectrum only": lambda task, seed: Spectrum(SFREQ, seed, False, _C),
}


def read_task(recordings, disturb, seed):
    """Read recordings, disturb them, and cut them into the windows of the task eegmat."""
    X, y, subjects = [], [], []
    for row in recordings.itertuples():
        raw = disturbed(read_recording(row.path), disturb, seed)
        length = round(CLIP_LEN * SFREQ)
        n = len(raw.times) // length
        windows = raw.get_data()[:, : n * length].reshape(len(raw.ch_names), n, length)
        X.append(windows.swapaxes(0, 1).astype(np.float32))
        y += n * [get_entities_from_fname(row.path)["task"]]
        subjects += n * [row.patient]
    return Task(
        "eegmat",
        np.concatenate(X),
        np.array(y),
        np.array(subjects),
        np.array(subjects),
        tuple(raw.ch_names),
        SFREQ,
        tuple(sorted(set(y))),
        synthetic=False,
    )


def measure(recordings, n_folds, seed):
    """Train on the recordings as they are, and score on disturbed ones of other subjects.

    Parameters
    ----------
    recordings : pandas.DataFrame
        What :func:`mne_asgpf.bids.find_bids_recordings` gives.
    n_folds : int
        Number of folds.
    seed : int
        Draws the folds, the weights and the noise.

    Returns
    -------
    table : pandas.DataFrame
        AUC of each disturbance and system, and less that of nothing disturbed.
    """
    task = read_task(recordings, DISTURBANCES["nothing"], seed)
    cells = []
    for fold, (train, test) in enumerate(folds(task, n_folds, seed)):
        known = task.of(train)
        models = {
            name: make(known, seed).fit(known.X, known.y, groups=known.subjects)
            for name, make in SYSTEMS.items()
        }
        for disturbance, disturb in DISTURBANCES.items():
            heard = read_task(recordings[recordings["patient"].isin(test)], disturb, seed)
            for name, model in models.items():
                print(f"fold {fold}, {disturbance}, {name}", flush=True)
                cells.append(
                    {
                        **{"task": name, "system": disturbance, "labels": "all", "seed": seed},
                        **{"fold": fold, "classes": task.classes, "synthetic": False},
                        **{"train_seconds": np.nan, "n_parameters": model.n_parameters},
                        **{"tested": test.tolist(), "subjects": heard.subjects.tolist()},
                        "true": heard.y.tolist(),
                        "probabilities": model.predict_proba(heard.X, heard.subjects).tolist(),
                    }
                )
    table = make_table(cells, reference="nothing")
    table = table.rename(columns={"task": "system", "system": "disturbance"})
    order = list(DISTURBANCES)
    table = table.sort_values(
        "disturbance", key=lambda names: names.map(order.index), kind="stable"
    )
    scores = [f"auc{kind}{end}" for kind in ("", "_difference") for end in ("", "_low", "_high")]
    return table[["disturbance", "system", *scores, "n_subjects"]]


def main():
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("eegmat", type=Path, metavar="DIR")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    mne.set_log_level("ERROR")
    table = measure(find_bids_recordings(options.eegmat), options.folds, options.seed)
    with pd.option_context("display.width", 200):
        print(table.round(3).to_string(index=False))
    if options.out:
        note = "# REAL EEG of healthy subjects never seen: rest against mental arithmetic.\n"
        text = table.to_csv(sep="\t", index=False, float_format="%.4f", lineterminator="\n")
        write_text(options.out, note + text)


if __name__ == "__main__":
    main()
