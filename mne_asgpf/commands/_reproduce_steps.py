"""The steps of the published protocol; finished ones are kept."""

import hashlib
import json
import math
import shutil
from pathlib import Path
from typing import Any

import click
import pandas as pd

from ..atomic import write_text
from ..channels import ELECTRODES
from ..corpora import find_recordings, match_recordings, match_seizures
from ..corpora.layout import canonical_patient_id
from ..defaults import CLASSIFICATION, SFREQ, published_settings
from ..errors import InputError
from ..estimators import ASGPFClassifier, ASGPFPretrainer, PatientSplit, StageProgress
from ..estimators.training.cost_estimate import seconds_a_window, tell_duration
from ..evaluation import PUBLISHED, majority_baseline, score_windows
from ..models.options import SIZES
from ..report import new_report, save_report
from ..report.protocol_report import add_protocol
from ..signals import read_raw_asgpf_h5
from ..windows import (
    LabelFraction,
    OfficialSplit,
    read_published_list,
    select_published,
    select_windows,
    typed_windows,
)
from ._corpus import about_data, common_form, find_signals, labelled, tell_corpus

SCHEMES = (4, 8)
FRACTIONS = (1.0, 0.75, 0.5, 0.25)
STARTS = ("pre-trained", "from scratch")
_PUBLISHED = "released"  # the variant trained with the published settings
# So small that all steps take a minute: to check that they run, not for scores.
_QUICK_MODULE = {
    "module__n_units": 8,
    "module__n_bins": 30,
    "module__n_propagation_steps": 1,
    "module__graph_hidden_size": 8,
}
_QUICK = {"batch_size": 32, "lr": 1e-2, "max_epochs": 2}


class Reproduction:
    """One run of the published protocol, which resumes in its output folder."""

    # `lists` are the published test lists by their number of classes. They number the seizures of
    # TUSZ v1.5.2, so that `tusz_v1` is needed if `tusz` is v2.

    def __init__(self, tusz, out, *, lists, tusz_v1, variant, quick, random_state, n_jobs, device):
        self.tusz = Path(tusz)
        self.out = Path(out)
        self.lists = lists
        self.tusz_v1 = tusz_v1
        self.variant = variant
        self.quick = quick
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.device = device

    def prepare(self):
        """Prepare the corpus; choose the recordings to train on and the clips to score."""
        click.echo("1. Signals")
        self.recordings = find_signals(self.tusz, self.out / "signals", n_jobs=self.n_jobs)
        common_form(self.tusz, self.recordings, sfreq=SFREQ, channels=ELECTRODES)
        listed = {
            canonical_patient_id(recording[0])
            for path in (path for paths in self.lists.values() for path in paths)
            for recording in read_published_list(path)["recording"]
        }
        train, _ = next(OfficialSplit().split(self.recordings))
        self.test_patients = listed & set(self.recordings["patient"].map(canonical_patient_id))
        self.training = self._without_test_patients(self.recordings.iloc[train])
        click.echo(f"   to train on: {tell_corpus(self.training)}")
        self.synthetic = bool(self.recordings["synthetic"].any())
        if not any(self.lists.values()):
            click.echo("   no published test list given: scored on the official split")
        crosswalk = self._crosswalk()
        self.windows = {scheme: self._typed_windows(scheme) for scheme in SCHEMES}
        self.tests = {  # now: an error in a list must not appear after weeks
            scheme: self._test_sets(windows, scheme, crosswalk)
            for scheme, windows in self.windows.items()
        }

    def estimate(self):
        """Estimate the total time from one batch of noise for each estimator."""
        classifier = ASGPFClassifier(
            **self._settings("", self.out, self._options("classification"))
        )
        size = classifier.batch_size
        n_batches = sum(
            max(
                math.ceil(len(self._training_windows(windows, part)) / size), classifier.min_batches
            )
            for windows in self.windows.values()
            for part in FRACTIONS
        )
        trainings: dict[str, tuple[Any, float]] = {
            "pre-training": (
                ASGPFPretrainer(**self._settings("", self.out, self._options("pretraining"))),
                (self.training["duration"] // CLASSIFICATION["clip_len"] - 1).clip(lower=0).sum(),
            ),
            f"{len(SCHEMES) * len(STARTS) * len(FRACTIONS)} classifiers": (
                classifier,
                len(STARTS) * n_batches * size,
            ),
        }
        seconds = {
            name: net.max_epochs * n * seconds_a_window(net) for name, (net, n) in trainings.items()
        }
        parts = ", ".join(f"{name} {tell_duration(value)}" for name, value in seconds.items())
        click.echo(
            f"   about {tell_duration(sum(seconds.values()))} if nothing stops early: {parts}"
        )

    def pretrain(self):
        """Pre-train on the training recordings."""
        click.echo("2. Pre-training")
        self.encoder = self.out / "pretraining" / "model"
        if self.encoder.exists():
            click.echo("   done before")
            return
        options = self._options("pretraining")
        self._fit(
            ASGPFPretrainer(**self._settings("Pre-training", self.out / "pretraining", options)),
            self.training["path"].tolist(),
            self.encoder,
        )
        shutil.rmtree(self.encoder.parent / "training", ignore_errors=True)

    def finetune(self):
        """Train and score the classifiers, with either start and all label fractions."""
        click.echo("3. Fine-tuning and scoring")
        rows = []
        for scheme in SCHEMES:
            windows, tests = self.windows[scheme], self.tests[scheme]
            rows += self._score_majority(windows, tests, scheme)
            for start in STARTS:
                for fraction in FRACTIONS:
                    rows += self._run(windows, tests, scheme, start, fraction)
        self.table = pd.DataFrame(rows)
        write_text(
            self.out / "table.tsv", self.table.to_csv(sep="\t", index=False, lineterminator="\n")
        )

    def write_report(self):
        """Write the report."""
        report = new_report(f"mne_asgpf reproduce{self._mark()}")
        add_protocol(report, self.table, PUBLISHED, note=self._note(), synthetic=self.synthetic)
        self.report = save_report(report, self.out / "report.html", overwrite=True)

    def summary(self):
        """Return the table together with the published one, as text."""
        shown = self.table.copy()
        shown["95 % interval"] = [
            f"{low:.3f} to {high:.3f}"
            for low, high in zip(shown["low"], shown["high"])  # noqa: B905
        ]
        columns = ["classes", "test", "system", "labels", "weighted_f1", "95 % interval"]
        shown = shown[[*columns, "n_clips", "n_patients", "train_patients"]].round(3)
        return "\n".join(
            [
                f"\nWeighted F1{self._mark()}",
                shown.to_string(index=False),
                "\nPublished, on TUSZ v1.5.2",
                PUBLISHED.to_string(index=False),
                "",
                self._note(),
                f"table: {self.out / 'table.tsv'}\nreport: {self.report}",
            ]
        )

    def _run(self, windows, tests, scheme, start, fraction):
        """Train and score one classifier, unless an earlier run did."""
        folder = self.out / f"{scheme}_classes" / f"{start.replace(' ', '_')}_{fraction:.0%}"
        scores_file = folder / "scores.json"
        if scores_file.exists():
            return json.loads(scores_file.read_text(encoding="utf-8"))
        name = f"{scheme} classes, {start}, {fraction:.0%}"
        pretrained = self.encoder if start == "pre-trained" else None
        options = self._options("classification") | {
            "pretrained": pretrained,
            "scheme": scheme,
            "background": 0.0,
            "first_clip_only": True,
        }
        if pretrained is not None:  # the encoder sets the variant
            del options["module__variant"]
        classifier = ASGPFClassifier(**self._settings(name, folder, options))
        chosen = self._training_windows(windows, fraction)
        self._fit(classifier, select_windows(windows, chosen), folder / "model", overwrite=True)
        rows = []
        for test, clips in tests.items():
            score = score_windows({name: classifier}, clips, random_state=self.random_state)[name]
            rows.append(_row(scheme, test, start, fraction, score, self._count(windows, chosen)))
        write_text(scores_file, json.dumps(rows, indent=1))
        shutil.rmtree(folder / "training", ignore_errors=True)
        return rows

    def _score_majority(self, windows, tests, scheme):
        chosen = self._training_windows(windows, 1.0)
        y = windows.get_metadata()["class"].to_numpy()[chosen]
        majority = majority_baseline().fit([[0]] * len(y), y)
        return [
            _row(
                scheme,
                test,
                "majority class",
                1.0,
                score_windows({"": majority}, clips, random_state=self.random_state)[""],
                self._count(windows, chosen),
            )
            for test, clips in tests.items()
        ]

    def _count(self, windows, chosen):
        patients = windows.get_metadata()["patient"].iloc[chosen]
        return {"train_patients": patients.nunique(), "train_clips": len(patients)}

    def _fit(self, estimator, X, model, *, overwrite=False):
        estimator.fit(X)
        notes = about_data(self.training, f"mne_asgpf reproduce: {tell_corpus(self.training)}")
        estimator.save(model, notes=notes, overwrite=overwrite)

    def _options(self, task):
        """Return the training options: as published, or the defaults of the estimators."""
        # However few patients a fraction has, some validate.
        options: dict = {"train_split": PatientSplit()} if task == "classification" else {}
        if self.variant != _PUBLISHED:
            return options | {"module__variant": self.variant}
        options |= published_settings(task)
        if task == "classification":
            # Plain cross entropy, and the lower layers of pre-trained models.
            options |= {"class_weight": None, "module__n_layers": SIZES[_PUBLISHED]["n_layers"]}
        return options

    def _settings(self, name, folder, options):
        """Return the parameters of a fit."""
        builds = options.get("pretrained") is None  # else the encoder sets the sizes
        quick = _QUICK | (_QUICK_MODULE if builds else {}) if self.quick else {}
        return (
            options
            | quick
            | {
                "random_state": self.random_state,
                "device": self.device,
                "resume_dir": folder / "training",
                "callbacks": [("progress", StageProgress(name))],
                "callbacks__print_log": None,
            }
        )

    def _typed_windows(self, scheme):
        paths = labelled(self.tusz, self.recordings)["path"]
        raws = [read_raw_asgpf_h5(path) for path in paths]
        return typed_windows(raws, scheme=scheme, first_clip_only=True)

    def _training_windows(self, windows, fraction):
        metadata = windows.get_metadata()
        official = LabelFraction(_Training(self), fraction, random_state=self.random_state)
        train, _ = next(official.split(metadata))
        return train

    def _crosswalk(self):
        if self.tusz_v1 is None:
            return None
        indices = [find_recordings(root, n_jobs=self.n_jobs) for root in (self.tusz_v1, self.tusz)]
        return match_seizures(match_recordings(*indices), n_jobs=self.n_jobs)

    def _test_sets(self, windows, scheme, crosswalk):
        _, test = next(OfficialSplit().split(windows))
        of_split = windows.get_metadata()["split"].iloc[test].iloc[0]
        sets = {f"official {of_split}": select_windows(windows, test)}
        for path in self.lists.get(scheme, ()):
            name = self._name_list(path, scheme)
            sets[name] = select_published(windows, path, crosswalk=crosswalk)
        return sets

    def _name_list(self, path, scheme):
        names = [Path(one).name for one in self.lists[scheme]]
        name = Path(path).name
        return f"list {path if names.count(name) > 1 else name}"

    def _without_test_patients(self, table):
        return table[~table["patient"].map(canonical_patient_id).isin(self.test_patients)]

    def _mark(self):
        kind = ", SYNTHETIC data: does not apply to patients" if self.synthetic else ""
        return f"{kind}{', quick: small model, few epochs' if self.quick else ''}"

    def _note(self):
        return (
            f"Variant: {self.variant}. Trained on the official training split without the patients "
            "of a test list, a fifth of it, by patient, for validation; fractions are of its "
            "patients, with at least one per class. One seed. Intervals: bootstrap over "
            "patients. The published results do not state all of this; see "
            "doc/command_line."
        )


class _Training:
    """The official training set, without the patients of the published test lists."""

    def __init__(self, reproduction):
        self.reproduction = reproduction

    def split(self, X, y=None, groups=None):
        train, test = next(OfficialSplit().split(X))
        patients = X["patient"].iloc[train].map(canonical_patient_id)
        yield train[~patients.isin(self.reproduction.test_patients).to_numpy()], test


def _row(scheme, test, system, fraction, score, counts):
    about = {"classes": scheme, "test": test, "system": system, "labels": f"{fraction:.0%}"}
    scores = score.to_data_frame().iloc[0].to_dict()
    return about | counts | scores | {name: int(scores[name]) for name in ("n_clips", "n_patients")}


def check_folder(run, settings):
    """Record the settings and data of a run; refuse a folder that holds another."""
    texts = {n: [Path(one).read_bytes() for one in paths] for n, paths in run.lists.items()}
    known = run.recordings[["patient", "session", "split", "duration", "seizures"]]
    settings = settings | {
        **{f"test lists of {n} classes": _digest(*content) for n, content in texts.items()},
        "corpus": _digest(known.to_csv(index=False)),
    }
    path = run.out / "settings.json"
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        other = [name for name in settings if before.get(name) != settings[name]]
        if other:
            raise InputError(
                run.out,
                f"holds a run whose {other[0]} was {before.get(other[0])!r}, "
                f"now it is {settings[other[0]]!r}",
                "use the same options and data, or name another folder",
            )
    else:
        write_text(path, json.dumps(settings, indent=1) + "\n")


def _digest(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()
