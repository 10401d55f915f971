"""pretrain, train, evaluate, info and reproduce on the command line."""

import os
import signal
import sys

import numpy as np
import pandas as pd
import pytest
import yaml
from launching import launch

from mne_asgpf import InputError, find_recordings, read_asgpf, read_recording, typed_windows
from mne_asgpf.bids import convert_to_bids
from mne_asgpf.commands import _reproduce_steps
from mne_asgpf.commands._corpus import find_signals
from mne_asgpf.commands._training import find_device
from mne_asgpf.commands.main import main
from mne_asgpf.corpora import recording_events
from mne_asgpf.simulation import simulate_corpus

CONFIG = {
    "num_epochs": 2,
    "rnn_units": 8,
    "num_rnn_layers": 1,
    "dropout": 0.1,
    "train_batch_size": 16,
    "lr_init": 0.01,
    "variant": "light",
    "objective": "forecast",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus") / "tusz"
    simulate_corpus(root, n_patients=8, random_state=0, n_broken=1)
    return root


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "small.yaml"
    path.write_text(yaml.safe_dump(CONFIG))
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
    assert options["max_grad_norm"] == 5.0  # as are defaults
    assert options["graph_type"] == "correlation"
    assert options["dropout"] == 0.1
    assert not (pretrained / "training").exists()


@pytest.mark.slow
def test_the_resolved_options_run_it_again(pretrained, tmp_path, capsys):
    words = ["pretrain", pretrained / "signals", tmp_path / "again"]
    run(capsys, *words, "--config", pretrained / "config.yaml", "--seed", 1)
    before, after = (
        yaml.safe_load((out / "config.yaml").read_text())
        for out in (pretrained, tmp_path / "again")
    )
    assert {name for name in after if after[name] != before[name]} == {"seed"}
    assert after["source"] == after["out"] == "<withheld>"


@pytest.mark.slow
def test_pretrain_by_another_objective(pretrained, config, tmp_path, capsys):
    words = ["pretrain", pretrained / "signals", tmp_path / "out", "--config", config]
    run(capsys, *words, "--num-epochs", 1, "--objective", "contrastive+masked")
    pretrainer = read_asgpf(tmp_path / "out" / "model")
    assert pretrainer.objective == "contrastive+masked"
    assert pretrainer.module_.n_times == 12 * 200
    options = yaml.safe_load((tmp_path / "out" / "config.yaml").read_text())
    assert options["objective"] == "contrastive+masked"
    assert yaml.safe_load((pretrained / "config.yaml").read_text())["objective"] == "forecast"


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
    assert scores["system"].tolist() == ["ASGPF", "most frequent class"]
    assert scores["weighted_f1"].between(0, 1).all()
    assert "timescoring" not in told  # a model without background finds nothing
    resolved = yaml.safe_load((tmp_path / "scores" / "config.yaml").read_text())
    assert (resolved["split"], resolved["seed"]) == ("test", 0)
    (tmp_path / "evaluate.yaml").write_text("split: train\nlist:\n")
    words_of_a_file = ["evaluate", out / "model", signals, "--config", tmp_path / "evaluate.yaml"]
    assert "NOT A TEST" in run(capsys, *words_of_a_file)
    told = run(capsys, "info", out / "model")
    assert "ASGPFClassifier" in told
    assert "Trained on (pretrainer)" in told
    assert "Trained on (classifier)" in told
    told = run(capsys, "info", signals)
    assert told.split()[:2] == ["split", "patients"]
    again = run(capsys, *words, status=2)
    assert "holds a model already" in again


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="gloo is not tried there")
def test_two_processes_learn_like_one_with_twice_the_batch_size(pretrained, config, tmp_path):
    words = ["pretrain", str(pretrained / "signals"), "--config", str(config), "--dropout", "0"]
    words += ["--no-data-augment"]
    assert main([*words, str(tmp_path / "one"), "--train-batch-size", "12"]) == 0
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    launch(
        [*launcher, "--num_processes", "2", "-m", "mne_asgpf", *words]
        + [str(tmp_path / "two"), "--train-batch-size", "6", "--overwrite"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
        timeout=300,
    )
    one, two = (read_asgpf(tmp_path / name / "model").history for name in ("one", "two"))
    for figure in ("train_loss", "valid_loss"):
        np.testing.assert_allclose(two[:, figure], one[:, figure], rtol=1e-3)


@pytest.mark.slow
def test_training_resumes_after_ctrl_c(pretrained, config, tmp_path, capsys, monkeypatch):
    from mne_asgpf.estimators.training.resume import Resume

    keep = Resume.keep

    def interrupt(self, net):
        keep(self, net)
        if len(net.history) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    words = ["pretrain", pretrained / "signals", tmp_path / "out", "--config", config]
    with monkeypatch.context() as patch:
        patch.setattr(Resume, "keep", interrupt)
        run(capsys, *words, status=130)
    assert not (tmp_path / "out" / "model").exists()
    told = run(capsys, *words)
    assert "resuming after epoch 1" in told
    assert len(read_asgpf(tmp_path / "out" / "model").history) == 2


@pytest.mark.slow
def test_notes_on_the_corpus_are_saved(corpus, pretrained, tmp_path, capsys):
    notes = read_asgpf(pretrained / "model").notes_
    convert_to_bids(corpus, tmp_path / "bids")
    for source in (pretrained / "signals", tmp_path / "bids"):
        out = tmp_path / source.name / "out"
        words = ["pretrain", source, out, "--num-epochs", 1, "--variant", "light"]
        if source.name == "bids":
            out = words[2] = tmp_path / "out"
        run(capsys, *words, "--rnn-units", 4, "--num-rnn-layers", 1, "--split", "eval")
        assert read_asgpf(out / "model").notes_["synthetic"] is notes["synthetic"] is True
    told = run(capsys, "info", corpus).splitlines()
    assert {line.split()[0] for line in told[-3:]} == {"dev", "eval", "train"}


@pytest.mark.slow
def test_only_recordings_of_the_corpus_are_used_from_a_store(corpus, tmp_path):
    other = tmp_path / "other"
    simulate_corpus(other, n_patients=4, random_state=9, n_broken=0)
    (other / "stray.h5").touch()
    recordings = find_signals(corpus, tmp_path / "store")
    mixed = find_signals(other, tmp_path / "store")
    assert len(mixed) == 8
    assert not set(mixed["patient"]) & set(recordings["patient"])


def test_overwriting_waits_for_the_new_model(tmp_path, capsys):
    (tmp_path / "out" / "model").mkdir(parents=True)
    run(capsys, "pretrain", tmp_path / "none", tmp_path / "out", "--overwrite", status=2)
    assert (tmp_path / "out" / "model").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("num_epochs: 2.7", "'2.7' is not a valid integer"),
        ("num_epochs: true", "num_epochs is True"),
        ("num_epochs: [1, 2]", "num_epochs is [1, 2]"),
        ("lr_init: {a: 1}", "lr_init is {'a': 1}"),
        ("lr_init: .nan", "nan is not a number"),
        ("max_grad_norm: 0", "0.0 is not in the range"),
        ("compile: 3", "compile is 3"),
        ("seed: -1", "-1 is not in the range"),
    ],
)
def test_invalid_values_are_refused(tmp_path, capsys, text, problem):
    (tmp_path / "c.yaml").write_text(text)
    words = ["train", tmp_path, tmp_path / "out", "--config", tmp_path / "c.yaml"]
    assert problem in run(capsys, *words, status=2)


def test_an_unavailable_device_is_refused():
    with pytest.raises(InputError, match="unknown device 'foo'"):
        find_device("foo")
    assert find_device("cpu") == "cpu"


def test_one_file_serves_several_commands(tmp_path, capsys):
    (tmp_path / "c.yaml").write_text("output_seq_len: 6\nfine_tune: true\n")
    told = run(capsys, "train", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "requires --load-model-path" in told
    told = run(capsys, "pretrain", "none", tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "does not exist" in told


def test_invalid_options_are_refused(tmp_path, capsys):
    (tmp_path / "c.yaml").write_text("num-epoch: 3\n")
    told = run(capsys, "pretrain", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "unknown option 'num_epoch'. Remedy: write num_epochs" in told
    (tmp_path / "c.yaml").write_text("num_epochs: [\n")
    told = run(capsys, "pretrain", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "is not YAML" in told
    (tmp_path / "c.yaml").write_text("num_epochs: many\n")
    told = run(capsys, "pretrain", tmp_path, tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "'many' is not a valid integer" in told
    (tmp_path / "c.yaml").write_text(f"events: a\nmodel: a\nout: {tmp_path}\nthreshold: 7\n")
    told = run(capsys, "predict", tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "7.0 is not in the range" in told
    (tmp_path / "c.yaml").write_text("objective: jigsaw\n")
    told = run(capsys, "pretrain", "none", tmp_path, "--config", tmp_path / "c.yaml", status=2)
    assert "unknown objective: 'jigsaw'" in told
    told = run(capsys, "train", tmp_path, tmp_path, "--fine-tune", status=2)
    assert "requires --load-model-path" in told
    told = run(capsys, "train", tmp_path, tmp_path, "--num-classes", 5, status=2)
    assert "give 4 or 8" in told
    told = run(capsys, "pretrain", tmp_path / "none", tmp_path / "out", status=2)
    assert "does not exist" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_reproduce_runs_completely_and_is_kept(corpus, tmp_path, capsys):
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
    assert not list((tmp_path / "out").rglob("training"))  # the state for resuming
    before = [path.stat().st_mtime_ns for path in models]
    run(capsys, *words)
    assert [path.stat().st_mtime_ns for path in models] == before
    assert "whose seed was 0" in run(capsys, *words, "--seed", 1, status=2)


def test_reproduce_estimates_the_least_number_of_batches(corpus, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_reproduce_steps, "seconds_a_window", lambda net: 1.0)
    options = {"lists": {4: [], 8: []}, "tusz_v1": None, "n_jobs": 1, "device": "cpu"}
    reproduction = _reproduce_steps.Reproduction(
        corpus, tmp_path, variant="repaired", quick=True, random_state=0, **options
    )
    reproduction.prepare()
    reproduction.estimate()
    # 2 epochs of 20 batches of 32 windows each, since the corpus has fewer
    assert f"16 classifiers {16 * 2 * 20 * 32 / 3600:.1f} h" in capsys.readouterr().out


@pytest.mark.slow
def test_reproduce_scores_published_lists(corpus, tmp_path, capsys):
    v1 = tmp_path / "v1"
    simulate_corpus(
        v1, n_patients=8, random_state=0, n_broken=0, layout="v1"
    )  # the patients of corpus
    index = find_recordings(v1).query("split == 'dev'")
    raws = [read_recording(path, events=recording_events(path)) for path in index["path"]]
    clips = typed_windows(raws, first_clip_only=True).get_metadata()
    lines = [
        f"{clip.recording}.edf,{clip.target},{clip.seizure:.0f}" for clip in clips.itertuples()
    ]
    path = tmp_path / "list.txt"
    path.write_text("\n".join(lines))
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "list.txt"
    other.write_text("\n".join(lines[:4]))
    words = ["reproduce", "--quick", tmp_path / "out", "--test-list-4", path]
    words += ["--test-list-4", other]
    assert "match_seizures" in run(capsys, *words, "--tusz", corpus, status=2)
    run(capsys, *words, "--tusz", corpus, "--tusz-v1", v1)
    table = pd.read_csv(tmp_path / "out" / "table.tsv", sep="\t")
    for name, n_clips in ((path, len(lines)), (other, 4)):
        listed = table[table["test"] == f"list {name}"]
        assert set(listed["classes"]) == {4}
        assert (listed["n_clips"] == n_clips).all()
        assert len(listed) == 1 + 2 * 4
    path.write_text("\n".join(lines[1:]))
    told = run(capsys, *words, "--tusz", corpus, "--tusz-v1", v1, status=2)
    assert "whose test lists of 4 classes was" in told


@pytest.mark.slow
def test_a_listed_clip_is_found_and_its_patient_by_any_id(config, tmp_path, capsys):
    v1, bids = tmp_path / "v1", tmp_path / "bids"
    simulate_corpus(v1, n_patients=4, random_state=0, n_broken=0, layout="v1")
    paths = find_recordings(v1).query("split == 'train'")["path"]
    raws = [read_recording(path, events=recording_events(path)) for path in paths]
    clips = typed_windows(raws, first_clip_only=True).get_metadata()[:6]
    lines = [f"{one.recording}.edf,{one.target},{one.seizure:.0f}" for one in clips.itertuples()]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    words = ["train", v1, tmp_path / "out", "--config", config, "--list", tmp_path / "list.txt"]
    run(capsys, *words, "--num-epochs", 1)
    model = read_asgpf(tmp_path / "out" / "model")
    assert sum(one.windows for one in model.training_data_[-1].recordings) <= len(lines)
    convert_to_bids(v1, bids)  # under the names of v2
    words = ["evaluate", tmp_path / "out" / "model", bids, "--out", tmp_path / "scores"]
    assert "NOT A TEST" in run(capsys, *words, "--split", "all")
