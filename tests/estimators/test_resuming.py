"""A fit that is killed goes on and ends as if it had not been."""

import multiprocessing
import os
import random
import signal
import sys
import time
from functools import partial

import numpy as np
import pytest
import torch
from braindecode.augmentation import Compose, GaussianNoise, Transform
from skorch.callbacks import Callback, LRScheduler
from torch.utils.data import Dataset, Subset

from mne_asgpf import ASGPFClassifier, ASGPFPretrainer, read_asgpf
from mne_asgpf.atomic import PARTIAL
from mne_asgpf.errors import InputError
from mne_asgpf.estimators.training.resume import STATE_FILE

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
    return ASGPFClassifier(resume_dir=folder, **{"patience": 50, "min_batches": 1} | TINY | options)


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


def split_off(X, y=None, groups=None, *, k):
    indices = np.arange(len(X))
    return Subset(X, indices[k + 2 :]), Subset(X, indices[k : k + 2])


class Stopped(Exception):
    pass


class StopAfter(Callback):
    """Stop a fit after some epochs, as if the machine had gone down."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) > self.n_epochs:
            raise Stopped


def stop_after(kind, folder, n_epochs, **options):
    with pytest.raises(Stopped):
        fit(kind, folder, callbacks=[StopAfter(n_epochs)], **options)


def learned(estimator):
    """All that a fit leaves behind, but for times."""
    optimizer = estimator.optimizer_.state_dict()
    moments = {
        f"{index} {name}": value
        for index, state in optimizer["state"].items()
        for name, value in state.items()
    }
    rows = [
        {name: value for name, value in row.items() if name != "dur"} for row in estimator.history
    ]
    return weights(estimator) | moments, optimizer["param_groups"], rows


def assert_same_fit(ours, theirs):
    ours, theirs = learned(ours), learned(theirs)
    assert_same(ours[0], theirs[0])
    assert ours[1:] == theirs[1:]


class Dithering(Transform):
    """A user's augmentation that draws from its own generator, numpy's and Python's."""

    def operation(self, X, y):
        draw = self.rng.uniform() + np.random.uniform() + random.random()  # noqa: NPY002
        return X * draw, y


@pytest.mark.parametrize(
    ("kind", "n_epochs", "options"),
    [
        ("classifier", 1, {}),
        ("classifier", 4, {}),
        ("classifier", 2, {"patience": 3}),  # stops early, by what it remembers
        ("classifier", 2, {"encoder_lr": 1e-5, "optimizer": torch.optim.AdamW}),
        ("pretrainer", 1, {}),
        ("pretrainer", 4, {"optimizer": torch.optim.SGD, "optimizer__momentum": 0.9}),
    ],
)
def test_stopped_after_any_epoch(tmp_path, kind, n_epochs, options):
    whole = fit(kind, None, **options)
    stop_after(kind, tmp_path, n_epochs, **options)
    assert_same_fit(fit(kind, tmp_path, **options), whole)
    assert_same_fit(fit(kind, tmp_path, **options), whole)  # nothing is left to do


def test_all_generators_resume(tmp_path):
    def options():
        np.random.seed(1)  # noqa: NPY002
        random.seed(2)
        return {"augmentation": [Compose([Dithering(random_state=3)])]}

    whole = fit("classifier", None, **options())
    stop_after("classifier", tmp_path, 3, **options())
    assert_same_fit(fit("classifier", tmp_path, **options()), whole)


class Noisy(Dataset):
    """Windows that are different whenever they are read."""

    def __len__(self):
        return 16

    def __getitem__(self, i):
        return data()[0][i] + 1e-6 * np.random.standard_normal((19, 800)), 0  # noqa: NPY002


def test_loaders_resume(tmp_path):
    def fit_noisy(folder, **options):
        np.random.seed(1)  # noqa: NPY002
        own = torch.Generator().manual_seed(7)
        return pretrainer(folder, iterator_train__generator=own, **options).fit(Noisy())

    whole = fit_noisy(None)
    with pytest.raises(Stopped):
        fit_noisy(tmp_path, callbacks=[StopAfter(3)])
    assert_same_fit(fit_noisy(tmp_path), whole)


def test_state_of_callbacks_resumes(tmp_path):
    def callbacks():
        return [("plateau", LRScheduler("ReduceLROnPlateau", monitor="train_loss", patience=1))]

    options = {"lr": 3.0, "callbacks__schedule": None}
    whole = fit("classifier", None, callbacks=callbacks(), **options)
    assert whole.optimizer_.param_groups[0]["lr"] < 3.0
    with pytest.raises(Stopped):
        fit("classifier", tmp_path, callbacks=[*callbacks(), StopAfter(4)], **options)
    assert_same_fit(fit("classifier", tmp_path, callbacks=callbacks(), **options), whole)


def test_partial_fit_resumes_after_an_interruption(tmp_path):
    def go_on(folder, n_epochs=None):
        estimator = read_asgpf(tmp_path / "model")
        estimator.set_params(max_epochs=3, resume_dir=folder, random_state=0, verbose=0)
        if n_epochs:
            estimator.callbacks_.append(("stop", StopAfter(n_epochs)))
        return estimator.partial_fit(*data())

    first = fit("classifier", tmp_path / "state", max_epochs=2)
    first.save(tmp_path / "model")
    whole = go_on(None)
    with pytest.raises(Stopped):
        go_on(tmp_path / "further", 4)
    assert_same_fit(go_on(tmp_path / "further"), whole)
    first.partial_fit(*data())  # in the same estimator, the folder begins anew
    assert len(first.history) == 4


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kind", MAKERS)
def test_killed_at_random_moments(tmp_path, monkeypatch, kind):
    state = tmp_path / "state" / STATE_FILE
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what takes long is imported once
    first = context.Process(target=print)  # starts when all is imported
    first.start()
    first.join()
    rng, kept = np.random.default_rng(0), state.parent / "history"
    for _ in range(4):
        n_epochs = len(list(kept.glob("*.json"))) + rng.integers(1, 5)
        process = context.Process(target=fit_alone, args=(kind, state.parent))
        process.start()
        while process.is_alive() and len(list(kept.glob("*.json"))) < n_epochs:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.1))  # anywhere in an epoch, or while one is written
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    assert_same_fit(fit_alone(kind, state.parent), fit_alone(kind, None))
    assert not list(tmp_path.rglob(".partial*"))


def fit_alone(kind, folder):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return fit(kind, folder, max_epochs=40)
    finally:
        torch.set_num_threads(threads)


def test_another_fit_is_refused(tmp_path):
    X, y = data()
    state = tmp_path / STATE_FILE
    fit("classifier", tmp_path, max_epochs=1)
    for options, message in (
        ({"lr": 1e-2}, "its lr was 0.004, now it is 0.01"),
        ({"max_epochs": 2}, "its max_epochs was 1, now it is 2"),
        ({"random_state": 1}, "its random_state was 0"),
        ({"module__n_units": 8}, "its module__n_units was 4"),
    ):
        with pytest.raises(InputError, match=message):
            fit("classifier", tmp_path, **{"max_epochs": 1} | options)
    with pytest.raises(InputError, match="its training data was"):
        classifier(tmp_path, max_epochs=1).fit(X, y[::-1])
    with pytest.raises(InputError, match="its training data was"):
        classifier(tmp_path, max_epochs=1).fit(2 * X, y)
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(InputError, match="cannot be read"):
        fit("classifier", tmp_path, max_epochs=1)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("class_weight", {"AB": 1.0, "CF": 2.0}, {"AB": 1.0, "CF": 50.0}),
        ("random_state", np.int64(0), np.int64(1)),
        ("train_split", partial(split_off, k=0), partial(split_off, k=3)),
        ("augmentation", [GaussianNoise(1.0, std=0.1)], [GaussianNoise(1.0, std=9.0)]),
    ],
)
def test_settings_are_compared_by_what_they_hold(tmp_path, name, one, other):
    fit("classifier", tmp_path, **{"max_epochs": 1, name: one})
    fit("classifier", tmp_path, **{"max_epochs": 1, name: one})
    with pytest.raises(InputError, match=f"its {name} was"):
        fit("classifier", tmp_path, **{"max_epochs": 1, name: other})


def test_any_fit_can_be_trained_on(tmp_path):
    early = fit("classifier", tmp_path, patience=1, lr=1e-9, max_epochs=4)
    n_epochs = len(early.history)
    assert n_epochs < 4
    early.partial_fit(*data())
    assert len(early.history) > n_epochs


def test_a_stopped_fit_is_not_overwritten_by_another_part(tmp_path):
    stop_after("classifier", tmp_path, 2)
    other = fit("classifier", None, max_epochs=2).set_params(resume_dir=tmp_path)
    with pytest.raises(InputError, match="its first epoch was 0, now it is 2"):
        other.partial_fit(*data())


def test_files_of_a_killed_fit_are_removed(tmp_path):
    stop_after("classifier", tmp_path, 2)
    for folder in (tmp_path, tmp_path / "history"):
        (folder / f"{PARTIAL}x").touch()
    fit("classifier", tmp_path)
    assert not list(tmp_path.rglob(f"{PARTIAL}*"))


class Remembering(Callback):
    """A callback that has something to tell at the end."""

    def on_train_begin(self, net, **kwargs):
        self.seen_, self.drawn_ = [], np.zeros(2)

    def on_epoch_end(self, net, **kwargs):
        self.seen_ = [*self.seen_, len(net.history)]
        self.drawn_ = self.drawn_ + np.random.uniform()  # noqa: NPY002


def test_callbacks_keep_lists_and_the_user_keeps_the_generators(tmp_path):
    remembering = [("memory", Remembering())]
    whole = fit("classifier", None, callbacks=remembering)
    with pytest.raises(Stopped):
        fit("classifier", tmp_path, callbacks=[("memory", Remembering()), StopAfter(3)])
    np.random.seed(77)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    resumed = fit("classifier", tmp_path, callbacks=[("memory", Remembering())])
    assert dict(resumed.callbacks_)["memory"].seen_ == [1, 2, 3, 4, 5, 6]
    assert dict(whole.callbacks_)["memory"].seen_ == [1, 2, 3, 4, 5, 6]
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_a_callback_that_cannot_be_kept_is_named(tmp_path):
    class Rate:
        def __init__(self):
            self.of = lambda epoch: 0.5**epoch

        def __call__(self, epoch):
            return self.of(epoch)

    callbacks = [("own", LRScheduler("LambdaLR", lr_lambda=Rate()))]
    with pytest.raises(InputError, match="callbacks: own"):
        fit("classifier", tmp_path, callbacks=callbacks, callbacks__schedule=None)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKERS)
def test_loading_in_other_processes_resumes(tmp_path, kind):
    options = {"iterator_train__num_workers": 1, "iterator_train__persistent_workers": True}
    options |= {"train_split": None, "max_epochs": 3, "iterator_train__generator": None}
    whole = fit(kind, None, **options)
    stop_after(kind, tmp_path, 2, **options)
    assert_same_fit(fit(kind, tmp_path, **options), whole)


def test_other_weights_to_start_from_are_another_fit(tmp_path):
    for seed in (0, 1):
        ASGPFPretrainer(**TINY | {"max_epochs": 1, "random_state": seed}).fit(data()[0]).save(
            tmp_path / f"pretrained{seed}"
        )
    options = {name: value for name, value in TINY.items() if "module" not in name}
    options |= {"max_epochs": 1, "resume_dir": tmp_path / "state"}
    X, y = data()
    ASGPFClassifier(pretrained=tmp_path / "pretrained0", **options).fit(X[..., :400], y)
    with pytest.raises(InputError, match="its initial weights was"):
        ASGPFClassifier(pretrained=tmp_path / "pretrained1", **options).fit(X[..., :400], y)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no files")
@pytest.mark.parametrize("kind", MAKERS)
def test_a_full_disk_keeps_what_was_good(tmp_path, kind):
    import resource

    whole = fit(kind, None)
    stop_after(kind, tmp_path, 2)
    good = (tmp_path / STATE_FILE).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(good) // 2, limits[1]))
    try:
        with pytest.raises(InputError, match="after epoch 3 cannot be written .*free space"):
            fit(kind, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / STATE_FILE).read_bytes() == good
    assert not list(tmp_path.glob(".partial*"))
    assert_same_fit(fit(kind, tmp_path), whole)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_loss_that_is_nan_stops(tmp_path, monkeypatch, kind):
    estimator = MAKERS[kind](tmp_path)
    get_loss, calls = type(estimator).get_loss, []

    def lose(self, *args, training=False, **kwargs):
        calls.append(training)
        loss = get_loss(self, *args, training=training, **kwargs)
        return loss * float("nan") if sum(calls) == 10 else loss

    with monkeypatch.context() as patch:
        patch.setattr(type(estimator), "get_loss", lose)
        with pytest.raises(InputError, match="loss is nan.*last epoch are in"):
            estimator.fit(*data())
    assert not any(value.isnan().any() for value in weights(estimator).values())
    assert_same(weights(fit(kind, tmp_path)), weights(fit(kind, None)))


def test_a_gradient_that_is_nan_stops(tmp_path):
    class Spoil(torch.autograd.Function):
        @staticmethod
        def forward(ctx, loss):
            return loss.clone()

        @staticmethod
        def backward(ctx, gradient):
            return gradient * float("inf")

    class Spoiled(ASGPFClassifier):
        def get_loss(self, *args, training=False, **kwargs):
            loss = super().get_loss(*args, training=training, **kwargs)
            return Spoil.apply(loss) if training and len(self.history) == 2 else loss

    estimator = Spoiled(resume_dir=tmp_path, **TINY)
    with pytest.raises(InputError, match="epoch 2: the gradient is NaN or infinite: the weights"):
        estimator.fit(*data())
    assert not any(value.isnan().any() for value in weights(estimator).values())


@pytest.mark.parametrize("kind", MAKERS)
def test_without_callbacks_it_is_normalised_augmented_and_resumes(tmp_path, kind):
    options = {"callbacks": "disable", "max_epochs": 2, "augmentation": "varied"}
    estimator = fit(kind, tmp_path, **options)
    assert estimator.module_.signals_to_graphs.normalisation.is_fixed
    assert estimator.transforms_
    assert_same(weights(fit(kind, tmp_path, **options)), weights(estimator))


def test_a_fit_that_did_not_start_leaves_what_was_learned_resumable(tmp_path):
    estimator = classifier(tmp_path / "state", max_epochs=1).fit(*data())
    name = estimator._trained_by
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file: is a file"):
        estimator.set_params(resume_dir=tmp_path / "file").partial_fit(*data())
    assert estimator._trained_by == name
