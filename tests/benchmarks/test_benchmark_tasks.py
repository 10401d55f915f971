"""The table of tasks: resumable, fair draws, scores as scikit-learn computes them."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import robustness  # noqa: E402
import robustness_eegmat  # noqa: E402
from tasks import bids, consumer, eegmat  # noqa: E402
from tasks.cells import folds, label_order  # noqa: E402
from tasks.networks import n_epochs  # noqa: E402
from tasks.run import run_tasks  # noqa: E402
from tasks.systems import SYSTEMS, Majority, Spectrum, System  # noqa: E402
from tasks.table import make_table, read_cells, settings_table, to_rst, weighted_auc  # noqa: E402
from tasks.task import Task, cached_task  # noqa: E402

from mne_asgpf import ASGPFPretrainer  # noqa: E402


def make_task(n_subjects=8, classes=("fast", "slow"), seed=0):
    """Six windows of two channels a subject, the classes told apart by their frequency."""
    rng = np.random.default_rng(seed)
    n = 6 * n_subjects
    y = np.array(classes)[np.arange(n) % len(classes)]
    frequency = 6.0 + 5 * (np.arange(n) % len(classes))[:, None, None]
    X = 8e-6 * np.sin(2 * np.pi * frequency * np.arange(400) / 200 + rng.uniform(0, 6, (n, 2, 1)))
    X = (X + 20e-6 * rng.normal(size=X.shape)).astype(np.float32)
    subjects = np.repeat([f"s{i}" for i in range(n_subjects)], 6)
    return Task("tiny", X, y, subjects, subjects, ("C3", "C4"), 200.0, classes, synthetic=True)


def options(out, **change):
    """Give what the command line would give."""
    given = dict(out=out, labels=[2, 4, "all"], seeds=2, folds=2, set={}, jobs=1, threads=1)
    return argparse.Namespace(**given | change)


class Recording:
    """Write down who was learned from; predict by the spectrum."""

    log = []

    def __init__(self, name, seed, C):
        self.name, self.model = name, Spectrum(200.0, seed, False, C)

    def fit(self, X, y, groups):
        Recording.log.append((self.name, *sorted(set(groups))))
        self.model.fit(X, y, groups)
        self.classes_, self.n_parameters = self.model.classes_, self.model.n_parameters
        return self

    def predict_proba(self, X, groups):
        return self.model.predict_proba(X, groups)


def recording(name, settings=({"C": 1.0},)):
    return System(name, lambda task, seed, C: Recording(name, seed, C), settings)


MAJORITY = System("majority class", lambda task, seed: Majority(), ({},))


@pytest.fixture(autouse=True)
def _empty_log():
    Recording.log.clear()


def test_a_second_run_trains_nothing_and_a_lost_cell_is_made_again(tmp_path):
    systems = [recording("a"), MAJORITY]
    # Two seeds, two folds, three label counts but that 4 are all there are; two systems.
    assert run_tasks([make_task()], systems, options(tmp_path)) == (16, 0)
    trained = list(Recording.log)
    assert len(trained) == 8
    assert run_tasks([make_task()], systems, options(tmp_path)) == (0, 0)
    assert trained == Recording.log
    lost = sorted(tmp_path.glob("cells/tiny/a_*.json"))[0]
    content = json.loads(lost.read_text("utf-8"))
    lost.unlink()
    assert run_tasks([make_task()], systems, options(tmp_path)) == (1, 0)
    assert json.loads(lost.read_text("utf-8"))["probabilities"] == content["probabilities"]


def test_folds_share_no_subject_and_test_each_once():
    task = make_task(n_subjects=9)
    for seed in range(3):
        tested = []
        for train, test in folds(task, 4, seed):
            assert not set(train) & set(test)
            assert set(train) | set(test) == set(task.subjects)
            assert not set(task.of(train).subjects) & set(test)
            tested += list(test)
        assert sorted(tested) == sorted(set(task.subjects))


def test_a_task_with_a_split_of_its_own_has_one_fold():
    task = make_task()
    task = Task(**{**vars(task), "test_subjects": ("s1", "s4")})
    ((train, test),) = folds(task, 4, 0)
    assert test.tolist() == ["s1", "s4"]
    assert len(train) == 6


def test_every_system_gets_the_same_labelled_subjects(tmp_path):
    run_tasks([make_task()], [recording("a"), recording("b")], options(tmp_path))
    cells, _ = read_cells(tmp_path)
    drawn = {}
    for cell in cells:
        key = (cell["labels"], cell["seed"], cell["fold"])
        drawn.setdefault(key, set()).add(tuple(cell["labelled"]))
        assert not set(cell["labelled"]) & set(cell["tested"])
    assert {len(draws) for draws in drawn.values()} == {1}
    learned = {name: [who for system, *who in Recording.log if system == name] for name in "ab"}
    assert learned["a"] == learned["b"]
    for (labels, seed, fold), ((labelled,), (all_of_them,)) in (
        (key, (draws, drawn["all", *key[1:]])) for key, draws in drawn.items()
    ):
        assert labels == "all" or len(labelled) == labels, (seed, fold)
        assert set(labelled) <= set(all_of_them)


def test_the_labelled_hold_every_class_even_where_a_subject_has_one():
    task = make_task(n_subjects=12)
    y = np.repeat(["a", "a", "a", "a", "b", "c"] * 2, 6)
    task = Task(**{**vars(task), "y": y, "classes": ("a", "b", "c")})
    for seed in range(5):
        order, fewest = label_order(task, np.unique(task.subjects), seed, 0)
        assert fewest == 3
        assert set(y[np.isin(task.subjects, order[:fewest])]) == {"a", "b", "c"}
        assert sorted(order) == sorted(set(task.subjects))


def test_settings_are_chosen_among_the_labelled_and_all_are_listed(tmp_path):
    systems = [recording("a", ({"C": 1e-9}, {"C": 1.0}))]
    run_tasks([make_task()], systems, options(tmp_path, labels=["all"], seeds=1))
    cells, _ = read_cells(tmp_path)
    for cell in cells:
        scores = [tried["validation_auc"] for tried in cell["tried"]]
        assert cell["setting"] == cell["tried"][int(np.argmax(scores))]["setting"]
    # Each cell: two settings on three of four subjects, then the best on all.
    assert [len(who) - 1 for who in Recording.log] == [3, 3, 4] * 2
    listed = settings_table(cells)
    assert len(listed) == 4
    assert listed["taken"].sum() == 2


def test_a_failure_is_recorded_tried_again_and_stops_nobody_else(tmp_path):
    def fail(task, seed):
        raise RuntimeError("no luck")

    broken = System("broken", fail, ({},))
    given = options(tmp_path, labels=["all"], seeds=1)
    assert run_tasks([make_task()], [broken, MAJORITY], given) == (4, 2)
    cells, failed = read_cells(tmp_path)
    assert {cell["system"] for cell in cells} == {"majority class"}
    assert all("no luck" in cell["error"] and "fail" in cell["traceback"] for cell in failed)
    assert run_tasks([make_task()], [broken, MAJORITY], given) == (2, 2)
    repaired = System("broken", lambda task, seed: Majority(), ({},))
    assert run_tasks([make_task()], [repaired, MAJORITY], given) == (2, 0)
    assert not read_cells(tmp_path)[1]


@pytest.mark.parametrize("classes", [("fast", "slow"), ("a", "b", "c")])
def test_the_table_is_what_scikit_learn_computes(tmp_path, classes):
    task = make_task(classes=classes)
    run_tasks([task], [recording("a"), MAJORITY], options(tmp_path, labels=[2, "all"]))
    cells, _ = read_cells(tmp_path)
    table = make_table(cells, reference="majority class", n_bootstrap=50)
    expected = []
    for cell in cells:
        y, p = np.array(cell["true"]), np.array(cell["probabilities"])
        subjects = np.array(cell["subjects"])

        def area(rows, y=y, p=p):
            return np.mean([roc_auc_score(y[rows] == c, p[rows, k]) for k, c in enumerate(classes)])

        named = np.array(classes)[p.argmax(1)]
        within = [area(subjects == subject) for subject in np.unique(subjects)]
        expected.append(
            {
                "system": cell["system"],
                "labels": str(cell["labels"]),
                "auc": area(slice(None)),
                "within_subject_auc": np.mean(within),
                "balanced_accuracy": balanced_accuracy_score(y, named),
                "weighted_f1": f1_score(y, named, average="weighted", zero_division=0),
                "macro_f1": f1_score(y, named, average="macro", zero_division=0),
            }
        )
    expected = pd.DataFrame(expected).groupby(["system", "labels"]).mean()
    found = table.astype({"labels": str}).set_index(["system", "labels"])
    for metric in expected:
        both = pd.concat([found[metric], expected[metric]], axis=1, keys=["found", "expected"])
        assert np.allclose(both["found"], both["expected"], atol=1e-9), metric
        assert (found[f"{metric}_low"] <= found[metric] + 1e-9).all()
        assert (found[metric] <= found[f"{metric}_high"] + 1e-9).all()
        difference = found[metric] - found[metric].groupby("labels").transform(
            lambda s: s["majority class"].item()
        )
        assert np.allclose(difference, found[f"{metric}_difference"])
    assert found.loc[("a", "all"), "auc"] > 0.7
    rst = to_rst(table, "majority class")
    assert "SYNTHETIC" in rst
    assert f"{found.loc[('a', 'all'), 'auc']:.3f}" in rst


def test_the_weighted_area_is_that_of_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    positive, scores = rng.random(60) < 0.4, rng.integers(0, 9, 60) / 8
    weights = rng.integers(0, 4, (20, 60))
    expected = [roc_auc_score(positive, scores, sample_weight=row) for row in weights]
    assert np.allclose(weighted_auc(positive, scores, weights), expected)
    assert np.isnan(weighted_auc(positive, scores, weights * positive)).all()


def test_adaptation_takes_away_what_a_subject_always_has():
    task = make_task()
    gains = dict(zip(np.unique(task.subjects), np.geomspace(0.2, 5, 8), strict=True))
    louder = task.X * np.array([gains[s] for s in task.subjects], np.float32)[:, None, None]
    adapted = Spectrum(200.0, 0, True, 1.0).fit(task.X, task.y, task.subjects)
    expected = adapted.predict_proba(task.X, task.subjects)
    assert np.allclose(adapted.predict_proba(louder, task.subjects), expected, atol=1e-3)
    plain = Spectrum(200.0, 0, False, 1.0).fit(task.X, task.y, task.subjects)
    unlike = plain.predict_proba(louder, task.subjects) - plain.predict_proba(task.X, task.subjects)
    assert abs(unlike).max() > 0.02


def test_options_reach_the_systems_they_are_for():
    given = {"epochs": 2, "module__n_units": 8, "pretrainer__max_epochs": 1}
    taken = {system.name: set(system.options(given)) for system in SYSTEMS}
    assert taken["spectrum only"] == set()
    assert taken["EEGNet"] == {"epochs"}
    assert taken["ASGPF"] == {"epochs", "module__n_units"}
    assert taken["ASGPF pre-trained"] == set(given)
    assert len({len(s.settings) for s in SYSTEMS if s.name != "majority class"}) == 1


def test_few_windows_make_as_many_steps():
    assert n_epochs(400, 15, 120) == 15
    assert n_epochs(16, 15, 120) == 120


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of braindecode's models on themselves
@pytest.mark.parametrize("name", ["ASGPF", "ASGPF mean of five", "ASGPF pre-trained", "EEGNet"])
def test_networks_run_and_missing_channels_do_not_stop_them(tmp_path, name):
    task = make_task(n_subjects=4)
    X = np.tile(task.X, (1, 1, 2))
    X[::3, 1] = np.nan
    unlabelled = {"unlabelled": np.tile(X, (1, 1, 2)), "unlabelled_subjects": task.subjects}
    task = Task(**{**vars(task), "X": X, "folder": tmp_path, **unlabelled})
    (system,) = (system for system in SYSTEMS if system.name == name)
    small = {"epochs": 1, "min_steps": 1, "module__n_units": 8, "module__n_bins": 20}
    small |= {"module__n_propagation_steps": 1, "pretrainer__max_epochs": 1}
    given = options(tmp_path, labels=["all"], seeds=1, set=small)
    assert run_tasks([task], [system], given) == (2, 0)
    cells, _ = read_cells(tmp_path)
    assert all(cell["n_parameters"] > 0 for cell in cells)
    assert "[epochs=1" in cells[0]["system"]
    assert ("n_units" in cells[0]["system"]) == name.startswith("ASGPF")


@pytest.mark.parametrize("name", ["LSTM", "CNN-LSTM"])
def test_recurrent_networks_learn_and_take_what_is_missing_as_zero(name):
    task = make_task(n_subjects=24)
    X = task.X.copy()
    X[::3, 1] = np.nan
    system = next(system for system in SYSTEMS if system.name == name)
    model = system.make(task, 0, lr=4e-3, epochs=15, min_steps=1)
    learn = task.subjects < "s4"
    model.fit(X[learn], task.y[learn], task.subjects[learn])
    predicted = model.classes_[model.predict_proba(X[~learn], task.subjects[~learn]).argmax(1)]
    assert np.mean(predicted == task.y[~learn]) > 0.8
    module = model.classifier.module_.eval()
    seen = []
    module.embed_second.register_forward_hook(lambda _, spectra, __: seen.append(spectra[0]))
    module(torch.from_numpy(X[:2]))
    spectra = seen[0].unflatten(0, (2, 2))  # windows 0 and 1, of two seconds
    assert not spectra[0, :, 1].any()
    assert spectra[1].any(-1).all()


def test_the_probe_of_an_untrained_encoder_has_the_weights_as_drawn(tmp_path):
    task = make_task()
    pairs = np.tile(task.X, (1, 1, 2))
    task = Task(
        **{
            **vars(task),
            "folder": tmp_path,
            "unlabelled": pairs,
            "unlabelled_subjects": task.subjects,
        }
    )
    probe = next(system for system in SYSTEMS if system.name == "untrained encoder probed")
    one = probe.make(task, 0, C=1.0).fit(task.X, task.y, task.subjects)
    other = probe.make(task, 1, C=1.0)
    before = ASGPFPretrainer(
        channels=task.ch_names, clip_len=2.0, train_split=None, random_state=0, max_epochs=0
    ).fit(pairs)
    drawn = dict(before.module_.named_parameters())
    kept = dict(one.encoder.module_.named_parameters())
    assert all(torch.equal(kept[name], drawn[name]) for name in drawn)
    assert not torch.equal(*(next(e.encoder.module_.parameters()) for e in (one, other)))
    assert one.predict_proba(task.X, task.subjects).shape == (len(task.y), 2)


def test_robustness_compares_disturbed_windows_of_the_same_models(monkeypatch):
    task = make_task(n_subjects=12)
    trained = []

    def read_task(recordings, disturb, seed):
        known = task.of(recordings["patient"])
        noise = 2e-3 * np.random.default_rng(seed).normal(size=known.X.shape)
        loud = disturb is robustness.DISTURBANCES["white noise of 20 µV"]
        return replace(known, X=known.X + loud * noise.astype(np.float32))

    def make(known, seed):
        trained.append(set(known.subjects))
        return Spectrum(200.0, seed, False, 1.0)

    monkeypatch.setattr(robustness_eegmat, "read_task", read_task)
    monkeypatch.setattr(robustness_eegmat, "SYSTEMS", {"spectrum only": make})
    recordings = pd.DataFrame({"patient": np.unique(task.subjects)})
    table = robustness_eegmat.measure(recordings, 3, 0).set_index("disturbance")
    assert list(table.index) == list(robustness.DISTURBANCES)
    assert [len(subjects) for subjects in trained] == [8] * 3
    assert (table["n_subjects"] == 12).all()
    assert table.loc["nothing", "auc_difference"] == 0
    assert table.loc["nothing", "auc"] == table.loc["mains of 20 µV", "auc"] > 0.7
    assert table.loc["white noise of 20 µV", "auc_difference"] < -0.1


def test_consumer_hardware_changes_signals_alone_and_some_windows_more(monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    names = tuple(reversed(consumer.ELECTRODES)) + ("Cz",)
    X = rng.normal(size=(80, 15, 2400)).astype(np.float32) * 10e-6
    subjects = np.repeat([f"s{i}" for i in range(4)], 20)
    y = np.array(["rest", "task"])[np.arange(80) % 2]
    clean = Task("eegmat", X, y, subjects, subjects, names, 200.0, ("rest", "task"), False)
    clean = replace(clean, unlabelled=X, unlabelled_subjects=subjects, folder=tmp_path / "eegmat")
    monkeypatch.setattr(eegmat, "load", lambda *given: clean)
    task = consumer.load("consumer", tmp_path, None)
    assert task.X.shape == task.unlabelled.shape == (80, 14, 1536)
    assert task.sfreq == 128 and task.ch_names == consumer.ELECTRODES
    # Or encoders of the two, or of other files, would be taken for each other.
    assert task.folder != clean.folder and clean.folder in task.folder.parents
    assert (task.y == y).all() and (task.subjects == subjects).all()
    assert np.array_equal(task.X, consumer.load("consumer", tmp_path, None).X)
    # The typical window is that of the same electrode; movements are far beyond it in some.
    o1, own_o1 = task.X[:, consumer.ELECTRODES.index("O1")], X[:, names.index("O1"), ::25]
    likeness = [np.corrcoef(a[::16], b)[0, 1] for a, b in zip(o1, own_o1, strict=True)]
    assert 0.6 < np.median(likeness)
    largest = abs(task.X).max(axis=(1, 2))
    assert 0.05 < (largest > 300e-6).mean() < 0.6 and largest.max() < 5e-3


def test_a_prepared_task_is_read_again_as_it_was(tmp_path):
    task = make_task()
    made = []

    def make():
        made.append(1)
        return task

    for _ in range(2):
        known = cached_task(tmp_path, {"name": "tiny", "seed": 0}, make)
        assert np.array_equal(known.X, task.X)
        assert (known.y == task.y).all()
        assert known.classes == task.classes
        assert known.unlabelled is None
    assert len(made) == 1
    cached_task(tmp_path, {"name": "tiny", "seed": 1}, make)
    assert len(made) == 2


@pytest.fixture
def bids_root(tmp_path):
    """Two subjects, channels in another order and one missing, 100 and 250 Hz, 30 s."""
    import mne

    root = tmp_path / "dataset"
    for number, (sfreq, names) in enumerate(
        [(250, ["EEG Fc5.", "EEG T3", "ECG"]), (100, ["T7", "EOG1"])]
    ):
        folder = root / f"sub-{number}" / "eeg"
        folder.mkdir(parents=True)
        data = 1e-5 * np.random.default_rng(number).normal(size=(len(names), 30 * sfreq))
        raw = mne.io.RawArray(data, mne.create_info(names, sfreq, "eeg"), verbose="error")
        raw.export(folder / f"sub-{number}_task-rest_eeg.edf", verbose="error")
        events = "onset\tduration\ttrial_type\tstate\n0\t13\tx\topen\n13\t14\tx\tclosed\n"
        (folder / f"sub-{number}_task-rest_events.tsv").write_text(events, encoding="utf-8")
    description = {"Name": "x", "BIDSVersion": "1.10.0"}
    (root / "dataset_description.json").write_text(json.dumps(description), encoding="utf-8")
    people = "participant_id\tgroup\nsub-0\tpatient\nsub-1\tcontrol\n"
    (root / "participants.tsv").write_text(people, encoding="utf-8")
    return root


@pytest.mark.filterwarnings("ignore")  # of mne's export
def test_a_bids_dataset_is_cut_by_whatever_labels_it(bids_root, tmp_path):
    task = bids.load_bids(bids_root, "state", tmp_path)
    assert task.ch_names == ("FC5", "T7")
    assert task.X.shape == (4, 2, 2400)
    assert task.y.tolist() == ["open", "closed"] * 2
    assert task.subjects.tolist() == ["0", "0", "1", "1"]
    assert np.isnan(task.X[2:, 0]).all()
    assert np.isfinite(task.X[:, 1]).all()
    assert task.unlabelled.shape[1:] == (2, 4800)
    by_person = bids.load_bids(bids_root, "group", tmp_path)
    assert by_person.y.tolist() == ["patient", "patient", "control", "control"]
    with pytest.raises(ValueError, match="of 1 class by 'task'"):
        bids.load_bids(bids_root, "task", tmp_path)
    with pytest.raises(ValueError, match="neither an entity nor a column"):
        bids.load_bids(bids_root, "mood", tmp_path)
