"""Models on the hub: pushed with a descriptive card, pulled only as safe files."""

import shutil
import sys
from types import SimpleNamespace

import huggingface_hub
import numpy as np
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from small_net import SMALL_MODULE

from mne_asgpf import ASGPF, ASGPFClassifier, ASGPFPretrainer, InputError, read_asgpf

TRAINING = {"max_epochs": 1, "random_state": 0, "verbose": 0, "clip_len": 2.0, **SMALL_MODULE}
X = 2e-5 * np.random.default_rng(0).standard_normal((8, 19, 800))
NOTES = {"data": "white noise", "synthetic": True, "limits": "It has seen no EEG."}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub of folders, without a network."""

    class Api:
        def create_repo(self, repo_id, private, exist_ok):
            (tmp_path / repo_id).mkdir(parents=True, exist_ok=exist_ok)

        def upload_folder(self, repo_id, folder_path, revision):
            shutil.copytree(folder_path, tmp_path / repo_id, dirs_exist_ok=True)
            return SimpleNamespace(repo_url=f"https://huggingface.co/{repo_id}")

    def snapshot_download(repo_id, revision, allow_patterns):
        if not (tmp_path / repo_id).is_dir():
            raise LocalEntryNotFoundError(f"no {repo_id} here")
        pulled = tmp_path / "pulled"
        pulled.mkdir(exist_ok=True)
        for path in (tmp_path / repo_id).iterdir():
            if path.name in allow_patterns:
                shutil.copyfile(path, pulled / path.name)
        return str(pulled)

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return tmp_path


@pytest.fixture(scope="module")
def pretrainer():
    return ASGPFPretrainer(**TRAINING).fit(X)


@pytest.fixture(scope="module")
def classifier(pretrainer):
    return ASGPFClassifier(pretrained=pretrainer, min_batches=1, **TRAINING).fit(
        X, ["CF", "GN"] * 4
    )


def test_a_pushed_model_is_pulled(hub, pretrainer):
    url = pretrainer.push_to_hub("someone/encoder", notes=NOTES)
    assert url == "https://huggingface.co/someone/encoder"
    (hub / "someone" / "encoder" / "pytorch_model.bin").write_bytes(b"a pickle")
    twin = read_asgpf("someone/encoder")
    np.testing.assert_array_equal(twin.transform(X), pretrainer.transform(X))
    pulled = {path.name for path in (hub / "pulled").iterdir()}
    assert pulled == {"README.md", "model.json", "model.safetensors"}
    clf = ASGPFClassifier(pretrained="someone/encoder", min_batches=1, **TRAINING).fit(
        X, [0, 1] * 4
    )
    assert [data.estimator for data in clf.training_data_] == ["pretrainer", "classifier"]


def test_card_describes_the_model(hub, classifier):
    classifier.push_to_hub("someone/types", notes=NOTES | {"scores": {"weighted F1": 0.5}})
    card = huggingface_hub.ModelCard.load(hub / "someone" / "types" / "README.md")
    assert card.data.library_name == "mne_asgpf"
    assert "synthetic-data" in card.data.tags
    for part in (
        "# someone/types",
        "**Synthetic data.**",
        'read_asgpf("someone/types")',
        "| CF | combined focal |",
        "white noise",
        "| classifier | 1 | unknown | 0.0 | 8 |",
        "| valid_loss |",
        '{"weighted F1": 0.5}',
        "**Not a medical device**",
        "It has seen no EEG.",
    ):
        assert part in card.text
    notes = {"data": "recordings of a hospital"}
    classifier.push_to_hub("someone/types", notes=notes)
    text = (hub / "someone" / "types" / "README.md").read_text(encoding="utf-8")
    assert "ynthetic" not in text
    assert "On other data: not stated." in text


def test_a_model_without_notes_on_its_data_is_not_pushed(hub, classifier):
    with pytest.raises(InputError, match="what data"):
        classifier.push_to_hub("someone/types", notes={"synthetic": True})
    assert not (hub / "someone").exists()


@pytest.mark.parametrize("name", ["someone/else", "nobody/nothing"])
def test_a_missing_repository_is_refused(hub, name):
    with pytest.raises(InputError, match="neither a folder nor a repository"):
        read_asgpf(name)


def test_what_was_pulled_once_needs_no_network(monkeypatch, tmp_path, pretrainer):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="nor a repository on the hub"):
        read_asgpf("someone/encoder")
    commit = "0" * 40
    cached = tmp_path / "models--someone--encoder"
    pretrainer.save(cached / "snapshots" / commit, notes=NOTES)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    np.testing.assert_array_equal(
        read_asgpf("someone/encoder").transform(X), pretrainer.transform(X)
    )


def test_bare_models_are_pushed_as_braindecodes_are(monkeypatch, tmp_path):
    class Api:
        def __init__(self, token):
            pass

        def create_repo(self, repo_id, private, exist_ok):
            return SimpleNamespace(repo_id=repo_id)

        def upload_folder(self, repo_id, folder_path, **_):
            shutil.copytree(folder_path, tmp_path / repo_id)

    monkeypatch.setattr(huggingface_hub.hub_mixin, "HfApi", Api)
    model = ASGPF(n_outputs=2, n_chans=3, n_times=800, sfreq=200.0, n_units=4).eval()
    model.push_to_hub("someone/bare")
    folder = tmp_path / "someone" / "bare"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "config.json",
        "model.safetensors",
    }
    x = torch.from_numpy(X[:2, :3].astype(np.float32))
    torch.testing.assert_close(ASGPF.from_pretrained(folder)(x), model(x))


def test_a_folder_is_not_searched_on_the_hub(hub, classifier, tmp_path):
    with pytest.raises(InputError, match="not a saved model"):
        read_asgpf(tmp_path / "nothing")
    with pytest.raises(InputError, match="do not have revisions"):
        read_asgpf(tmp_path / "nothing", revision="main")


def test_without_the_extra_the_remedy_is_its_installation(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match="pip install"):
        read_asgpf("someone/else")
