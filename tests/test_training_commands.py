"""pretrain, train, evaluate, info and reproduce on the command line."""

import os
import signal
import subprocess
import sys

import mne
import numpy as np
import pandas as pd
import pytest
import yaml

from mne_asgpf import find_recordings, read_asgpf, read_recording, typed_windows
from mne_asgpf.commands.main import main
from mne_asgpf.corpora import recording_events
from mne_asgpf.simulation import simulate_corpus

SMALL = {
    "num_epochs": 2,
    "rnn_units": 8,
    "num_rnn_layers": 1,
    "dropout": 0.1,
    "train_batch_size": 16,
    "lr_init": 0.01,
    "variant": "light",
}


@pytest.fixture(autouse=True)
def log_level(monkeypatch):
    monkeypatch.setenv("MNE_LOGGING_LEVEL", "WARNING")
    before = mne.utils.logger.level
    yield
    mne.set_log_level(before)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus") / "tusz"
    simulate_corpus(root, n_patients=8, seed=0, n_broken=1)
    return root


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    return path


@pytest.fixture(scope="module")
def pretrained(corpus, config, tmp_path_factory):
    out = tmp_path_factory.mktemp("pretrained")
    words = ["pretrain", str(corpus), str(out), "--config", str(config), "--output-seq-len", "6"]
    assert main([*words, "--num-epochs", "1"]) == 0
    return out


def run(capsys, *words, status=0):
    found = main([str(word) for word in words])
    told = capsys.readouterr()
    assert found == status, told.err
    return told.out + told.err


@pytest.mark.slow
def test_pretrain_writes_model_and_options(pretrained, corpus):
    pretrainer = read_asgpf(pretrained / "model")
    assert pretrainer.module_.input_seconds == 12
    assert pretrainer.module_.n_times == 18 * 200
    assert pretrainer.notes_["synthetic"] is True
    options = yaml.safe_load((pretrained / "config.yaml").read_text())
    assert options["num_epochs"] == 1  # the command line goes before the file
    assert options["rnn_units"] == 8
    assert options["max_grad_norm"] == 5.0  # and what nobody gave is there as well
    assert options["graph_type"] == "correlation"
    assert not (pretrained / "training").exists()


@pytest.mark.slow
def test_train_fine_tunes_and_evaluate_scores(pretrained, corpus, config, tmp_path, capsys):
    out, signals = tmp_path / "out", pretrained / "signals"
    words = ["train", signals, out, "--num-epochs", 1, "--num-classes", 8, "--background", 0]
    told = run(capsys, *words, "--fine-tune", "--load-model-path", pretrained / "model")
    assert "split train" in told
    classifier = read_asgpf(out / "model")
    assert classifier.scheme == 8
    assert classifier.module_.encoder.n_units == 8  # came with the encoder
    told = run(capsys, "evaluate", out / "model", signals, "--out", tmp_path / "scores")
    assert "split eval" in told
    assert "NOT A TEST" not in told
    scores = pd.read_csv(tmp_path / "scores" / "scores.tsv", sep="\t")
    assert scores["weighted_f1"].between(0, 1).all()
    resolved = yaml.safe_load((tmp_path / "scores" / "config.yaml").read_text())
    assert (resolved["split"], resolved["rand_seed"]) == ("test", 0)
    (tmp_path / "evaluate.yaml").write_text("split: train\nlist:\n")
    words_of_a_file = ["evaluate", out / "model", signals, "--config", tmp_path / "evaluate.yaml"]
    assert "NOT A TEST" in run(capsys, *words_of_a_file)
    told = run(capsys, "info", out / "model")
    assert "ASGPFClassifier" in told
    assert "trained on (pretrainer)" in told
    assert "trained on (classifier)" in told
    told = run(capsys, "info", signals)
    assert told.split()[:2] == ["split", "patients"]
    again = run(capsys, *words, status=2)
    assert "holds a model already" in again


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="gloo is not tried there")
def test_launched_twice_it_learns_as_one_with_the_doubled_batch(pretrained, config, tmp_path):
    words = ["pretrain", str(pretrained / "signals"), "--config", str(config), "--dropout", "0"]
    words += ["--no-data-augment"]
    assert main([*words, str(tmp_path / "one"), "--train-batch-size", "12"]) == 0
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    subprocess.run(
        [*launcher, "--num_processes", "2", "-m", "mne_asgpf", *words]
        + [str(tmp_path / "two"), "--train-batch-size", "6"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
        check=True,
        timeout=300,
    )
    one, two = (read_asgpf(tmp_path / name / "model").history for name in ("one", "two"))
    for figure in ("train_loss", "valid_loss"):
        np.testing.assert_allclose(two[:, figure], one[:, figure], rtol=1e-3)


@pytest.mark.slow
def test_stopped_by_ctrl_c_it_goes_on(pretrained, config, tmp_path, capsys, monkeypatch):
    from mne_asgpf.estimators.resuming import Resuming

    keep = Resuming._keep

    def interrupt(self):
        keep(self)
        if len(self.history) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    words = ["pretrain", pretrained / "signals", tmp_path / "out", "--config", config]
    with monkeypatch.context() as patch:
        patch.setattr(Resuming, "_keep", interrupt)
        run(capsys, *words, status=130)
    assert not (tmp_path / "out" / "model").exists()
    told = run(capsys, *words)
    assert "going on after epoch 1" in told
    assert len(read_asgpf(tmp_path / "out" / "model").history) == 2


def test_options_that_cannot_be(tmp_path, capsys):
    (tmp_path / "c.yaml").write_text("num-epoch: 3\n")
    told = run(capsys, "pretrain", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "there is no option 'num_epoch'. Remedy: write num_epochs" in told
    (tmp_path / "c.yaml").write_text("num_epochs: [\n")
    told = run(capsys, "pretrain", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "is no YAML" in told
    (tmp_path / "c.yaml").write_text("num_epochs: many\n")
    told = run(capsys, "pretrain", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "'many' is not a valid integer" in told
    (tmp_path / "c.yaml").write_text(f"events: a\nmodel: a\nout: {tmp_path}\nthreshold: 7\n")
    told = run(capsys, "predict", tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "7.0 is not in the range" in told
    told = run(capsys, "train", tmp_path, tmp_path, "--fine-tune", status=2)
    assert "goes together with --load-model-path" in told
    told = run(capsys, "train", tmp_path, tmp_path, "--num-classes", 5, status=2)
    assert "give 4 or 8" in told
    told = run(capsys, "pretrain", tmp_path / "none", tmp_path / "out", status=2)
    assert "there is no such folder" in told


@pytest.mark.slow
def test_reproduce_runs_through_and_is_kept(corpus, tmp_path, capsys):
    words = ["reproduce", "--tusz", corpus, tmp_path / "out", "--quick"]
    told = run(capsys, *words)
    assert "SYNTHETIC" in told
    assert "ASGPF, pre-trained" in told  # the published table
    table = pd.read_csv(tmp_path / "out" / "table.tsv", sep="\t")
    runs = table[table["system"] != "majority class"]
    assert len(runs) == 2 * 2 * 4
    assert set(runs["labels"]) == {"25%", "50%", "75%", "100%"}
    assert table["weighted_f1"].between(0, 1).all()
    assert "Synthetic data" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    models = sorted((tmp_path / "out").rglob("model.safetensors"))
    assert len(models) == 17
    before = [path.stat().st_mtime_ns for path in models]
    run(capsys, *words)
    assert [path.stat().st_mtime_ns for path in models] == before
    assert "whose rand_seed was 0" in run(capsys, *words, "--rand-seed", 1, status=2)


@pytest.mark.slow
def test_reproduce_scores_published_lists(corpus, tmp_path, capsys):
    v1 = tmp_path / "v1"
    simulate_corpus(v1, n_patients=8, seed=0, n_broken=0, layout="v1")  # the patients of corpus
    index = find_recordings(v1).query("split == 'dev'")
    raws = [read_recording(path, events=recording_events(path)) for path in index["path"]]
    clips = typed_windows(raws, first_clip_only=True).get_metadata()
    lines = [
        f"{clip.recording}.edf,{clip.target},{clip.seizure:.0f}" for clip in clips.itertuples()
    ]
    path = tmp_path / "list.txt"
    path.write_text("\n".join(lines))
    words = ["reproduce", "--quick", tmp_path / "out", "--test-list-4", path]
    assert "match_seizures" in run(capsys, *words, "--tusz", corpus, status=2)
    run(capsys, *words, "--tusz", corpus, "--tusz-v1", v1)
    table = pd.read_csv(tmp_path / "out" / "table.tsv", sep="\t")
    listed = table[table["test"] == "list list.txt"]
    assert set(listed["classes"]) == {4}
    assert (listed["n_clips"] == len(lines)).all()
    assert len(listed) == 1 + 2 * 4
