"""Pre-training: what it says before and after, its embeddings, its forecasts."""

import matplotlib
import numpy as np
import pytest
import torch
from mne.utils import catch_logging, use_log_level
from raws import raw_of
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from small_net import SMALL_MODULE

from mne_asgpf import ASGPFPretrainer, InputError
from mne_asgpf.estimators.inputs.windows import to_windows
from mne_asgpf.estimators.training.cost_estimate import plan_training
from mne_asgpf.signals import prepare_corpus
from mne_asgpf.viz import plot_forecast

TRAINING = {
    "objective": "forecast",
    "max_epochs": 2,
    "random_state": 0,
    "verbose": 0,
    "clip_len": 3.0,
    **SMALL_MODULE,
}
PATIENTS = ("aaaaaaac", "aaaaaaad", "aaaaaaae")


def brown_noise(patient, seconds=31):
    """Noise whose spectrum falls, as that of EEG does: its mean can be learned."""
    rng = np.random.default_rng(int(patient, 36))
    data = 2e-6 * rng.standard_normal((19, 200 * seconds)).cumsum(axis=1)
    return raw_of(data, patient=patient)


@pytest.fixture(scope="module")
def raws():
    return [brown_noise(patient) for patient in PATIENTS]


@pytest.fixture(scope="module")
def told(raws):
    """A fitted pre-trainer and what it logged."""
    with use_log_level("info"), catch_logging() as log:
        pretrainer = ASGPFPretrainer(**TRAINING | {"verbose": 1}).fit(raws)
    return pretrainer, log.getvalue()


@pytest.fixture(scope="module")
def pretrainer(told):
    return told[0]


def test_logs_a_plan_before_it_starts(told):
    pretrainer, log = told
    plan = pretrainer.plan_
    assert plan.n_train + plan.n_valid == 3 * 9  # 6-s windows every 3 s of 31 s
    assert set(plan.train_patients) | set(plan.valid_patients) == set(PATIENTS)
    assert not set(plan.train_patients) & set(plan.valid_patients)
    weights = sum(tensor.nbytes for tensor in pretrainer.module_.state_dict().values())
    assert plan.disk_bytes == weights
    assert plan.step_bytes > 4 * weights
    assert plan.data_bytes == 3 * 8 * 19 * 200 * 31
    for part in (
        f"{plan.n_train} pairs of clips from 2 patients",
        *PATIENTS,
        "Time: about",
        "Memory: ",
    ):
        assert part in log
    assert log.index("Time: about") < log.index("Forecast error")


def test_plan_changes_nothing(pretrainer, raws):
    windows = to_windows(raws, None, None, pretrainer._settings_to_fit(None, reset=False))
    before = {name: value.clone() for name, value in pretrainer.module_.state_dict().items()}
    state = torch.random.get_rng_state()
    plan_training(pretrainer, windows)
    assert torch.equal(torch.random.get_rng_state(), state)
    for name, value in pretrainer.module_.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_memory_grows_with_the_batch(raws):
    sizes = []
    for batch_size in (4, 8, 16):
        pretrainer = ASGPFPretrainer(**TRAINING, batch_size=batch_size)
        windows = to_windows(raws, None, None, pretrainer._settings_to_fit(None, reset=True))
        pretrainer._learn_sizes(windows)
        sizes.append(plan_training(pretrainer.initialize(), windows).step_bytes)
    assert sizes[2] - sizes[1] == pytest.approx(2 * (sizes[1] - sizes[0]), rel=0.1)


def test_logs_at_the_end_whether_it_learned(told):
    pretrainer, log = told
    last = pretrainer.history[-1]
    naive = min(last["valid_repeat_last"], last["valid_mean_spectrum"])
    assert ("NOT better than" in log) == (last["valid_loss"] >= naive)
    assert f"{last['valid_mean_spectrum']:.4f}" in log


def test_naive_forecasts_are_what_they_are_called(pretrainer, raws):
    forecast = pretrainer.forecast(raws[0], start=2.0)
    assert (forecast.start, forecast.now) == (2.0, 5.0)
    errors = forecast.errors()
    assert errors.shape == (3, 3)
    last = np.abs(forecast.past[-1] - forecast.target).mean(axis=(1, 2))
    np.testing.assert_allclose(errors["last second repeated"], last)
    mean = np.abs(forecast.past.mean(0) - forecast.target).mean(axis=(1, 2))
    np.testing.assert_allclose(errors["mean spectrum"], mean, rtol=1e-6)
    volts = raws[0].get_data(start=5 * 200, stop=6 * 200)
    spectrum = np.log(np.abs(np.fft.rfft(1e6 * volts))[:, :50])
    np.testing.assert_allclose(forecast.target[0], spectrum, atol=2e-2)


def test_forecast_leaves_out_what_is_missing_and_what_is_not_there(pretrainer, raws):
    forecast = pretrainer.forecast(raws[0].copy().drop_channels(["Fz"]))
    missing = forecast.ch_names.index("Fz")
    for part in (forecast.past, forecast.target, forecast.forecast):
        assert np.isnan(part[:, missing]).all()
        assert np.isfinite(np.delete(part, missing, axis=1)).all()
    assert np.isfinite(forecast.errors()).all(axis=None)
    with pytest.raises(InputError, match="31 s"):
        pretrainer.forecast(raws[0], start=26.0)


def test_plot_shows_observed_and_forecast_spectra(pretrainer, raws):
    matplotlib.use("Agg")
    forecast = pretrainer.forecast(raws[0], start=1.0)
    figure = plot_forecast(forecast, channel="O1", show=False)
    happened, expected, errors = figure.axes[:3]
    shown = happened.images[0].get_array()
    channel = forecast.ch_names.index("O1")
    np.testing.assert_array_equal(shown[:, :3], forecast.past[:, channel].T)
    np.testing.assert_array_equal(shown[:, 3:], forecast.target[:, channel].T)
    shown = expected.images[0].get_array()
    np.testing.assert_array_equal(shown[:, 3:], forecast.forecast[:, channel].T)
    assert [line.get_label() for line in errors.lines] == list(forecast.errors())
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in (happened, expected, errors))
    plot_forecast(forecast, show=False)
    with pytest.raises(InputError, match="unknown channel: 'EKG'"):
        plot_forecast(forecast, channel="EKG")
    matplotlib.pyplot.close("all")


def test_embeddings_have_names_and_feed_a_pipeline(pretrainer):
    rng = np.random.default_rng(0)
    X = 2e-5 * rng.standard_normal((24, 19, 600))
    y = np.repeat(["quiet", "loud"], 12)
    X[12:] *= 4
    embeddings = pretrainer.transform(X)
    width = 9 * 2 * 4  # harmonics of the mean and the last state of 4 units
    assert embeddings.shape == (24, width)
    assert list(pretrainer.get_feature_names_out()) == [f"asgpfpretrainer{i}" for i in range(width)]
    given = make_pipeline(FrozenEstimator(pretrainer), LogisticRegression(C=1e4)).fit(X, y)
    assert given.score(X, y) == 1
    anew = make_pipeline(ASGPFPretrainer(**TRAINING), LogisticRegression()).fit(X, y)
    assert anew.predict(X).shape == (24,)
    assert anew[0].module_.input_seconds == 1  # of windows of 3 s, the first half


def test_a_signal_store_is_read_as_needed(raws, tmp_path):
    (tmp_path / "edf").mkdir()
    for raw, patient in zip(raws, PATIENTS, strict=True):
        raw.export(tmp_path / "edf" / f"{patient}_s001_t000.edf", verbose="error")
    prepare_corpus(tmp_path / "edf", tmp_path / "store", verbose="error")
    stored = ASGPFPretrainer(**TRAINING).fit(tmp_path / "store")
    assert stored.plan_.data_bytes == 0
    files = ASGPFPretrainer(**TRAINING).fit(sorted((tmp_path / "edf").iterdir()))
    assert files.plan_.data_bytes > 0
    assert stored.plan_.train_patients == files.plan_.train_patients
    assert stored.training_data_ == files.training_data_  # the store tells of its sources
    errors = [one.history[:, "valid_loss"] for one in (stored, files)]
    np.testing.assert_allclose(*errors, rtol=1e-2)  # int16 in the store


def test_windows_too_short_to_be_halved_are_refused():
    with pytest.raises(InputError, match="at least 2 s"):
        ASGPFPretrainer(**TRAINING).fit(np.random.default_rng(0).normal(0, 2e-5, (4, 19, 250)))
