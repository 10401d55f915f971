"""The state of a training is sealed, and one that was made up is refused by name."""

import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from test_resuming import MAKERS, assert_same_fit, fit, stop_after

from mne_asgpf.atomic import only_writer
from mne_asgpf.errors import InputError
from mne_asgpf.estimators.training.resume import STATE_FILE
from mne_asgpf.estimators.training.state_file import read_state, write_state

OPTIONS = {"max_epochs": 2}


@pytest.fixture(scope="module", params=MAKERS)
def kept(request, tmp_path_factory):
    """A training that was stopped after its first epoch: its kind, its folder, its files."""
    folder = tmp_path_factory.mktemp(request.param)
    stop_after(request.param, folder, 1, **OPTIONS)
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield request.param, folder, files


@pytest.fixture(autouse=True)
def restored(request):
    if "kept" in request.fixturenames:
        for path, content in request.getfixturevalue("kept")[2].items():
            path.write_bytes(content)


def test_any_flipped_bit_is_noticed(kept):
    kind, _, files = kept
    rng = np.random.default_rng(0)
    for path, content in files.items():
        places = {0, 7, 8, 9, len(content) - 1, *rng.integers(len(content), size=100)}
        at_seal = content.find(b'"sha256":"')
        places |= set(range(at_seal, at_seal + 12)) if at_seal > 0 else set()
        for place in places:
            damaged = bytearray(content)
            damaged[place] ^= 1 << rng.integers(8)
            path.write_bytes(damaged)
            with pytest.raises(InputError, match="cannot be read"):
                if path.name == STATE_FILE:
                    read_state(path)
                else:
                    fit(kind, path.parent.parent, **OPTIONS)
        path.write_bytes(content)


def test_a_damaged_state_stops_the_fit(kept):
    kind, folder, files = kept
    content = bytearray(files[folder / STATE_FILE])
    content[len(content) // 2] ^= 4
    (folder / STATE_FILE).write_bytes(content)
    with pytest.raises(InputError, match=f"{STATE_FILE}: .*damaged.*remove the folder"):
        fit(kind, folder, **OPTIONS)


def put(state, path, value):
    """Give a state with another value in a place."""
    if not path:
        return value
    first, *rest = path
    if isinstance(state, dict):
        return state | {first: put(state[first], rest, value)}
    return [put(item, rest, value) if i == first else item for i, item in enumerate(state)]


@pytest.mark.parametrize("value", [None, "x", -1, torch.zeros(2)], ids=str)
@pytest.mark.parametrize(
    "path",
    [
        *([name] for name in ("name", "settings", "first_epoch", "rows", "parts", "generators")),
        *([name] for name in ("callbacks", "transforms")),
        ["rows", 0],
        ["parts", "module"],
        ["parts", "optimizer", "state", 0],
        ["parts", "optimizer", "state", 0, "exp_avg"],
        ["callbacks", "schedule", "lr_scheduler_"],
        ["generators", 0, "numpy"],
        ["generators", 0, "torch"],
        ["settings", "random_state"],
    ],
    ids=lambda path: "-".join(map(str, path)),
)
def test_a_forged_state_is_refused_by_name(kept, path, value):
    kind, folder, _ = kept
    forged = put(read_state(folder / STATE_FILE), path, value)
    write_state(folder / STATE_FILE, forged)
    fits = path == ["name"] and value == "x"
    with nullcontext() if fits else pytest.raises(InputError, match=re.escape(str(folder))):
        fit(kind, folder, **OPTIONS)


def test_forged_best_weights_are_refused(tmp_path):
    stop_after("classifier", tmp_path, 1, **OPTIONS)
    where = ["callbacks", "early_stopping", "best_model_weights_", "value"]
    forged = put(read_state(tmp_path / STATE_FILE), where, {"x": torch.zeros(2)})
    write_state(tmp_path / STATE_FILE, forged)
    with pytest.raises(InputError, match="of another module"):
        fit("classifier", tmp_path, **OPTIONS)


def test_other_files_than_states_are_refused(tmp_path):
    for content in (b"", b"x" * 99, b'"sha256":"', json.dumps({"sha256": "0" * 64}).encode()):
        (tmp_path / STATE_FILE).write_bytes(content)
        with pytest.raises(InputError, match="cannot be read"):
            fit("classifier", tmp_path, **OPTIONS)


class Failing(Callback):
    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 3:
            raise ZeroDivisionError


def test_errors_elsewhere_are_not_hidden(tmp_path):
    stop_after("classifier", tmp_path, 1, max_epochs=3)
    with pytest.raises(ZeroDivisionError):
        fit("classifier", tmp_path, max_epochs=3, callbacks=[Failing()])


def test_two_fits_do_not_share_a_folder(tmp_path):
    script = "import sys, test_resuming as t; t.fit('pretrainer', sys.argv[1], max_epochs=2)"
    environment = dict(
        os.environ, PYTHONPATH=os.pathsep.join([os.path.dirname(__file__), *sys.path])
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with only_writer(tmp_path):
        found = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert f"InputError: {tmp_path}: process {os.getpid()} on " in found.stderr
    assert_same_fit(fit("pretrainer", tmp_path, **OPTIONS), fit("pretrainer", None, **OPTIONS))
