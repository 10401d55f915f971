"""What braindecode asks of a model, asked of ours with small sizes."""

import inspect
import json
import shutil
import subprocess
import sys

import mne
import numpy as np
import pytest
import torch
from braindecode import EEGClassifier
from braindecode.models.util import models_dict
from safetensors.torch import load_file
from torch import nn

from mne_asgpf.errors import InputError
from mne_asgpf.models import ASGPF, ASGPFEmbedder, ASGPFForecaster
from mne_asgpf.models.graphs import GRAPHS
from mne_asgpf.models.registration import register
from mne_asgpf.models.variant import VARIANTS

SIZES = {"n_units": 6, "n_layers": 1, "n_propagation_steps": 1, "graph_hidden_size": 4}
SIGNAL = {"n_outputs": 3, "n_chans": 5, "n_times": 600, "sfreq": 200.0}

# braindecode's notice that it turned lists back into positions.
lists_to_positions = pytest.mark.filterwarnings("ignore:Modifying chs_info argument:UserWarning")


def make(**options):
    torch.manual_seed(0)
    return ASGPF(**SIGNAL | SIZES | options).eval()


@pytest.fixture
def x():
    generator = torch.Generator().manual_seed(0)
    return 3e-5 * torch.randn(2, 5, 600, generator=generator)


@pytest.fixture
def folder(tmp_path):
    make().save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def chs_info():
    # None of them has a single neighbour: a pair's scaled Laplacian is 0 but for rounding,
    # and its sign is what the released variant gates by.
    names = ["F3", "Fz", "C3", "Cz", "P3"]
    info = mne.create_info(names, 200.0, "eeg")
    info.set_montage(mne.channels.make_standard_montage("colin27_1020"))
    return info["chs"]


# By name


def test_known_by_name():
    assert models_dict["ASGPF"] is ASGPF
    register()
    assert models_dict["ASGPF"] is ASGPF


def test_an_existing_name_is_kept(monkeypatch):
    monkeypatch.setitem(models_dict, "ASGPF", nn.Identity)
    with pytest.warns(RuntimeWarning, match="another model with the name 'ASGPF'"):
        register()
    assert models_dict["ASGPF"] is nn.Identity


def test_eegclassifier_by_name_fits_arrays(x):
    X = x.repeat(3, 1, 1).numpy()
    y = np.array([0, 1, 2, 0, 1, 2])
    classifier = EEGClassifier(
        "ASGPF",
        module__sfreq=200.0,
        **{f"module__{name}": value for name, value in SIZES.items()},
        batch_size=3,
        max_epochs=1,
        train_split=None,
        verbose=0,
    )
    classifier.fit(X, y)
    assert isinstance(classifier.module_, ASGPF)
    assert classifier.predict_proba(X).shape == (6, 3)


# Signature and layers


def test_parameters_are_named_as_braindecode_names_them():
    parameters = inspect.signature(ASGPF.__init__).parameters
    signal = ["n_outputs", "n_chans", "chs_info", "n_times", "input_window_seconds", "sfreq"]
    assert list(parameters)[1:7] == signal
    assert all(parameters[name].default is None for name in signal)
    activations = [value.default for name, value in parameters.items() if "activation" in name]
    assert activations
    assert all(issubclass(default, nn.Module) for default in activations)
    assert "drop_prob" in parameters
    assert "return_features" not in parameters


@pytest.mark.parametrize(
    "time",
    [
        {"n_times": 600, "sfreq": 200.0},
        {"n_times": 600, "input_window_seconds": 3.0},
        {"input_window_seconds": 3.0, "sfreq": 200.0},
        {"sfreq": 200.0},
    ],
)
@pytest.mark.parametrize("channels", [{"n_chans": 5}, {"chs_info": chs_info()}])
def test_signal_parameters_are_inferred(x, time, channels):
    assert ASGPF(n_outputs=3, **time, **channels, **SIZES)(x).shape == (2, 3)


def test_contradictory_signal_parameters_are_refused():
    with pytest.raises(ValueError, match="n_times"):
        ASGPF(n_outputs=3, n_chans=5, n_times=600, sfreq=200.0, input_window_seconds=4.0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_final_layer_is_among_the_last_two(variant):
    assert "final_layer" in [name for name, _ in make(variant=variant).named_children()][-2:]


def test_documentation_names_this_package():
    for badge in (":bdg-light:`Graph Neural Network`", ":bdg-secondary:`Recurrent`"):
        assert badge in ASGPF.__doc__
    assert "from_pretrained" in ASGPF.__doc__
    assert "from braindecode.models import" not in ASGPF.__doc__


# Forward


def test_zeros_and_a_batch_of_one_in_training(x):
    model = make()
    assert model.get_output_shape() == (1, 3)
    assert model.train()(x[:1]).isfinite().all()


def test_features_and_a_new_head(x):
    model = make()
    before = model(x, return_features=True)
    assert before["features"].shape == (2, 5, 12)  # mean and last state
    assert before["cls_token"].shape == (2, 9 * 12)  # of nine harmonics
    model.reset_head(7)
    assert model(x).shape == (2, 7)
    assert model.n_outputs == model.get_config()["n_outputs"] == 7
    torch.testing.assert_close(model(x, return_features=True)["features"], before["features"])


# Configuration


@lists_to_positions
@pytest.mark.parametrize(
    "options",
    [
        {"switches": {"heads": "shared", "gate": "support_sign"}, "activation": nn.ELU},
        {"variant": "released", "activation_head": nn.GELU},
        {"chs_info": chs_info(), "drop_prob": 0.1},
    ],
)
def test_config_goes_through_json(x, options):
    model = make(**options)
    text = json.dumps(model.get_config())
    twin = ASGPF.from_config(json.loads(text))
    twin.load_state_dict(model.state_dict())
    torch.testing.assert_close(twin.eval()(x), model(x))
    assert json.dumps(twin.get_config()) == text


def test_every_argument_is_in_the_config():
    assert set(make().get_config()) == set(inspect.signature(ASGPF.__init__).parameters) - {"self"}


# braindecode's own dictionary of channels, which this pydantic reads otherwise.
@pytest.mark.filterwarnings("ignore:TypedDict class 'ChsInfoType' is closed")
def test_pydantic_config_goes_through_json(x):
    from braindecode.models.config import make_model_config

    Config = make_model_config(ASGPF, ["n_outputs", "sfreq"])
    options = SIGNAL | SIZES | {"activation": nn.ELU, "switches": {"heads": "shared"}}
    config = Config.model_validate_json(Config(**options).model_dump_json())
    model = config.create_instance()
    assert isinstance(model, ASGPF)
    assert isinstance(model.encoder.cells[0].activation, nn.ELU)
    assert model(x).shape == (2, 3)


# Folders, as the hub keeps them


def test_saved_without_pickle_and_read_back(folder, x):
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "config.json",
        "model.safetensors",
    }
    assert "braindecode.org" not in (folder / "README.md").read_text(encoding="utf-8")
    restored = ASGPF.from_pretrained(folder)
    assert not restored.training
    torch.testing.assert_close(restored(x), make()(x))
    assert ASGPF.from_pretrained(folder, n_outputs=7)(x).shape == (2, 7)


def test_forecaster_is_saved_and_read_back(tmp_path):
    options = {"n_chans": 5, "sfreq": 200.0, "input_seconds": 2, **SIZES}
    model = ASGPFForecaster(**options).eval()
    model.save_pretrained(tmp_path)
    restored = ASGPFForecaster.from_pretrained(tmp_path)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(restored.state_dict()[name], value)


@lists_to_positions
def test_positions_survive_a_folder(tmp_path):
    make(chs_info=chs_info()).save_pretrained(tmp_path)
    restored = ASGPF.from_pretrained(tmp_path)
    np.testing.assert_allclose(restored.chs_info[2]["loc"], chs_info()[2]["loc"])


@pytest.mark.parametrize(
    ("options", "account"),
    [
        ({"n_layers": 2}, r"\d+ missing \(encoder\.cells\.1\."),
        ({"n_units": 7}, r"\d+ wrong shape \(.*\d+\) instead of \("),
    ],
)
def test_loading_is_strict_and_explains_why(folder, options, account):
    with pytest.raises(InputError, match=account):
        ASGPF.from_pretrained(folder, **options)


def test_surplus_weights_are_refused_or_named(tmp_path, x):
    make(n_layers=2).save_pretrained(tmp_path)
    with pytest.raises(InputError, match=r"\d+ unexpected \(encoder\.cells\.1\."):
        ASGPF.from_pretrained(tmp_path, n_layers=1)
    with pytest.warns(RuntimeWarning, match="unexpected"):
        lenient = ASGPF.from_pretrained(tmp_path, n_layers=1, strict=False)
    assert lenient(x).isfinite().all()


def test_pickles_are_never_opened(folder):
    torch.save(make().state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"model\.safetensors: the weights cannot be read"):
        ASGPF.from_pretrained(folder)
    with pytest.raises(InputError, match="as a pickle"):
        ASGPF._load_as_pickle(make(), folder / "pytorch_model.bin", "cpu", True)
    shutil.copy(folder / "pytorch_model.bin", folder / "model.safetensors")
    with pytest.raises(InputError, match="the weights cannot be read"):
        ASGPF.from_pretrained(folder)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("source", [ASGPF, ASGPFForecaster, ASGPFEmbedder])
def test_backbone_is_a_plain_state_dict(tmp_path, x, source, suffix):
    path = tmp_path / f"backbone{suffix}"
    model = source(n_chans=4, n_times=1200, sfreq=250, n_outputs=2, graph="identity", **SIZES)
    model.signals_to_graphs.normalisation.fix(3.0, 2.0)
    kwargs = model.save_backbone(path)
    assert kwargs["graph"] == "identity" and json.dumps(kwargs)
    target = ASGPF(**SIGNAL | kwargs)
    state = load_file(path) if suffix == ".safetensors" else torch.load(path, weights_only=True)
    keys = target.load_state_dict(state, strict=False)
    assert keys.missing_keys == ["final_layer.weight", "final_layer.bias"]
    assert not keys.unexpected_keys
    assert target.signals_to_graphs.normalisation.is_fixed
    for name, value in target.encoder.state_dict().items():
        torch.testing.assert_close(value, model.encoder.state_dict()[name])
    with pytest.raises(InputError, match="backbone"):
        model.save_backbone(path)
    model.save_backbone(path, overwrite=True)


@pytest.mark.slow
def test_all_but_the_hub_works_without_the_hub():
    code = (
        "import sys; sys.modules['huggingface_hub'] = None\n"
        "from mne_asgpf.models import ASGPF\n"
        "model = ASGPF(n_outputs=2, n_chans=3, sfreq=200, n_units=4, switches={'heads': 'own'})\n"
        "print(ASGPF.from_config(model.get_config()).get_config() == model.get_config())\n"
        "print(model.get_config()['n_units'], model.get_config()['switches'])\n"
    )
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True)
    assert result.stdout.decode().split("\n")[:2] == ["True", "4 {'heads': 'own'}"], result.stderr


# Compiled and exported


def any_batch():
    return {"x": {0: torch.export.Dim("batch")}}


def with_gaps(x):
    """Another number of clips, with a missing channel and a clip that ends early."""
    x = torch.cat([x, 2 * x, x])
    x[1, 3] = torch.nan
    x[2, :, -200:] = torch.nan
    return x


# A branch on values of tensors would make this raise.
@pytest.mark.parametrize("variant", VARIANTS)
def test_export_takes_any_batch(x, variant):
    model = make(variant=variant)
    exported = torch.export.export(model, (x,), strict=False, dynamic_shapes=any_batch())
    torch.testing.assert_close(exported.module()(with_gaps(x)), model(with_gaps(x)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(not shutil.which("gcc") and not shutil.which("clang"), reason="no C compiler")
def test_compiled(x):
    model = make()
    compiled = torch.compile(model, mode="reduce-overhead", dynamic=False)
    torch.testing.assert_close(compiled(x), model(x), atol=1e-5, rtol=1e-5)


class Prepared(nn.Module):
    """What a model's cell is given."""

    def __init__(self, model):
        super().__init__()
        self.signals_to_graphs = model.signals_to_graphs

    def forward(self, x):
        clip = self.signals_to_graphs(x)
        return clip.features, *clip.graph, clip.valid.float()


def exported(module, x, path):
    """Write an ONNX file for any number of clips, and return its function."""
    pytest.importorskip("onnxscript", reason='pip install "mne_asgpf[onnx]"')
    onnxruntime = pytest.importorskip("onnxruntime", reason='pip install "mne_asgpf[onnx]"')
    options = {"dynamo": True, "dynamic_shapes": any_batch(), "input_names": ["x"]}
    torch.onnx.export(module, (x,), path, verbose=False, **options)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda clips: session.run(None, {"x": clips.numpy()})


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("variant", VARIANTS)
def test_onnx(tmp_path, x, variant):
    x = x[..., :400]  # an export takes its time for every second
    model = make(variant=variant, n_layers=2, n_times=400, chs_info=chs_info())
    run = exported(model, x, tmp_path / "asgpf.onnx")
    for clips in (x, with_gaps(x)):
        np.testing.assert_allclose(run(clips)[0], model(clips).detach(), atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("graph", GRAPHS)
def test_onnx_of_every_starting_graph(tmp_path, x, graph):
    prepared = Prepared(make(graph=graph, chs_info=chs_info())).eval()
    run = exported(prepared, x, tmp_path / "prepared.onnx")
    for clips in (x, with_gaps(x)):
        (spectra, *found), (expected_spectra, *expected) = run(clips), prepared(clips)
        # The logarithm of a weak bin magnifies the rounding of another Fourier transform.
        np.testing.assert_allclose(spectra, expected_spectra, atol=2e-3, rtol=0)
        for one, as_expected in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, as_expected, atol=5e-5, rtol=0)
