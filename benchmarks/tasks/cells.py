"""The cells of the table: folds, draws of labelled subjects, the choice of a setting, results."""

import json
import re
import time
import traceback
import warnings
from pathlib import Path

import numpy as np
import torch
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from mne_asgpf.atomic import write_text
from mne_asgpf.evaluation import score_clips

ALL = "all"
_FEWEST_TO_CHOOSE = 4  # labelled subjects from which on a setting is chosen
_VALIDATION = 0.25


def folds(task, n_folds, seed):
    """Give the training and the test subjects of each fold.

    Parameters
    ----------
    task : Task
        The task.
    n_folds : int
        How many folds there are where the task has no split of its own.
    seed : int
        Which way the subjects are shuffled.

    Returns
    -------
    folds : list of tuple of array of str
        Training and test subjects, both sorted.
    """
    if task.test_subjects:
        is_test = np.isin(task.subjects, task.test_subjects)
        return [(np.unique(task.subjects[~is_test]), np.unique(task.subjects[is_test]))]
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    return [
        (np.unique(task.subjects[train]), np.unique(task.subjects[test]))
        for train, test in splitter.split(task.X, task.y, task.subjects)
    ]


def label_order(task, subjects, seed, fold):
    """Give the order in which training subjects get their labels, and how many are needed.

    Parameters
    ----------
    task : Task
        The task.
    subjects : array of str
        The training subjects.
    seed, fold : int
        The draw.

    Returns
    -------
    order : list of str
        The subjects; the first n are labelled where n are, so that more labels hold the fewer.
    fewest : int
        From how many on every class is among them.
    """
    drawn = np.random.default_rng([seed, fold]).permutation(subjects)
    first, seen = [], set()
    for subject in drawn:
        theirs = set(task.y[task.subjects == subject])
        if theirs - seen:
            first.append(subject)
            seen |= theirs
    return first + [subject for subject in drawn if subject not in first], len(first)


def cell_path(out, task, system, n_labels, seed, fold):
    """Give the file of a cell."""
    name = re.sub(r"[^A-Za-z0-9_.=]+", "-", system).strip("-")
    return Path(out) / "cells" / task / f"{name}_labels-{n_labels}_seed-{seed}_fold-{fold}.json"


def run_fold(task, systems, labels, seed, fold, subjects, out, about, threads=1, options=None):
    """Run the missing cells of a fold.

    Parameters
    ----------
    task : Task
        The task.
    systems : sequence of System
        The systems.
    labels : sequence of int | "all"
        Numbers of labelled subjects.
    seed, fold : int
        Which fold of which shuffle.
    subjects : tuple of array of str
        Its training and test subjects.
    out : path-like
        The folder of the results.
    about : dict
        What every cell says of the machine and the fold.
    threads : int
        Threads of torch and of the linear algebra.
    options : dict | None
        The options of ``--set``; they become part of the names of the systems they reach.

    Returns
    -------
    n_run, n_failed : int
        How many cells were run, and how many of them failed.
    """
    torch.set_num_threads(threads)
    n_run = n_failed = 0
    train, test = task.of(subjects[0]), task.of(subjects[1])
    order, fewest = label_order(task, subjects[0], seed, fold)
    for n_labels in labels:
        n = len(order) if n_labels == ALL else n_labels
        if not fewest <= n <= len(order) or (n == len(order) and n_labels != ALL):
            print(
                f"{task.name} seed {seed} fold {fold}: not with {n_labels} labelled subjects "
                f"({fewest} hold every class, {len(order)} there are)",
                flush=True,
            )
            continue
        for system in systems:
            given = system.options(options or {})
            name = system.name
            if given:
                name += f" [{', '.join(f'{key}={value}' for key, value in given.items())}]"
            path = cell_path(out, task.name, name, n_labels, seed, fold)
            if path.exists() and "error" not in json.loads(path.read_text("utf-8")):
                continue
            cell = {
                "task": task.name,
                "synthetic": task.synthetic,
                "classes": task.classes,
                "system": name,
                "labels": n_labels,
                "seed": seed,
                "fold": fold,
                "labelled": sorted(map(str, order[:n])),
                "tested": sorted(map(str, subjects[1])),
                **about,
            }
            try:
                with threadpool_limits(threads):
                    cell |= _run_cell(train, test, system, given, order[:n], seed)
                told = f"AUC {cell['auc']:.3f}, {cell['train_seconds']:.0f} s"
            except Exception as error:  # whatever it is, the other systems go on
                cell |= {"error": repr(error), "traceback": traceback.format_exc()}
                n_failed += 1
                told = f"FAILED: {error!r}"
            n_run += 1
            write_text(path, json.dumps(cell))
            print(
                f"{task.name} seed {seed} fold {fold} labels {n_labels} {name}: {told}", flush=True
            )
    return n_run, n_failed


def _run_cell(train, test, system, given, labelled, seed):
    """Choose a setting, fit with it on all labelled subjects, predict the test subjects."""
    known = train.of(labelled)

    def fit(setting, rows):
        model = system.make(train, seed, **setting, **given)
        return model.fit(known.X[rows], known.y[rows], groups=known.subjects[rows])

    settings = [
        {name: value for name, value in setting.items() if name not in given}
        for setting in system.settings
    ]
    settings = [setting for i, setting in enumerate(settings) if setting not in settings[:i]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of models on what they are given; results count here
        tried, best = [], 0
        split = _validation_split(known, seed) if len(settings) > 1 else None
        if split is not None:
            learn, validate = split
            for setting in settings:
                model = fit(setting, learn)
                probabilities = _probabilities(model, known, validate)
                tried.append(_auc(known.y[validate], probabilities, known.classes))
            best = int(np.argmax(tried))
        start = time.process_time()
        model = fit(settings[best], np.arange(len(known.y)))
        trained = time.process_time()
        probabilities = _probabilities(model, test, np.arange(len(test.y)))
        predicted = time.process_time()
    return {
        "setting": settings[best],
        "tried": [
            {"setting": setting, "validation_auc": score}
            for setting, score in zip(settings, tried or [None] * len(settings), strict=True)
        ],
        "train_seconds": trained - start,
        "predict_seconds": predicted - trained,
        "n_windows": len(known.y),
        "n_parameters": int(model.n_parameters),
        "auc": _auc(test.y, probabilities, test.classes),
        "true": test.y.tolist(),
        "subjects": test.subjects.tolist(),
        "probabilities": probabilities.tolist(),
    }


def _validation_split(known, seed):
    """Set some labelled subjects apart; None where they are too few or too alike."""
    if len(np.unique(known.subjects)) < _FEWEST_TO_CHOOSE:
        return None
    classes = set(known.y)
    splitter = GroupShuffleSplit(50, test_size=_VALIDATION, random_state=seed)
    for learn, validate in splitter.split(known.X, known.y, known.subjects):
        if set(known.y[learn]) == classes and len(set(known.y[validate])) > 1:
            return learn, validate
    return None


def _probabilities(model, task, rows):
    """Predict; classes that the model has not met have no probability."""
    given = np.asarray(model.predict_proba(task.X[rows], groups=task.subjects[rows]), float)
    full = np.zeros((len(rows), len(task.classes)))
    full[:, [task.classes.index(str(name)) for name in model.classes_]] = given
    if not np.isfinite(full).all():
        raise FloatingPointError("the probabilities are not finite")
    return full


def _auc(y, probabilities, classes):
    score = score_clips(y, probabilities, classes, n_bootstrap=1, random_state=0).macro_auroc
    return float("nan") if score is None else score
