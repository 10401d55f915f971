"""Signals that are not in volts are recognised, and never mis-scaled without a word."""

import warnings

import pytest
import torch

from mne_asgpf.errors import InputError
from mne_asgpf.models import ASGPF

SIZES = {"n_units": 6, "n_layers": 1, "n_propagation_steps": 1, "n_bins": 20}


def make(**options):
    torch.manual_seed(0)
    return ASGPF(n_outputs=3, n_chans=5, n_times=600, sfreq=200, **SIZES | options).eval()


def signals(n=4):
    generator = torch.Generator().manual_seed(0)
    white = torch.randn(n, 5, 600, generator=generator)
    return 3e-6 * white.cumsum(-1) + 5e-6 * white  # volts


@pytest.mark.parametrize(("unit", "of_a_volt"), [("V", 1), ("mV", 1e3), ("uV", 1e6)])
def test_a_named_unit_is_taken(unit, of_a_volt):
    x = signals()
    torch.testing.assert_close(
        make(input_unit=unit)(of_a_volt * x), make()(x), atol=1e-5, rtol=1e-5
    )


def test_volts_are_unchanged():
    x = signals()
    assert torch.equal(make()(x), make(input_unit="V")(x))


@pytest.mark.parametrize("of_a_volt", [1e6, 1e8])
def test_microvolts_are_recognised_with_one_warning(of_a_volt):
    model, x = make(), signals()
    with pytest.warns(RuntimeWarning, match="as strong as EEG in V.*are shifted to the level"):
        features = model.signals_to_graphs(of_a_volt * x).features
    assert features.mean((1, 2, 3)).abs().max() < 1e-2  # at the level of the normalisation
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(of_a_volt * x)


def test_scale_of_unknown_units_does_not_matter():
    # Microvolts, millivolts and windows of deviation 1 are the same to the model.
    model, x = make(), signals()
    standardised = (x - x.mean((1, 2), True)) / x.std((1, 2), keepdim=True)
    with pytest.warns(RuntimeWarning):
        out = model(1e6 * x)
    torch.testing.assert_close(model(standardised), out, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(model(1e5 * x), out, atol=1e-4, rtol=1e-4)


def test_each_clip_is_judged_alone():
    model, x = make(), signals(2)
    mixed = torch.stack([x[0], 1e6 * x[1]])
    with pytest.warns(RuntimeWarning):
        out = model(mixed)
    torch.testing.assert_close(out[:1], model(x[:1]))
    torch.testing.assert_close(out[1:], model(1e6 * x[1:]))


def test_impossible_units_are_reported():
    with pytest.warns(RuntimeWarning, match="as strong as EEG in uV.*stated unit is used"):
        make(input_unit="uV")(signals())
    with pytest.warns(RuntimeWarning, match="as strong as EEG in V.*stated unit is used"):
        make()(1e-6 * signals())
    with pytest.raises(InputError, match="unknown unit: 'nV'"):
        make(input_unit="nV")


def test_a_normalisation_of_other_data_is_reported():
    model, x = make(), signals()
    model.signals_to_graphs.fit_normalisation([x])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(x)
    model = make()
    model.signals_to_graphs.fit_normalisation([x])
    with pytest.warns(RuntimeWarning, match="fitted to other data"):
        model(30 * x)


def test_summary_of_the_model_does_not_warn():
    model = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "InputLevel" in str(model)
    with pytest.warns(RuntimeWarning, match="as strong as EEG in V"):
        model(1e6 * signals())


def test_silence_and_gaps_do_not_affect_the_unit():
    model, x = make(), signals()
    for nothing in (torch.zeros_like(x), torch.full_like(x, torch.nan)):
        assert model(nothing).isfinite().all()
    x[0, :3] = torch.nan
    x[1, :4] = 0
    torch.testing.assert_close(model(x), make(input_unit="V")(x), rtol=0, atol=0)
