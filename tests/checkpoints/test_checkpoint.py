"""Saved models: metadata, exact reading, and refusal of any other file."""

import collections
import hashlib
import json
import os
import random
import shutil
import warnings

import mne
import numpy as np
import pytest
import torch
from model_files import content_of, seal
from raws import raw_of
from safetensors.torch import load_file, save_file
from small_net import SMALL_MODULE

from mne_asgpf import ASGPF, ASGPFClassifier, ASGPFPretrainer, InputError, read_asgpf
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.checkpoints.reference_output import reference_output, same_numbers
from mne_asgpf.estimators import PatientSplit

#: How many mutated checkpoints are read; raise it to look harder.
N_MUTATIONS = int(os.environ.get("MNE_ASGPF_MUTATIONS", "300"))
TRAINING = {"max_epochs": 2, "random_state": 0, "verbose": 0, "clip_len": 2.0, **SMALL_MODULE}
PATIENTS = ("aaaaaaac", "aaaaaaad")


def noise_with_seizures(patient):
    rng = np.random.default_rng(int(patient, 36))
    labels = ["fnsz", "absz", "tnsz"] if patient == PATIENTS[0] else ["gnsz", "absz", "tcsz"]
    events = [(4.0 + 10 * i, 6.0, label) for i, label in enumerate(labels)]
    return raw_of(2e-5 * rng.standard_normal((19, 200 * 40)), patient=patient, events=events)


@pytest.fixture(scope="module")
def raws():
    return [noise_with_seizures(patient) for patient in PATIENTS]


@pytest.fixture(scope="module")
def pretrainer(raws):
    return ASGPFPretrainer(**TRAINING).fit(raws)


@pytest.fixture(scope="module")
def classifier(raws, pretrainer):
    options = TRAINING | {"min_batches": 1, "train_split": PatientSplit()}
    return ASGPFClassifier(pretrained=pretrainer, **options).fit(raws)


@pytest.fixture(scope="module")
def saved(classifier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "model"
    classifier.save(folder, notes={"data": "noise", "synthetic": True})
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "model")


def seal_weights(folder):
    weights = (folder / "model.safetensors").read_bytes()
    seal(folder, content_of(folder) | {"weights_sha256": hashlib.sha256(weights).hexdigest()})


def test_metadata_are_complete(saved, classifier):
    content = content_of(saved)
    assert content["schema_version"] == 4
    assert content["versions"]["torch"] == torch.__version__.split("+")[0]
    assert content["estimator"]["channels"] == list(ELECTRODES)
    assert content["estimator"]["sfreq"] == 200
    assert content["unit"] == "V"
    assert set(content["normalisation"]) == {"mean", "std"}
    assert content["classes"] == ["CF", "GN", "AB", "CT", "bckg"]
    assert content["taxonomy"]["CF"]["labels"] == ["fnsz", "spsz", "cpsz"]
    assert content["taxonomy"]["CT"]["szcore"] == "sz_gen_m"
    assert len(content["history"]) == 2
    assert content["metrics"]["epoch"] in (1, 2)
    assert np.isfinite(content["metrics"]["valid_loss"])
    assert all(np.isfinite(content["reference_output"]))
    assert {path.name for path in saved.iterdir()} == {"model.json", "model.safetensors"}


def test_manifest_identifies_recordings_but_not_patients(saved, raws):
    content = content_of(saved)
    text = (saved / "model.json").read_text(encoding="utf-8")
    assert not any(patient in text for patient in PATIENTS)
    assert [data["estimator"] for data in content["training_data"]] == ["pretrainer", "classifier"]
    for data in content["training_data"]:
        assert [one["seconds"] for one in data["recordings"]] == [40, 40]
        assert len({one["patient"] for one in data["recordings"]}) == 2
        assert len({one["sha256"] for one in data["recordings"]}) == 2
        assert {one["hash_of"] for one in data["recordings"]} == {"signals"}
    twin = read_asgpf(saved)
    assert twin.seen_patients(["aaaaaaaz", *PATIENTS]) == list(PATIENTS)


def test_recordings_of_files_are_known_by_their_file(tmp_path, raws):
    path = tmp_path / "one_raw.fif"
    raws[0].save(path, verbose="error")
    raw = mne.io.read_raw(path, verbose="error")
    pretrainer = ASGPFPretrainer(**(TRAINING | {"max_epochs": 1, "train_split": None})).fit(raw)
    (recording,) = pretrainer.training_data_[0].recordings
    assert recording.hash_of == "file"
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_windows_of_patients_are_hashed_patient_by_patient(raws):
    X = 2e-5 * np.random.default_rng(0).standard_normal((4, 19, 400))
    options = TRAINING | {"max_epochs": 1, "train_split": None}
    pretrainer = ASGPFPretrainer(**options).fit(X, groups=["a", "b", "a", "a"])
    recordings = pretrainer.training_data_[0].recordings
    assert [one.windows for one in recordings] == [3, 1]
    assert pretrainer.seen_patients(["a", "c"]) == ["a"]
    (recording,) = ASGPFPretrainer(**options).fit(X).training_data_[0].recordings
    assert (recording.windows, recording.patient) == (4, None)


@pytest.mark.parametrize("kind", ["pretrainer", "classifier"])
def test_a_saved_model_is_read_unchanged_and_can_be_saved_again(kind, request, raws, tmp_path):
    estimator = request.getfixturevalue(kind)
    estimator.save(tmp_path / "model", notes={"scores": {"weighted F1": 0.5}})
    state = torch.random.get_rng_state()
    twin = read_asgpf(tmp_path / "model")
    assert torch.equal(torch.random.get_rng_state(), state)
    method = "transform" if kind == "pretrainer" else "predict_proba"
    expected = getattr(estimator, method)(raws[0])
    np.testing.assert_array_equal(getattr(twin, method)(raws[0]), expected)
    assert [epoch["train_loss"] for epoch in twin.history] == estimator.history[:, "train_loss"]
    twin.save(tmp_path / "again")
    for name in ("model.json", "model.safetensors"):
        again = (tmp_path / "again" / name).read_bytes()
        assert again == (tmp_path / "model" / name).read_bytes()


def test_a_read_estimator_continues_or_restarts_training(classifier, saved, raws):
    twin = read_asgpf(saved)
    assert twin.get_params()["module__n_units"] == 4
    before = twin.module_.final_layer.weight.clone()
    twin.set_params(verbose=0, random_state=0)
    twin.partial_fit(raws)
    assert len(twin.history) > 2
    assert not torch.equal(twin.module_.final_layer.weight, before)
    assert len(twin.training_data_) == 2  # the same recordings once more
    twin.set_params(max_epochs=1).fit(raws)
    assert len(twin.history) == 1
    assert [data.estimator for data in twin.training_data_] == ["classifier"]
    assert twin.notes_ == {}


def test_encoder_from_a_folder_keeps_its_training_data(raws, pretrainer, tmp_path):
    pretrainer.save(tmp_path / "encoder")
    options = TRAINING | {"max_epochs": 1, "train_split": None}
    clf = ASGPFClassifier(pretrained=tmp_path / "encoder", min_batches=1, **options).fit(raws[1])
    assert [data.estimator for data in clf.training_data_] == ["pretrainer", "classifier"]
    assert clf.seen_patients(PATIENTS) == list(PATIENTS)


@pytest.mark.parametrize("variant", ["repaired", "released", "light"])
def test_rounding_does_not_move_the_reference_output(variant):
    torch.manual_seed(0)
    sizes = {"n_chans": 5, "n_outputs": 3, "n_times": 800, "sfreq": 200}
    module = ASGPF(**sizes, n_units=8, variant=variant)
    values = reference_output(module)
    assert module.training
    assert same_numbers(reference_output(module.double()), values)
    with torch.no_grad():
        module.final_layer.bias.add_(1e-3)
    assert not same_numbers(reference_output(module), values)


def damage_json(folder):
    (folder / "model.json").write_text("{")


def damage_weights(folder):
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])


def edit_tensors(edit):
    def damage(folder):
        tensors = load_file(folder / "model.safetensors")
        edit(tensors)
        save_file(tensors, folder / "model.safetensors")
        seal_weights(folder)

    return damage


def edit_json(**changes):
    return lambda folder: seal(folder, content_of(folder) | changes)


def edit_module(**changes):
    def damage(folder):
        content = content_of(folder)
        seal(folder, content | {"module": content["module"] | changes})

    return damage


def reformat(folder):
    (folder / "model.json").write_text(json.dumps(content_of(folder), indent=1))


def other_weights(folder):
    save_file({"a": torch.zeros(1)}, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_json, "not describe a model of mne_asgpf"),
        (reformat, "not describe a model of mne_asgpf"),
        (lambda folder: (folder / "model.json").unlink(), "not a saved model"),
        (lambda folder: (folder / "model.safetensors").unlink(), "not a saved model"),
        (damage_weights, "does not match model.json"),
        (other_weights, "does not match model.json"),
        (edit_json(schema_version=99), "schema version 99"),
        (edit_json(format="other"), "not describe a model of mne_asgpf"),
        (edit_json(estimator={}), "estimator"),
        (edit_json(reference_output=[0.0]), "does not reproduce"),
        (edit_json(classes=["a", "b"]), "is 2, but"),
        (edit_module(n_layers=10**9), "n_layers"),
        (edit_module(n_units=10**9), "does not run"),
        (edit_module(n_units=5), "wrong shape"),
        (edit_module(n_propagation_steps=10**9), "n_propagation_steps"),
        (edit_module(variant="other"), "does not run"),
        (edit_module(activation="antigravity.geohash"), "not an activation"),
        (edit_tensors(lambda t: t["final_layer.bias"].fill_(torch.nan)), "NaN"),
        (
            edit_tensors(lambda t: t.pop("final_layer.bias")),
            "missing: final_layer.bias",
        ),
        (edit_tensors(lambda t: t["final_layer.bias"].add_(1)), "does not reproduce"),
    ],
)
def test_damaged_model_is_refused(copy, damage, message):
    damage(copy)
    with pytest.raises(InputError, match=message):
        read_asgpf(copy)


def test_models_that_cannot_be_read_are_not_written(classifier, raws, tmp_path):
    with pytest.raises(InputError, match="safe|strings"):
        classifier.save(tmp_path / "model", notes={"data": object()})
    with pytest.raises(InputError, match="finite"):
        classifier.save(tmp_path / "model", notes={"score": float("nan")})
    options = TRAINING | {"max_epochs": 1, "train_split": None}
    own = ASGPFPretrainer(module__activation=type("Own", (torch.nn.Tanh,), {}), **options)
    with pytest.raises(InputError, match="not an activation"):
        own.fit(raws).save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


class OtherHead(ASGPF):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.final_layer = torch.nn.Sequential(torch.nn.Identity(), self.final_layer)


def test_head_of_a_subclass_trains_and_is_not_saved(raws, tmp_path):
    classifier = ASGPFClassifier(
        module=OtherHead, **TRAINING | {"max_epochs": 1, "min_batches": 1}
    ).fit(raws)
    assert len(classifier.predict(raws[0])) == 20
    with pytest.raises(InputError, match="final_layer.*the head that it was built with"):
        classifier.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_a_changed_taxonomy_raises_a_warning(copy):
    content = content_of(copy)
    content["taxonomy"]["CF"]["labels"] = ["fnsz"]
    seal(copy, content)
    with pytest.warns(RuntimeWarning, match="classes CF are those"):
        read_asgpf(copy)


NASTY = (
    *(None, True, -1, 0, 1, 2, 10**9, 10**30, 1e308, -0.5, "", "x" * 1000, "os.system", "\ud800"),
    *([], {}, [[]] * 3, {"a": {"b": []}}, "torch.nn.modules.activation.ReLU"),
)


def mutate_bytes(folder, rng):
    """Change a file as discs, networks and editors do; its hashes are unchanged."""
    file = folder / rng.choice(["model.json", "model.safetensors"])
    content = bytearray(file.read_bytes())
    at, length = rng.randrange(len(content)), rng.randrange(1, 200)
    before = bytes(content)
    kind = rng.choice(["flip", "insert", "delete", "truncate", "repeat", "noise"])
    if kind == "flip":
        content[at] ^= 1 << rng.randrange(8)
    elif kind == "insert":
        content[at:at] = rng.randbytes(length)
    elif kind == "delete":
        del content[at : at + length]
    elif kind == "truncate":
        del content[at:]
    elif kind == "repeat":
        content[at:at] = content[at : at + length]
    else:
        content[at : at + length] = rng.randbytes(length)
    file.write_bytes(content)
    return bytes(content) != before


def mutate_json(folder, rng):
    """Change a value anywhere in the description, and seal it again."""
    content = content_of(folder)
    place = content
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys)
        if not isinstance(place[key], (dict, list)) or not place[key] or rng.random() < 0.3:
            break
        place = place[key]
    kind = rng.choice(["delete", "replace", "replace", "number", "rename"])
    if kind == "delete":
        del place[key]
    elif kind == "number" and isinstance(place[key], (int, float)):
        place[key] = place[key] * rng.choice([-1, 2, 0.5, 1.01]) + rng.choice([0, 1])
    elif kind == "rename" and isinstance(place, dict):
        place[key + "x"] = place.pop(key)
    else:
        place[key] = rng.choice(NASTY)
    seal(folder, content)


def mutate_tensors(folder, rng):
    """Change bytes of the weights, and seal them again."""
    file = folder / "model.safetensors"
    content = bytearray(file.read_bytes())
    header = int.from_bytes(content[:8], "little") + 8
    at = rng.randrange(header) if rng.random() < 0.5 else rng.randrange(header, len(content))
    content[at] ^= 1 << rng.randrange(8)
    file.write_bytes(content)
    seal_weights(folder)


def test_mutated_files_do_not_load_silently(saved, tmp_path):
    rng = random.Random(0)
    X = 2e-5 * np.random.default_rng(0).standard_normal((2, 19, 400))
    expected = read_asgpf(saved).predict_proba(X)
    outcomes = collections.Counter()
    for i in range(N_MUTATIONS):
        folder = shutil.copytree(saved, tmp_path / str(i))
        mutate = rng.choice([mutate_bytes, mutate_json, mutate_tensors])
        changed = mutate(folder, rng)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".*the taxonomy has changed")
                twin = read_asgpf(folder)
        except InputError:
            outcomes[mutate.__name__, "refused"] += 1
        else:
            outcomes[mutate.__name__, "loaded"] += 1
            assert not changed  # changes that hashes do not cover are found
            np.testing.assert_allclose(twin.predict_proba(X), expected, rtol=2e-4, atol=2e-4)
        shutil.rmtree(folder)
    print(dict(outcomes))  # seen with -s
    assert outcomes["mutate_bytes", "refused"] > N_MUTATIONS / 4
