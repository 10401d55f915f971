"""Run systems on tasks: the same windows, folds and labelled subjects for each.

    python benchmarks/tasks/run.py --out DIR [--tasks synthetic0,eegmat] [--labels 2,4,8,all]

Folds share no subject; the labelled subjects are drawn from the training subjects by seed, so that
each class is among them, the same for every system. A setting is chosen by some of the labelled
subjects; ``--set lr=0.004`` leaves networks one setting and so no choice, in a third of the time.
Every cell (task, seed, fold, number of labelled subjects, system) is a file in DIR/cells: a run
that was stopped is resumed, a failed cell is tried again by the next run. ``table.py DIR`` makes
the tables.
"""

import argparse
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import mne
import yaml
from joblib import Parallel, delayed

if not __package__:  # run as a script
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # the folder benchmarks

from tasks import bids, consumer, eegmat, synthetic_typing
from tasks.cells import ALL, folds, run_fold
from tasks.systems import GROUPS, SYSTEMS

_DEFAULT_TASKS = "synthetic0,synthetic1,eegmat"
_PACKAGES = ("mne_asgpf", "torch", "braindecode", "mne", "skorch", "scikit-learn", "numpy")


def load_task(name, folder, options):
    """Load a task by name."""
    if synthetic_typing.NAME.fullmatch(name):
        return synthetic_typing.load(name, folder, options)
    loaders = {"eegmat": eegmat.load, "consumer": consumer.load, "bids": bids.load}
    if name not in loaders:
        raise SystemExit(f"there is no task {name!r}: {', '.join(loaders)}, synthetic<seed>")
    return loaders[name](name, folder, options)


def run_tasks(tasks, systems, options):
    """Run all missing cells.

    Parameters
    ----------
    tasks : iterable of Task
        The tasks.
    systems : sequence of System
        The systems.
    options : argparse.Namespace
        What :func:`parse` gives.

    Returns
    -------
    n_run, n_failed : int
        How many cells were run, and how many of them failed.
    """
    counts = [(0, 0)]
    for task in tasks:
        jobs = [
            delayed(run_fold)(
                task,
                systems,
                options.labels,
                seed,
                fold,
                subjects,
                options.out,
                {"folds": options.folds, **run_info(options)},
                options.threads,
                options.set,
            )
            for seed in range(options.seeds)
            for fold, subjects in enumerate(folds(task, options.folds, seed))
        ]
        counts += Parallel(n_jobs=options.jobs)(jobs)
    return tuple(map(sum, zip(*counts, strict=True)))


def run_info(options):
    """Say what the figures were measured with."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} CPUs",
        "threads": options.threads,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
        },
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def parse(arguments=None):
    """Read the command line."""

    def words(text):
        return [word.strip() for word in text.split(",") if word.strip()]

    def pair(text):
        name, equals, value = text.partition("=")
        if not equals:
            raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
        return name, yaml.safe_load(value)

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--tasks", type=words, default=words(_DEFAULT_TASKS), help=f"default: {_DEFAULT_TASKS}"
    )
    parser.add_argument("--eegmat", type=Path, metavar="DIR", help="its BIDS dataset")
    parser.add_argument("--bids", type=Path, metavar="DIR", help="the dataset of the task bids")
    parser.add_argument(
        "--label", metavar="COLUMN", help="an entity, or a column of events.tsv or participants.tsv"
    )
    names = [system.name for system in SYSTEMS]
    parser.add_argument(
        "--systems",
        type=words,
        default=names,
        help=f"of {', '.join(names)}; or a group: {', '.join(GROUPS)}",
    )
    parser.add_argument(
        "--labels",
        type=lambda text: [w if w == ALL else int(w) for w in words(text)],
        default=[2, 4, 8, ALL],
        help="numbers of labelled subjects (2,4,8,all)",
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument(
        "--set",
        type=pair,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="lr, epochs or min_steps of every network, an option of ASGPFClassifier "
        "(module__n_units=32) or of ASGPFPretrainer (pretrainer__max_epochs=6); the names of "
        "systems then say so",
    )
    parser.add_argument("--jobs", type=int, default=1, help="folds at a time")
    parser.add_argument("--threads", type=int, default=1, help="threads of each job")
    options = parser.parse_args(arguments)
    options.set = dict(options.set)
    if options.bids and "bids" not in options.tasks:
        options.tasks.append("bids")
    if unknown := set(options.systems) - set(names) - set(GROUPS):
        parser.error(f"no system {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


def main():
    """Run what is missing."""
    options = parse()
    mne.set_log_level("ERROR")
    about = run_info(options)
    print(f"{about['machine']}, {options.jobs} jobs of {options.threads} threads")
    print(", ".join(f"{name} {number}" for name, number in about["versions"].items()), flush=True)
    systems = [system for system in SYSTEMS if system.name in options.systems]
    systems += [
        system for name, group in GROUPS.items() if name in options.systems for system in group
    ]
    tasks = (load_task(name, options.out / "tasks", options) for name in options.tasks)
    n_run, n_failed = run_tasks(tasks, systems, options)
    print(f"{n_run} cells run, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
