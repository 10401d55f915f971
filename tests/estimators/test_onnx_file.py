"""A classifier as an ONNX file: what it says, what it gives, and who can run it."""

import json
import subprocess
import sys
from pathlib import Path

import mne
import numpy as np
import pytest
from small_net import CHANNELS, CLIP, SFREQ, classifier, make_array, make_raw

from mne_asgpf import ASGPFPretrainer, InputError
from mne_asgpf.commands.main import main
from mne_asgpf.estimators.onnx_file import write_onnx

pytest.importorskip("onnxscript", reason='pip install "mne_asgpf[onnx]"')
onnxruntime = pytest.importorskip("onnxruntime", reason='pip install "mne_asgpf[onnx]"')

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
EXAMPLE = Path(__file__).parents[2] / "examples" / "run_onnx.py"


@pytest.fixture(scope="module")
def fitted():
    return classifier(max_epochs=1).fit(*make_array())


@pytest.fixture(scope="module")
def folder(fitted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    fitted.save(folder / "model")
    assert main(["export", str(folder / "model"), str(folder / "model.onnx")]) == 0
    return folder


def test_the_file_computes_the_classifiers_probabilities(fitted, folder):
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    X = make_array(n=7)[0].astype(np.float32)
    X[3, 1] = np.nan
    (logits,) = session.run(["logits"], {"signals": X})
    scores = np.exp(logits - logits.max(1, keepdims=True))
    expected = fitted.predict_proba(X)
    np.testing.assert_allclose(scores / scores.sum(1, keepdims=True), expected, atol=1e-5)


def test_the_file_describes_its_input(fitted, folder):
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    told = {k: json.loads(v) for k, v in session.get_modelmeta().custom_metadata_map.items()}
    normalisation = fitted.module_.signals_to_graphs.normalisation
    np.testing.assert_allclose(told["normalisation"]["mean"], normalisation.mean)
    np.testing.assert_allclose(told["normalisation"]["std"], normalisation.std)
    assert told["channels"] == list(CHANNELS)
    assert (told["sfreq"], told["clip_len"], told["input_unit"]) == (SFREQ, CLIP, "V")
    assert told["classes"] == fitted.classes_.tolist()


def test_the_example_runs_without_torch(fitted, folder):
    raw = make_raw()
    raw.save(folder / "recording_raw.fif", verbose="error")
    expected = fitted.predict_proba(mne.io.read_raw(folder / "recording_raw.fif"))
    without = "import sys; sys.modules['torch'] = None; import runpy; sys.argv = sys.argv[1:]; "
    files = [EXAMPLE, folder / "model.onnx", folder / "recording_raw.fif"]
    result = subprocess.run(
        [sys.executable, "-c", without + "runpy.run_path(sys.argv[0])", *files],
        capture_output=True,
        text=True,
    )
    lines = [line for line in result.stdout.splitlines() if " s: {" in line]
    assert len(lines) == len(expected) == 10, result.stderr
    for line, row in zip(lines, expected, strict=True):
        given = json.loads(line.split(": ", 1)[1].replace("'", '"'))
        np.testing.assert_allclose([given[name] for name in fitted.classes_], row, atol=2e-3)


def test_existing_files_are_not_replaced(folder, capsys):
    before = (folder / "model.onnx").read_bytes()
    assert main(["export", str(folder / "model"), str(folder / "model.onnx")]) == 2
    assert "model.onnx" in capsys.readouterr().err
    assert (folder / "model.onnx").read_bytes() == before


def test_unsupported_classifiers_are_refused(fitted, tmp_path):
    with pytest.raises(InputError, match="without classes"):
        write_onnx(ASGPFPretrainer(), tmp_path / "a.onnx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(InputError, match=r"needs onnxruntime.*mne_asgpf\[onnx\]"):
            write_onnx(fitted, tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


def test_it_has_the_sizes_of_the_fit_and_does_not_change_the_classifier(tmp_path):
    X, y = make_array()
    fitted = classifier(max_epochs=1).fit(X[:, :3, : 2 * SFREQ], y)
    module = fitted.module_
    write_onnx(fitted, tmp_path / "three.onnx")
    told = onnxruntime.InferenceSession(tmp_path / "three.onnx").get_modelmeta()
    told = {name: json.loads(text) for name, text in told.custom_metadata_map.items()}
    assert told["channels"] is None
    assert told["clip_len"] == 2
    assert fitted.module_ is module
