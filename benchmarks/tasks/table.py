"""Make the tables of a folder of results.

    python benchmarks/tasks/table.py DIR [--reference ASGPF]

Scores are computed within each fold and seed and then averaged, for scores of different models
cannot be pooled. Intervals (95 %) are by bootstrap over subjects: the same subjects are drawn for
every system, fold and seed. Subjects drawn twice make comparisons within subjects more frequent
than they are, so the draws are shifted until their mean is the score. Differences are to the
reference, on the cells that both have. Writes ``scores.tsv``, ``scores.rst``, ``settings.tsv``
(every setting tried) and ``failures.tsv`` into DIR.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mne_asgpf.atomic import write_text

METRICS = ("auc", "within_subject_auc", "balanced_accuracy", "weighted_f1", "macro_f1")
_CELL = ("task", "labels", "seed", "fold")


def read_cells(out):
    """Read the cells of a folder, those that failed apart.

    Parameters
    ----------
    out : path-like
        The folder that ``run.py`` wrote.

    Returns
    -------
    cells, failed : list of dict
        The cells.
    """
    cells = [json.loads(p.read_text("utf-8")) for p in sorted(Path(out).glob("cells/*/*.json"))]
    failed = [cell for cell in cells if "error" in cell]
    return [cell for cell in cells if "error" not in cell], failed


def weighted_auc(positive, scores, weights):
    """Compute the area under the ROC curve for many weightings at once.

    Parameters
    ----------
    positive : array of bool, shape (n,)
        Which windows are of the class.
    scores : array, shape (n,)
        Their scores; ties count half.
    weights : array, shape (n_draws, n)
        How often each window counts.

    Returns
    -------
    auc : array, shape (n_draws,)
        The areas; NaN where one of the two has no weight.
    """
    values, place = np.unique(scores, return_inverse=True)
    at = np.eye(len(values))[place]  # which value each window has
    hits, others = (weights * positive) @ at, (weights * ~positive) @ at
    below = np.cumsum(others, axis=1) - others / 2
    pairs = hits.sum(axis=1) * others.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return (hits * below).sum(axis=1) / np.where(pairs > 0, pairs, np.nan)


def score_cell(cell, weights_of_subject):
    """Score a cell under many draws of subjects.

    Parameters
    ----------
    cell : dict
        A cell.
    weights_of_subject : dict of str to array, shape (n_draws,)
        How often each subject was drawn.

    Returns
    -------
    scores : dict of str to array, shape (n_draws,)
        The metrics; NaN for draws without subjects of the fold.
    """
    classes, y, subjects = (np.array(cell[name]) for name in ("classes", "true", "subjects"))
    probabilities = np.array(cell["probabilities"])
    weights = np.stack([weights_of_subject[subject] for subject in cell["subjects"]], axis=1)
    of_subject, of_weights = [], []
    for subject in np.unique(subjects):
        rows = subjects == subject
        area = _macro_auc(y[rows], probabilities[rows], classes, np.ones((1, rows.sum())))[0]
        if np.isfinite(area):  # has windows of two classes
            of_subject.append(area)
            of_weights.append(weights_of_subject[subject])
    is_true = y[:, None] == classes
    is_predicted = probabilities.argmax(1)[:, None] == np.arange(len(classes))
    support, predicted = weights @ is_true, weights @ is_predicted
    hits = weights @ (is_true & is_predicted)
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * hits / np.maximum(support + predicted, 1)
        scores = {
            "auc": _macro_auc(y, probabilities, classes, weights),
            "within_subject_auc": np.full(len(weights), np.nan),
            "balanced_accuracy": _mean(np.where(support > 0, hits / support, np.nan)),
            "weighted_f1": (f1 * support).sum(axis=1) / support.sum(axis=1),
            # As scikit-learn has it: the mean of the classes that are true or predicted.
            "macro_f1": _mean(np.where(support + predicted > 0, f1, np.nan)),
        }
        if of_subject:
            of_weights = np.array(of_weights)
            scores["within_subject_auc"] = of_subject @ of_weights / of_weights.sum(axis=0)
    return scores


def _macro_auc(y, probabilities, classes, weights):
    """One class against the rest, the mean of those present: of two, both are the same."""
    areas = [
        weighted_auc(y == name, probabilities[:, k], weights) for k, name in enumerate(classes)
    ]
    return _mean(np.stack(areas, axis=1))


def _mean(values):
    """Mean of what is finite in each row."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=1) / known.sum(axis=1)


def make_table(cells, reference="ASGPF", n_bootstrap=1000, random_state=0):
    """Score every system.

    Parameters
    ----------
    cells : list of dict
        The cells, none that failed.
    reference : str
        The system that differences are to.
    n_bootstrap : int
        How many times subjects are drawn.
    random_state : int
        Where the bootstrap starts from.

    Returns
    -------
    table : pandas.DataFrame
        One row a task, number of labels and system. For each metric its mean over seeds and
        folds, ``_low`` and ``_high``; ``_difference`` to the reference with the same. Median
        seconds of training and number of parameters.
    """
    rows = []
    for task in sorted({cell["task"] for cell in cells}):
        of_task = [cell for cell in cells if cell["task"] == task]
        tested = sorted({subject for cell in of_task for subject in cell["tested"]})
        rng = np.random.default_rng(random_state)
        drawn = rng.multinomial(len(tested), np.full(len(tested), 1 / len(tested)), n_bootstrap)
        drawn = np.vstack([np.ones(len(tested)), drawn])  # the first is the score itself
        weights = dict(zip(tested, drawn.T, strict=True))
        frame = pd.DataFrame(
            [
                {name: cell[name] for name in (*_CELL, "system", "train_seconds", "n_parameters")}
                | {"synthetic": cell["synthetic"], **score_cell(cell, weights)}
                for cell in of_task
            ]
        )
        for labels, of_labels in frame.groupby("labels", sort=False):
            known = of_labels[of_labels["system"] == reference].set_index(["seed", "fold"])
            for system, group in of_labels.groupby("system", sort=False):
                rows.append(
                    {
                        "task": f"{task} (SYNTHETIC)" if group["synthetic"].all() else task,
                        "labels": labels,
                        "system": system,
                        "n_cells": len(group),
                        "n_subjects": len(tested),
                        **_summary(group.set_index(["seed", "fold"]), known),
                        "train_seconds": group["train_seconds"].median(),
                        "n_parameters": int(group["n_parameters"].median()),
                    }
                )
    table = pd.DataFrame(rows)
    count = table["labels"].map(lambda labels: np.inf if labels == "all" else float(labels))
    order = np.lexsort((-table["auc"].fillna(0), count, table["task"]))
    return table.iloc[order].reset_index(drop=True)


def _summary(group, known):
    """Average the draws over cells, and their differences over the cells that both have."""
    shared = group.index.intersection(known.index)
    summary = {}
    for metric in METRICS:
        values = _mean(np.stack(group[metric], axis=1))
        summary |= _interval(metric, values)
        if len(shared):
            theirs, ours = (np.stack(one.loc[shared, metric], axis=1) for one in (known, group))
            summary |= _interval(f"{metric}_difference", _mean(ours - theirs))
        else:
            summary |= _interval(f"{metric}_difference", np.full(len(values), np.nan))
    return summary


def _interval(name, values):
    drawn = values[1:][np.isfinite(values[1:])]
    low = high = np.nan
    if len(drawn):
        shifted = np.percentile(drawn, [2.5, 97.5]) + values[0] - drawn.mean()
        low, high = shifted.clip(-1, 1)  # where no score and no difference of two can be
    return {name: values[0], f"{name}_low": low, f"{name}_high": high}


def to_rst(table, reference):
    """Lay the table out for the documentation, a csv-table a task."""
    titles = ["labelled", "system", "AUC", "within subject", "balanced accuracy", "weighted F1"]
    titles += ["macro F1", f"AUC less {reference}", "trainings", "seconds", "parameters"]
    text = ""
    for task, rows in table.groupby("task", sort=False):
        title = f"{task}, {rows['n_subjects'].iloc[0]} subjects tested"
        text += f".. csv-table:: {title}\n   :header: {_csv(titles)}\n\n"
        for row in rows.to_dict("records"):
            scores = [_with_interval(row, name) for name in METRICS]
            difference = _with_interval(row, "auc_difference", "+.3f")
            cost = [str(row["n_cells"]), f"{row['train_seconds']:.3g}", f"{row['n_parameters']:,}"]
            line = [str(row["labels"]), row["system"], *scores, difference, *cost]
            text += f"   {_csv(line)}\n"
        text += "\n"
    return text


def _with_interval(row, name, form=".3f"):
    if not np.isfinite(row[name]):
        return "n/a"
    return f"{row[name]:{form}} ({row[f'{name}_low']:{form}} to {row[f'{name}_high']:{form}})"


def _csv(words):
    return ", ".join('"' + word.replace('"', '""') + '"' for word in words)


def settings_table(cells):
    """List every setting tried, and whether it was taken."""
    return pd.DataFrame(
        [
            {name: cell[name] for name in (*_CELL, "system")}
            | {
                "setting": json.dumps(tried["setting"]),
                "validation_auc": tried["validation_auc"],
                "taken": tried["setting"] == cell["setting"],
            }
            for cell in cells
            for tried in cell["tried"]
        ]
    )


def main():
    """Write and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("--reference", default="ASGPF")
    parser.add_argument("--bootstrap", type=int, default=1000)
    options = parser.parse_args()
    cells, failed = read_cells(options.out)
    if not cells:
        raise SystemExit(f"{options.out} holds no results ({len(failed)} cells failed)")
    table = make_table(cells, options.reference, options.bootstrap)
    rst = to_rst(table, options.reference)
    machines = sorted({f"{cell['machine']}, {cell['threads']} threads" for cell in cells})
    rst += f"Measured on {'; '.join(machines)}.\n"
    if any(cell["synthetic"] for cell in cells):
        rst += "Tasks called SYNTHETIC are of simulated patients.\n"
    write_text(options.out / "scores.rst", rst)
    failures = pd.DataFrame(failed, columns=[*_CELL, "system", "error"])
    for name, frame in (
        ("scores", table),
        ("settings", settings_table(cells)),
        ("failures", failures),
    ):
        text = frame.to_csv(sep="\t", index=False, float_format="%.5g", lineterminator="\n")
        write_text(options.out / f"{name}.tsv", text)
    print(rst)
    if failed:
        print(f"{len(failed)} cells failed: {options.out / 'failures.tsv'}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
