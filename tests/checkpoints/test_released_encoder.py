"""The encoder that comes with the package: found by name, small, and with an honest card."""

import json
import sys
import tomllib
from inspect import signature
from pathlib import Path

import numpy as np
import pytest

import mne_asgpf
from mne_asgpf import ASGPFClassifier, InputError, read_asgpf
from mne_asgpf.checkpoints.files import read_metadata
from mne_asgpf.checkpoints.hub import RELEASED
from mne_asgpf.checkpoints.model_card import model_card
from mne_asgpf.commands.main import main
from mne_asgpf.simulation import simulate_corpus

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from released_encoder import NAME, SYNTHETIC, tell_scores  # noqa: E402

TRAINING = {"max_epochs": 1, "random_state": 0, "verbose": 0, "train_split": None}
X = 2e-5 * np.random.default_rng(0).standard_normal((4, 19, 2400))


@pytest.fixture(scope="module")
def encoder():
    return read_asgpf(NAME)


def test_a_classifier_takes_it_by_name(encoder):
    clf = ASGPFClassifier(pretrained=NAME, lr=0.0, min_batches=1, **TRAINING).fit(X, [0, 1] * 2)
    given = encoder.module_.encoder.state_dict()
    for name, tensor in clf.module_.encoder.state_dict().items():
        np.testing.assert_array_equal(tensor, given[name])
    assert [data.estimator for data in clf.training_data_] == ["pretrainer", "classifier"]


def test_info_describes_it_by_name(capsys, tmp_path, monkeypatch):
    assert main(["info", NAME]) == 0
    told = capsys.readouterr().out
    assert "An example, not a default" in told
    assert "licence of the weights BSD" in told
    (tmp_path / NAME).mkdir()  # a folder of its name comes first
    monkeypatch.chdir(tmp_path)
    assert main(["info", NAME]) == 2


def test_it_is_better_than_guessing(encoder):
    assert encoder.objective == "within_patient"
    loss, chance = (encoder.metrics_[f"valid_within_patient{end}"] for end in ("", "_chance"))
    assert loss < chance


def test_its_corpus_can_be_simulated_again():
    signature(simulate_corpus).bind("corpus", **SYNTHETIC)


def test_it_lists_its_training_patients(encoder):
    assert encoder.seen_patients(["00", "35", "09", "36"]) == ["00", "35"]  # 36 of eegmat, 24 here
    assert len(encoder.training_data_[0].recordings) == 2 * 24 + 2 * 24


def test_the_card_is_that_of_the_model_and_attributes_its_data():
    card = (RELEASED / NAME / "README.md").read_text(encoding="utf-8")
    assert card == model_card(read_metadata(RELEASED / NAME), NAME)
    for part in (
        f'read_asgpf("{NAME}")',
        "doi:10.3390/data4010014",
        "ODC-BY 1.0",
        "synthetic EEG",
        "**Not a medical device**",
        "An example, not a default",
        "benchmarks/released_encoder.py",
        "less one from scratch",
    ):
        assert part in card


def test_it_is_small_and_runs_no_code():
    sizes = {path.name: path.stat().st_size for path in (RELEASED / NAME).iterdir()}
    assert set(sizes) == {"README.md", "model.json", "model.safetensors"}
    assert sum(sizes.values()) < 2**20


def test_data_files_are_packaged():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    package = Path(mne_asgpf.__file__).parent
    packaged = {
        path
        for name, patterns in project["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in package.parent.joinpath(*name.split(".")).glob(pattern)
    }
    others = {p for p in package.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert others == packaged


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=f"no released model.*one of: {NAME}"):
        read_asgpf("asgpf-huge")
    with pytest.raises(InputError, match=f"no released model.*one of: {NAME}"):
        ASGPFClassifier(pretrained="asgpf-huge", **TRAINING).fit(X, [0, 1] * 2)


def test_a_folder_of_its_name_comes_first(tmp_path, monkeypatch):
    (tmp_path / NAME).mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="not a saved model"):
        read_asgpf(NAME)


def test_scores_are_listed_with_those_from_scratch(tmp_path):
    for system, right in (("ASGPF [lr=0.004]", 0.5), (f"ASGPF [pretrained={NAME}]", 0.9)):
        cell = {
            **{"task": "tiny", "synthetic": True, "labels": 8, "seed": 0, "fold": 0},
            **{"system": system, "classes": ["a", "b"], "true": ["a", "b"] * 2},
            **{"subjects": ["s", "s", "t", "t"], "tested": ["s", "t"]},
            "probabilities": [[right, 1 - right], [1 - right, right]] * 2,
            **{"train_seconds": 1.0, "n_parameters": 1},
        }
        path = tmp_path / "cells" / "tiny" / f"{right}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(cell), encoding="utf-8")
    told = tell_scores(tmp_path)
    assert "8 labelled subjects, 2 tested, 1 trainings: 1.000, +0.500 (+0.500 to +0.500)" in told
    assert told.count("\n- ") == 1
