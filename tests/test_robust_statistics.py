"""Missing, flat or clipped data do not change statistics of the signals."""

import mne
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mne_asgpf import ASGPF
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.evaluation.baseline import log_spectra
from mne_asgpf.models.graphs.coherence import coherence
from mne_asgpf.models.graphs.correlation import spectral_correlation
from mne_asgpf.models.graphs.signal_correlation import signal_correlation
from mne_asgpf.models.spectra import LogSpectra
from mne_asgpf.signals.plausible import usable_seconds
from mne_asgpf.windows.adaptation import typical_spectrum

SFREQ, SECONDS, CLIP = 200, 24, 12
FIVE = slice(7 * SFREQ + 31, 12 * SFREQ + 31)  # the edges lie within seconds


@pytest.fixture(scope="module")
def recordings():
    """Six recordings of noise that falls with frequency, as EEG does."""
    rng = np.random.default_rng(0)
    white = np.fft.rfft(rng.standard_normal((6, 19, SECONDS * SFREQ)))
    f = np.fft.rfftfreq(SECONDS * SFREQ, 1 / SFREQ)
    return 3e-5 * np.fft.irfft(white / np.maximum(f, 1) ** 0.5).astype(np.float32)


def flat_lead(x):
    x[2, 4] = 0


def lead_at_an_offset(x):
    x[2, 4] = 1e-2


def lead_that_falls_off(x):
    x[2, 4, FIVE] = 0


def zeros(x):
    x[2, :, FIVE] = 0


def missing(x):
    x[2, :, FIVE] = np.nan


def missing_in_one_lead(x):
    x[2, 4, FIVE] = np.nan


def missing_samples(x):
    x[2, :, FIVE.start : FIVE.stop : SFREQ // 2] = np.nan


def clipped(x):
    """Movement between the amplifier's limits."""
    x[2, :, FIVE] = np.clip(1e3 * x[2, :, FIVE], -3.2e-3, 3.2e-3)


def at_the_limit(x):
    x[2, :, FIVE] = 3.2e-3


CASES = (
    flat_lead,
    lead_at_an_offset,
    lead_that_falls_off,
    zeros,
    missing,
    missing_in_one_lead,
    missing_samples,
    clipped,
    at_the_limit,
)


def clips(x):
    return x.reshape(6, 19, -1, CLIP * SFREQ).swapaxes(1, 2).reshape(-1, 19, CLIP * SFREQ)


def normalisation(x):
    front = ASGPF(n_outputs=2, n_chans=19, n_times=CLIP * SFREQ, sfreq=SFREQ).signals_to_graphs
    front.fit_normalisation(torch.from_numpy(part) for part in np.split(clips(x), 4))
    return np.stack([front.normalisation.mean.numpy(), front.normalisation.std.numpy()])


def accumulated_normalisation(x):
    """The statistics of a bare module; partly zero or clipped seconds are included."""
    module = ASGPF(n_outputs=2, n_chans=19, n_times=CLIP * SFREQ, sfreq=SFREQ).train()
    with torch.no_grad():
        module(torch.from_numpy(clips(x)))
    statistics = module.signals_to_graphs.normalisation
    return np.stack([statistics.mean.numpy(), statistics.std.numpy()])


def adaptation(x):
    """In microvolts squared at a time, as logarithms of volts are near no zero."""
    info = mne.create_info(list(ELECTRODES), SFREQ, "eeg")
    raws = [mne.io.RawArray(one, info, verbose="error") for one in x.astype(float)]
    return typical_spectrum(raws).log_amplitude[:, 1:]


def baseline(x):
    """The statistics of the imputer and the scaler of the baseline."""
    features = log_spectra(clips(x), SFREQ).reshape(12, 19, 70, 2)
    return np.nanmean(features, axis=(0, 1))


@pytest.mark.filterwarnings("ignore:The position of every channel:RuntimeWarning")
@pytest.mark.parametrize("statistic", [normalisation, adaptation, baseline])
@pytest.mark.parametrize("case", CASES)
def test_statistics_move_by_less_than_two_percent(recordings, statistic, case):
    expected = statistic(recordings)
    spoilt = recordings.copy()
    case(spoilt)
    moved = np.abs(statistic(spoilt) / expected - 1)
    assert moved.mean() < 0.02
    if statistic is not baseline:
        assert moved.max() < 0.02


@pytest.mark.parametrize(
    "case", sorted(set(CASES) - {clipped, at_the_limit, zeros}, key=CASES.index)
)
def test_a_bare_module_accumulates_as_robustly(recordings, case):
    expected = accumulated_normalisation(recordings)
    spoilt = recordings.copy()
    case(spoilt)
    assert np.abs(accumulated_normalisation(spoilt) / expected - 1).max() < 0.02


def test_a_lead_that_falls_off_leaves_the_graph(recordings):
    """Two leads are flat in the same seconds, which does not show that they are related."""
    x = torch.from_numpy(recordings[:2])
    spoilt = x.clone()
    spoilt[:, 3:5, 7 * SFREQ : 12 * SFREQ] = 0
    spectra = LogSpectra(SFREQ, 50)
    valid = torch.ones(2, SECONDS, 19, dtype=torch.bool)
    before, after = (spectral_correlation(spectra(one), valid) for one in (x, spoilt))
    assert (after - before).abs().max() < 0.1
    assert (after.diagonal(dim1=1, dim2=2) == 1).all()
    for measure in (signal_correlation, coherence):
        before, after = (
            measure(one.unflatten(-1, (-1, SFREQ)).transpose(1, 2), valid) for one in (x, spoilt)
        )
        assert (after - before).abs().max() < 0.1


@given(step=st.integers(100, 300), seed=st.integers(0, 99), level=st.floats(-5, -3.5))
def test_usable_seconds(step, seed, level):
    rng = np.random.default_rng(seed)
    x = 10**level * rng.standard_normal((2, 3, 4 * step + 1)).astype(np.float32)
    x[0, 0, step] = np.nan
    x[1, 0, step] = np.inf
    x[0, 1, :step] = 0.5
    x[1, 2, 2 * step : 3 * step - step // 3] = 1e-3
    usable = usable_seconds(x, step)
    expected = np.ones((2, 3, 4), bool)
    expected[:, 0, 1] = expected[0, 1, 0] = expected[1, 2, 2] = False
    np.testing.assert_array_equal(usable, expected)


def test_quiet_eeg_in_coarse_digits_is_usable(recordings):
    quiet = recordings[0] / recordings[0].std() * 3e-6
    assert usable_seconds(5e-7 * np.round(quiet / 5e-7), SFREQ).mean() > 0.99
