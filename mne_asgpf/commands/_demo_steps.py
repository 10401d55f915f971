"""The steps of the demo, one method each, in the order of the data flow."""

import shutil
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import pandas as pd
from tqdm.auto import tqdm

from ..bids import convert_to_bids, find_bids_recordings, read_events_tsv
from ..errors import InputError
from ..estimators import ASGPFClassifier, ASGPFPretrainer, StageProgress
from ..estimators.training.callbacks import tell_objective
from ..evaluation import (
    clip_arrays,
    majority_baseline,
    score_typing,
    scores_table,
    spectrum_baseline,
)
from ..labels import is_seizure
from ..report import (
    add_corpus,
    add_scores,
    add_training,
    add_typing,
    new_report,
    save_report,
)
from ..signals import read_recording
from ..simulation import simulate_corpus
from ..windows import typed_windows

_MARK = "SYNTHETIC.txt"  # marks the folder of a demo, which may be replaced
_NOTICE = "All data in this folder is synthetic: simulated signals, not EEG of a person.\n"
_HELD_OUT = "eval"


class Demo:
    """One run of the demo, in an output folder."""

    def __init__(self, folder, *, random_state, n_jobs, device="cpu"):
        self.folder = Path(folder)
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.device = device
        self.seconds = {}

    @contextmanager
    def _stage(self, name):
        click.echo(f"{len(self.seconds) + 1}. {name}")
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def prepare_folder(self, overwrite):
        """Create the folder, or empty that of an earlier demo."""
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            if not (self.folder / _MARK).is_file():
                raise InputError(
                    self.folder, "exists but does not hold a demo", "name another folder"
                )
            if not overwrite:
                raise InputError(
                    self.folder, "holds an earlier demo", "pass --overwrite or another folder"
                )
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / _MARK).write_text(_NOTICE, encoding="utf-8")

    def simulate(self, n_patients):
        """Write the corpus."""
        with self._stage("Synthetic corpus in the layout of TUSZ v2"):
            self.corpus = self.folder / "corpus"
            simulate_corpus(
                self.corpus,
                n_patients=n_patients,
                random_state=self.random_state,
                n_jobs=self.n_jobs,
            )

    def convert(self):
        """Index the corpus and convert it to a BIDS dataset."""
        with self._stage("Index, and BIDS dataset"):
            self.bids = self.folder / "bids"
            self.converted = convert_to_bids(
                self.corpus, self.bids, n_jobs=self.n_jobs, verbose="info"
            )
            refused = self.converted[self.converted["outcome"] == "refused"]
            for row in refused.itertuples():
                click.echo(f"   left out: {Path(row.path).name}: {row.problem}")

    def read(self):
        """Read the recordings of the dataset, ready for windows."""
        with self._stage("Recordings, ready for windows"):
            self.recordings = find_bids_recordings(self.bids)
            raws = [
                read_recording(row.path, events=read_events_tsv(row.events))
                for row in tqdm(
                    self.recordings.itertuples(), total=len(self.recordings), desc="Reading"
                )
            ]
            held_out = (self.recordings["split"] == _HELD_OUT).to_numpy()
            self.held_out = [raw for raw, out in zip(raws, held_out, strict=True) if out]
            self.training = [raw for raw, out in zip(raws, held_out, strict=True) if not out]

    def pretrain(self, epochs):
        """Pre-train on the EEG of the training patients without labels."""
        with self._stage("Self-supervised pre-training"):
            self.pretrainer = ASGPFPretrainer(
                max_epochs=epochs, **self._settings("Pre-training")
            ).fit(self.training)
            result = tell_objective(self.pretrainer.objective, self.pretrainer.history[-1])
            click.echo(f"   {result}")
            self.pretrainer.save(self.folder / "pretrained", notes=self._notes())

    def finetune(self, epochs):
        """Train on the labels of the training patients."""
        with self._stage("Training for the four classes and background, from both starts"):
            self.classifiers = {
                name: ASGPFClassifier(
                    pretrained=pretrained,
                    max_epochs=epochs,
                    background=0.5,
                    train_split=None,
                    **self._settings(name),
                ).fit(self.training)
                for name, pretrained in (
                    ("ASGPF, pre-trained", self.pretrainer),
                    ("ASGPF, from scratch", None),
                )
            }
            self.classifier = self.classifiers["ASGPF, pre-trained"]
            self.classifier.save(self.folder / "model", notes=self._notes())

    def evaluate(self):
        """Score the model and baselines on unseen patients."""
        with self._stage("Evaluation on unseen patients"):
            X, y, _ = clip_arrays(typed_windows(self.training, first_clip_only=False))
            systems = {
                **self.classifiers,
                "Spectrum only": spectrum_baseline(random_state=self.random_state).fit(X, y),
                "Majority class": majority_baseline().fit(X, y),
            }
            self.scores: dict = {}
            for name, system in tqdm(systems.items(), desc="Scoring", unit="system"):
                self.scores |= score_typing(
                    {name: system}, self.held_out, random_state=self.random_state
                )
            table = scores_table(self.scores).round(3)
            table.to_csv(self.folder / "scores.tsv", sep="\t")
            click.echo(table.to_string())

    def predict(self):
        """Find and type the seizures of held-out recordings; keep one for the report."""
        with self._stage("Events of whole recordings"):
            held_out = self.recordings[self.recordings["split"] == _HELD_OUT]
            sources = self.converted.set_index("bids_path")["path"]
            self.typings = []
            for row, raw in tqdm(
                zip(held_out.itertuples(), self.held_out, strict=True),
                total=len(held_out),
                desc="Typing",
            ):
                typing = self.classifier.type_recording(raw)
                events = typing.find_seizures()
                relative = row.path.relative_to(self.bids)
                stem = row.path.stem.removesuffix("_eeg")
                derivative = self.bids / "derivatives" / "mne_asgpf" / relative.parent
                paths = typing.save(derivative, stem, events=events)
                source = Path(sources[row.path])
                shutil.copyfile(paths["annotations"], source.with_name(f"{source.stem}-annot.fif"))
                self.typings.append((source, typing, events, read_events_tsv(row.events)))

    def write_report(self):
        """Write the report."""
        with self._stage("Report"):
            report = new_report("mne_asgpf demo: synthetic data")
            self.source, typing, events, truth = self._shown_typing()
            histories = {
                "Pre-training": self.pretrainer.history,
                **{name: one.history for name, one in self.classifiers.items()},
            }
            losses = dict.fromkeys(histories, "Cross entropy (nat)") | {
                "Pre-training": "Loss of the objective, relative to chance"
            }
            sections = [
                partial(add_corpus, report, self.converted),
                partial(add_scores, report, self.scores),
                partial(add_training, report, histories, losses=losses),
                partial(add_typing, report, typing, events, notes=self._notes(), truth=truth),
            ]
            for add_section in tqdm(sections, desc="Report", unit="section"):
                add_section(synthetic=True)
            self.report = save_report(report, self.folder / "report.html", overwrite=True)

    def summary(self):
        """Describe where the results are."""
        places = {
            "report": self.report,
            "model": self.folder / "model",
            "pre-trained encoder": self.folder / "pretrained",
            "scores": self.folder / "scores.tsv",
            "corpus": self.corpus,
            "BIDS dataset": self.bids,
            "events (BIDS, SzCORE, mne)": self.bids / "derivatives" / "mne_asgpf",
            "annotations of an EDF": self.source.with_name(f"{self.source.stem}-annot.fif"),
        }
        minutes = sum(self.seconds.values()) / 60
        times = pd.Series(self.seconds).round(1).to_string()
        lines = [f"  {name:28}{place}" for name, place in places.items()]
        return "\n".join(
            [
                f"\nDone in {minutes:.1f} min. Seconds by step:\n{times}\n",
                "All data is SYNTHETIC: the scores do not apply to patients.",
                *lines,
                "Use the model on your own file:",
                f"  mne_asgpf predict FILE.edf --model {self.folder / 'model'} --out OUT",
            ]
        )

    def _settings(self, name):
        return {
            "random_state": self.random_state,
            "device": self.device,
            "callbacks": [("progress", StageProgress(name))],
            "callbacks__print_log": None,
        }

    def _notes(self):
        return {
            "data": "synthetic corpus of mne_asgpf demo",
            "synthetic": True,
            "random_state": self.random_state,
        }

    def _shown_typing(self):
        """Choose the recording of the report: most seizures, with a found event if any."""
        source, typing, events, truth = max(
            self.typings, key=lambda one: (len(one[2]) > 0, _n_seizures(one[3]))
        )
        if not len(events):  # without found events: show how the true seizures are typed
            events = self.classifier.type_events(typing.raw, truth)
        return source, typing, events, truth


def _n_seizures(events):
    return int(events["label"].map(is_seizure).sum())
