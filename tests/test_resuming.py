"""A fit that is killed goes on and ends as if it had not been."""

import errno
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer
from mne_asgpf.errors import InputError
from mne_asgpf.estimators import resuming

TINY = {
    "module__n_units": 4,
    "module__n_layers": 1,
    "module__n_bins": 20,
    "module__n_propagation_steps": 1,
    "module__graph_hidden_size": 4,
    "max_epochs": 6,
    "batch_size": 4,
    "random_state": 0,
    "verbose": 0,
}


def classifier(folder, **options):
    return ASGPFClassifier(resume_dir=folder, **{"patience": 50} | TINY | options)


def pretrainer(folder, **options):
    return ASGPFPretrainer(resume_dir=folder, **TINY | options)


MAKERS = {"classifier": classifier, "pretrainer": pretrainer}


def data():
    rng = np.random.default_rng(0)
    y = np.array(["AB", "CF"] * 8)
    X = 3e-5 * rng.standard_normal((16, 19, 800))
    X[y == "AB"] += 1e-4 * np.sin(2 * np.pi * 3 * np.arange(800) / 200)
    return X.astype("float32"), y


def fit(kind, folder, **options):
    return MAKERS[kind](folder, **options).fit(*data())


def weights(estimator):
    return {name: value.clone() for name, value in estimator.module_.state_dict().items()}


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert torch.equal(ours[name], theirs[name]), name


class Stopped(Exception):
    pass


@pytest.mark.parametrize(
    ("kind", "n_epochs", "options"),
    [
        ("classifier", 1, {}),
        ("classifier", 4, {}),
        ("classifier", 2, {"patience": 3}),  # stops early, by what it remembers
        ("pretrainer", 1, {}),
        ("pretrainer", 4, {}),
    ],
)
def test_stopped_after_any_epoch(tmp_path, monkeypatch, kind, n_epochs, options):
    whole = fit(kind, None, **options)
    keep = resuming._KeepState.on_epoch_end

    def stop(self, net, **kwargs):
        keep(self, net, **kwargs)
        if len(net.history) == n_epochs:
            raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(resuming._KeepState, "on_epoch_end", stop)
        with pytest.raises(Stopped):
            fit(kind, tmp_path, **options)
    resumed = fit(kind, tmp_path, **options)
    assert_same(weights(resumed), weights(whole))
    assert resumed.history[:, "train_loss"] == whole.history[:, "train_loss"]
    assert_same(weights(fit(kind, tmp_path, **options)), weights(whole))  # nothing is left


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kind", MAKERS)
def test_killed_again_and_again(tmp_path, kind):
    script = textwrap.dedent(f"""
        import torch
        torch.set_num_threads(1)
        import test_resuming
        estimator = test_resuming.fit({kind!r}, {str(tmp_path / "state")!r}, max_epochs=40)
        estimator.save({str(tmp_path / "model")!r})
    """)
    folders = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    state = tmp_path / "state" / resuming.STATE_FILE
    rng, n_killed, before = np.random.default_rng(0), 0, None
    while n_killed < 2:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", script], env=dict(os.environ, PYTHONPATH=folders)
        )
        # It is killed in the midst of some epoch that no earlier run got to.
        while process.poll() is None and (not state.exists() or state.read_bytes() == before):
            pass
        if process.poll() is None:
            try:
                process.wait(rng.uniform(0, 0.3))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        process.wait()
        if process.returncode == 0:
            break
        n_killed += 1
        before = state.read_bytes()
    assert n_killed
    torch.set_num_threads(1)
    resumed = fit(kind, tmp_path / "state", max_epochs=40)
    assert_same(weights(resumed), weights(fit(kind, None, max_epochs=40)))


def test_another_fit_is_refused(tmp_path):
    fit("classifier", tmp_path, max_epochs=1)
    with pytest.raises(InputError, match="another fit \\(lr differ\\)"):
        fit("classifier", tmp_path, max_epochs=1, lr=1e-2)
    (tmp_path / resuming.STATE_FILE).write_bytes(b"cut")
    with pytest.raises(InputError, match="no training state"):
        fit("classifier", tmp_path, max_epochs=1)


def test_a_full_disk_keeps_what_was_good(tmp_path, monkeypatch):
    fit("pretrainer", tmp_path, max_epochs=2)
    good = (tmp_path / resuming.STATE_FILE).read_bytes()
    (tmp_path / resuming.STATE_FILE).unlink()

    real, calls = resuming.save_file, []

    def save_then_fail(tensors, path, metadata):
        calls.append(path)
        if len(calls) > 1:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(tensors, path, metadata)

    with monkeypatch.context() as patch:
        patch.setattr(resuming, "save_file", save_then_fail)
        with pytest.raises(OSError, match="No space left"):
            fit("pretrainer", tmp_path, max_epochs=2)
    assert [path.name for path in tmp_path.iterdir()] == [resuming.STATE_FILE]
    assert_same(
        weights(fit("pretrainer", tmp_path, max_epochs=2)),
        weights(fit("pretrainer", None, max_epochs=2)),
    )
    assert len(good)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_loss_that_is_no_number_stops(tmp_path, monkeypatch, kind):
    estimator = MAKERS[kind](tmp_path)
    get_loss, calls = type(estimator).get_loss, []

    def lose(self, *args, training=False, **kwargs):
        calls.append(training)
        loss = get_loss(self, *args, training=training, **kwargs)
        return loss * float("nan") if sum(calls) == 10 else loss

    with monkeypatch.context() as patch:
        patch.setattr(type(estimator), "get_loss", lose)
        with pytest.raises(InputError, match="loss is nan.*last epoch's are in"):
            estimator.fit(*data())
    assert not any(value.isnan().any() for value in weights(estimator).values())
    assert_same(weights(fit(kind, tmp_path)), weights(fit(kind, None)))
