"""Training through accelerate: one process as without it, several as one with a larger batch."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState, GradientState
from launching import launch
from sklearn.base import clone
from skorch.callbacks import Callback
from skorch.helper import predefined_split
from small_net import SMALL, make_array
from torch.utils.data import TensorDataset

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.estimators import PatientSplit, base, distributed
from mne_asgpf.estimators.training.resume import Resume


@pytest.fixture(autouse=True)
def fresh():
    """Let each test choose the precision, which accelerate fixes for the whole process."""
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


DETERMINISTIC = SMALL | {"train_split": None, "max_epochs": 3}
KINDS = {
    "classifier": (ASGPFClassifier, distributed.AcceleratedClassifier),
    "pretrainer": (ASGPFPretrainer, distributed.AcceleratedPretrainer),
}
# Contrast depends on which clips share a batch: a larger one is another objective.
OF_KIND = {"classifier": {"min_batches": 1}, "pretrainer": {"objective": "forecast"}}


def make(kind, *, accumulate=1, mixed_precision="no", **options):
    accelerator = distributed.make_accelerator(
        accumulate=accumulate, mixed_precision=mixed_precision, cpu=True
    )
    return KINDS[kind][1](accelerator=accelerator, **DETERMINISTIC | OF_KIND[kind] | options)


def losses(estimator):
    return np.array(estimator.history[:, "train_loss"])


def weights(estimator):
    return torch.cat([p.detach().flatten() for p in estimator.module_.parameters()])


@pytest.mark.parametrize("kind", KINDS)
def test_accumulated_gradients_are_those_of_a_larger_batch(kind):
    X, y = make_array(16)
    plain = {"optimizer": torch.optim.SGD}  # Adam makes whole steps of what is rounding
    larger = make(kind, batch_size=8, **plain).fit(X, y)
    added = make(kind, batch_size=4, accumulate=2, **plain).fit(X, y)
    # An absolute error that rounds to the other side of 0 turns a few gradients round.
    assert ((weights(added) - weights(larger)).abs() < 1e-6).float().mean() > 0.97
    np.testing.assert_allclose(losses(added), losses(larger), rtol=1e-4)


def test_learns_in_mixed_precision():
    X, y = make_array(32)
    classifier = make("classifier", mixed_precision="bf16", max_epochs=15).fit(X, y)
    assert (classifier.predict(X) == y).mean() > 0.9
    assert classifier.module_.final_layer.weight.dtype == torch.float32
    with pytest.raises(InputError, match="fp16"):
        distributed.make_accelerator(mixed_precision="fp16", cpu=True)


def test_saved_it_is_an_ordinary_estimator(tmp_path):
    X, y = make_array()
    classifier = make("classifier").fit(X, y)
    classifier.save(tmp_path / "model")
    read = read_asgpf(tmp_path / "model")
    assert type(read) is ASGPFClassifier
    np.testing.assert_allclose(read.predict_proba(X), classifier.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_resumes_after_an_interruption(tmp_path, monkeypatch, kind):
    X, y = make_array()
    options = {"module__drop_prob": 0.3, "augmentation": "published", "accumulate": 2}
    options |= {"batch_size": 4, "max_epochs": 4}
    whole = make(kind, **options).fit(X, y)
    stopped = make(kind, resume_dir=tmp_path, **options)
    keep = Resume.keep

    def stop(self, net):
        keep(self, net)
        if len(net.history) == 2:
            raise RuntimeError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(Resume, "keep", stop)
        with pytest.raises(RuntimeError, match="stopped"):
            stopped.fit(X, y)
    resumed = make(kind, resume_dir=tmp_path, **options).fit(X, y)
    assert torch.equal(weights(resumed), weights(whole))


def test_cells_are_compiled_in_place(monkeypatch):
    compiled = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda part, **how: compiled.append(how))
    X, y = make_array()
    classifier = ASGPFClassifier(
        min_batches=1, **DETERMINISTIC | {"compile": True, "compile__dynamic": False}
    )
    classifier.fit(X, y)
    assert compiled == [{"dynamic": False}]
    assert not any("_orig_mod" in name for name in classifier.module_.state_dict())


@pytest.mark.parametrize("kind", KINDS)
def test_one_process_trains_as_without_accelerate(kind):
    X, y = make_array(40)
    options = {"module__drop_prob": 0.3, "augmentation": "published"}
    plain = KINDS[kind][0](**DETERMINISTIC | OF_KIND[kind] | options).fit(X, y)
    assert torch.equal(weights(make(kind, **options).fit(X, y)), weights(plain))


def test_it_is_cloned_and_leaves_the_users_generator_alone():
    X, y = make_array(16)
    first = make("classifier", callbacks__print_log=None)
    other = clone(first)
    assert other.accelerator is first.accelerator
    assert torch.equal(weights(other.fit(X, y)), weights(first.fit(X, y)))
    before = torch.get_rng_state()
    first.predict(X)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_fit_after_one_that_was_stopped_is_as_any():
    X, y = make_array(24)
    options = {"accumulate": 2, "augmentation": None}
    whole = make("classifier", **options).fit(X, y)

    class Stop(Callback):
        def on_batch_end(self, net, **kwargs):
            raise RuntimeError("stopped")

    stopped = make("classifier", callbacks=[("stop", Stop())], **options)
    with pytest.raises(RuntimeError, match="stopped"):
        stopped.fit(X, y)
    stopped.set_params(callbacks__stop=None)
    assert torch.equal(weights(stopped.fit(X, y)), weights(whole))


def test_a_split_made_before_validates():
    X, X_valid = make_array(16)[0], make_array(8)[0]
    windows = TensorDataset(torch.tensor(X_valid, dtype=torch.float32), torch.zeros(8))
    pretrainer = make("pretrainer", train_split=predefined_split(windows)).fit(X)
    assert pretrainer.plan_.n_valid == 8
    assert np.isfinite(pretrainer.history[:, "valid_loss"]).all()


@pytest.mark.parametrize("act", ["save", "push_to_hub"])
def test_processes_wait_for_the_first_equally_often(tmp_path, monkeypatch, act):
    classifier = make("classifier", max_epochs=1).fit(*make_array(16))
    waits = []

    def broadcast(objects):
        waits.append(objects)
        return objects

    def push(save, repo_id, **options):
        save(tmp_path / "pushed")
        return repo_id

    monkeypatch.setattr(distributed, "broadcast_object_list", broadcast)
    monkeypatch.setattr(distributed.Accelerator, "wait_for_everyone", waits.append)
    monkeypatch.setattr(base, "push", push)
    counts = []
    for is_first in (True, False):
        monkeypatch.setattr(distributed.Accelerator, "is_main_process", is_first)
        getattr(classifier, act)(str(tmp_path / "saved"))
        counts.append(len(waits))
    assert counts == [1, 2]
    assert len(list(tmp_path.glob("*/model.json"))) == 1


# 60 windows: batches of 24, 24 and 12, shared equally by one, two or three processes. What is left
# is rounding.
N_WINDOWS, BATCH_SIZE = 60, 24
OPTIONS = {
    "classifier": {"class_weight": None, "accumulate": 2},
    "pretrainer": {"train_split": PatientSplit()},
}


def figures(estimator):
    names = ("train_loss", "valid_loss")
    return [[row[name] for name in names if name in row] for row in estimator.history]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="gloo is not tried there")
@pytest.mark.parametrize(("kind", "n_processes"), [("classifier", 2), ("pretrainer", 3)])
def test_processes_learn_as_one_with_the_larger_batch(tmp_path, kind, n_processes):
    one = make(kind, batch_size=BATCH_SIZE, **OPTIONS[kind]).fit(*make_array(N_WINDOWS))
    out = tmp_path / "shared.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--standalone"]
    command += [f"--nproc-per-node={n_processes}", __file__, kind, str(out)]
    launch(command, env=environment, timeout=300)
    shared, n_started = json.loads(out.read_text())
    assert n_started == n_processes
    np.testing.assert_allclose(shared, figures(one), rtol=1e-4)


def fit_one_share(kind, out):
    """Fit in one of the processes that were launched, and write the losses."""
    n_processes = int(os.environ["WORLD_SIZE"])
    estimator = make(kind, batch_size=BATCH_SIZE // n_processes, **OPTIONS[kind])
    estimator.fit(*make_array(N_WINDOWS))
    if estimator.accelerator.is_main_process:
        n_started = estimator.accelerator.num_processes
        Path(out).write_text(json.dumps([figures(estimator), n_started]))
    estimator.accelerator.wait_for_everyone()  # no process exits before the others
    estimator.accelerator.end_training()


if __name__ == "__main__":
    fit_one_share(*sys.argv[1:])
