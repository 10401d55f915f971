"""Augmentation: what changes, and what must not."""

import numpy as np
import pytest
import torch
from braindecode.augmentation import AugmentedDataLoader, Compose, IdentityTransform
from sklearn.base import clone
from small_net import SMALL_MODULE
from vectors import assert_same_spectra, read_vectors, vector_files

from mne_asgpf import ASGPF, ASGPFClassifier, ASGPFPretrainer, InputError
from mne_asgpf.channels import ELECTRODES, mirror
from mne_asgpf.models.spectra import LogSpectra
from mne_asgpf.windows.augmentation import (
    AmplitudeScaling,
    ElectrodeDropout,
    FrequencyStretch,
    LeftRightReflection,
    TimeCrop,
    published_augmentation,
    varied_augmentation,
)


def windows(n=4, seconds=3, seed=0):
    x = 1e-5 * torch.from_numpy(np.random.default_rng(seed).standard_normal((n, 19, 200 * seconds)))
    return x.float(), torch.arange(n)


def test_reflection_swaps_electrodes_by_name():
    x, y = windows()
    x[0, ELECTRODES.index("P3")] = torch.nan  # a channel that is missing
    reflected, targets = LeftRightReflection(ELECTRODES, probability=1)(x, y)
    for i, name in enumerate(ELECTRODES):
        swapped = x[:, ELECTRODES.index(mirror(name))]
        torch.testing.assert_close(reflected[:, i], swapped, equal_nan=True, rtol=0, atol=0)
    assert targets is not None and targets.tolist() == y.tolist()
    assert reflected[0, ELECTRODES.index("P4")].isnan().all()
    spelled = LeftRightReflection(["EEG T3-REF", "CZ", "eeg t4-ref"], probability=1)
    assert spelled.permutation == [2, 1, 0]


@pytest.mark.parametrize("names", [["C3", "Cz"], ["Fp1-F7", "Fp2-F8"], []])
def test_channels_without_mirror_images_are_refused_or_only_scaled(names):
    with pytest.raises(InputError, match="mirror image"):
        LeftRightReflection(names)
    assert [type(t) for t in published_augmentation(names)] == [AmplitudeScaling]


def test_each_window_has_one_factor():
    x, y = windows(n=500, seconds=1)
    scaled, _ = AmplitudeScaling(random_state=0)(x, y)
    factors = scaled / x
    torch.testing.assert_close(factors, factors[:, :1, :1].expand_as(x))
    factors = factors[:, 0, 0]
    assert 0.8 <= factors.min() < 0.81 and 1.19 < factors.max() <= 1.2
    assert factors.mean() == pytest.approx(1, abs=0.02)
    again, _ = AmplitudeScaling(random_state=0)(x, y)
    torch.testing.assert_close(again, scaled)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", vector_files("pipeline"), ids=lambda path: path.stem)
def test_spectra_of_augmented_windows_are_the_published_ones(path):
    arrays, _ = read_vectors(path)
    volts = arrays["raw_int16"].astype(np.float64) * float(arrays["uv_per_step"]) * 1e-6
    x = torch.from_numpy(volts)[None].float()
    factor = float(arrays["scale_factor"])
    transforms = Compose(
        [LeftRightReflection(ELECTRODES, probability=1), AmplitudeScaling((factor, factor))]
    )
    spectra = LogSpectra(int(arrays["fs"]))(transforms(x, torch.zeros(1))[0])[0].numpy()
    published = arrays["logfft_mirrored_scaled"]
    # The released scripts leave the pair P3, P4 where it is.
    swapped = [name not in ("P3", "P4") for name in ELECTRODES]
    single_precision = 2e-6
    assert_same_spectra(spectra[:, swapped], published[:, swapped], single_precision)


def test_both_transforms_work_in_braindecodes_loader():
    x, y = windows(n=10)
    dataset = torch.utils.data.TensorDataset(x, y)
    transforms = [IdentityTransform(), *published_augmentation(ELECTRODES, random_state=0)]
    batches = list(AugmentedDataLoader(dataset, transforms=transforms, batch_size=4))
    assert [len(batch[0]) for batch in batches] == [4, 4, 2]
    augmented = torch.cat([batch[0] for batch in batches])
    ratio = augmented[:, ELECTRODES.index("Cz")] / x[:, ELECTRODES.index("Cz")]
    assert ratio.min() >= 0.8 and ratio.max() <= 1.2
    kept = [torch.allclose(a / a.std(), b / b.std()) for a, b in zip(augmented, x, strict=True)]
    assert 0 < sum(kept) < 10


def test_asgpf_is_invariant_to_reflection():
    torch.manual_seed(0)
    model = ASGPF(n_outputs=4, n_chans=19, sfreq=200, n_units=8, chs_info=None).eval()
    model.signals_to_graphs.fit_normalisation([windows()[0]])
    x, y = windows()
    reflected, _ = LeftRightReflection(ELECTRODES, probability=1)(x, y)
    with torch.no_grad():
        torch.testing.assert_close(model(reflected), model(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_stretch_shifts_a_rhythm_and_keeps_gaps(factor):
    x, y = windows(n=2)
    t = torch.arange(600) / 200
    x = x / 100 + 1e-4 * torch.sin(2 * torch.pi * 10 * t)
    x[0, 3], x[1, :, 400:] = torch.nan, torch.nan
    stretched, targets = FrequencyStretch(200, (factor, factor))(x, y)
    amplitude = torch.fft.rfft(stretched.unflatten(-1, (3, 200))).abs().nan_to_num()
    seen = ~stretched.unflatten(-1, (3, 200)).isnan().any(-1)
    assert (amplitude.argmax(-1)[seen] == round(10 * factor)).all()
    assert amplitude[seen].amax(-1).mean() == pytest.approx(1e-2, rel=1e-2)
    assert torch.equal(stretched.isnan(), x.isnan())
    assert targets is not None and targets.tolist() == y.tolist()
    if factor == 1:
        torch.testing.assert_close(stretched, x, rtol=0, atol=1e-9, equal_nan=True)


def test_stretch_stretches_the_log_spectra():
    x, y = windows(n=40, seconds=30)
    coloured = torch.fft.rfft(x) / (1 + torch.fft.rfftfreq(x.shape[-1], 1 / 200))
    x = torch.fft.irfft(coloured, n=x.shape[-1])
    spectra = LogSpectra(200)
    before = spectra(x).mean((0, 1, 2))
    factor = 1.15
    after = spectra(FrequencyStretch(200, (factor, factor))(x, y)[0]).mean((0, 1, 2))
    expected = np.interp(np.arange(2, 98) / factor, np.arange(100), before)
    np.testing.assert_allclose(after[2:98], expected, atol=1e-3)
    factors = FrequencyStretch(200, random_state=0).get_augmentation_params(x, y)["factors"]
    assert 0.85 <= factors.min() < 0.88 and 1.14 < factors.max() <= 1.18


def test_dropout_removes_some_but_never_all_electrodes():
    x, y = windows(n=400, seconds=1)
    x[:, 0] = torch.nan
    dropped, _ = ElectrodeDropout(random_state=0)(x, y)
    lost = dropped.isnan().all(-1)
    assert lost[:, 1:].float().mean() == pytest.approx(0.15, abs=0.01)
    torch.testing.assert_close(dropped[~lost], x[~lost])
    almost_all, _ = ElectrodeDropout(p_drop=1.0, random_state=0)(x, y)
    assert ((~almost_all.isnan()).any(-1).sum(1) == 1).all()


def test_crop_keeps_whole_seconds_in_order():
    x, y = windows(n=200, seconds=6)
    x[0, 2], x[1::2, :, 800:] = torch.nan, torch.nan  # every other one is 4 s long
    cropped, _ = TimeCrop(200, probability=1, random_state=0)(x, y)
    lengths = (~cropped[:, 0].isnan()).sum(1)
    assert set((lengths[2::2] // 200).tolist()) == {3, 4, 5, 6}
    assert set((lengths[1::2] // 200).tolist()) == {2, 3, 4} and (lengths % 200 == 0).all()
    starts = set()
    for before, after, length in zip(x, cropped, lengths.tolist(), strict=True):
        runs = before.unfold(-1, length, 200).transpose(0, 1)
        same = [torch.allclose(run, after[:, :length], equal_nan=True) for run in runs]
        starts.add(same.index(True))
        assert after[:, length:].isnan().all()
    assert starts == {0, 1, 2, 3}
    nothing = torch.full((2, 19, 600), torch.nan)
    assert TimeCrop(200, probability=1)(nothing).isnan().all()


TRAINING = {**SMALL_MODULE, "verbose": 0, "train_split": None}


def fitted(augmentation, seed=0, **options):
    x, _ = windows(n=8)
    options = TRAINING | {"max_epochs": 2, "lr": 1e-2, "random_state": seed} | options
    classifier = ASGPFClassifier(augmentation=augmentation, min_batches=1, **options)
    return clone(classifier).fit(x.numpy(), np.arange(8) % 2)


def losses(classifier):
    return classifier.history[:, "train_loss"]


def test_the_classifier_trains_on_augmented_windows():
    plain, published = fitted(None), fitted("published")
    assert losses(plain) != losses(published)
    assert losses(published) == losses(fitted("published"))
    assert losses(fitted([IdentityTransform()])) == losses(plain)
    given = fitted(
        None,
        iterator_train=AugmentedDataLoader,
        iterator_train__transforms=[AmplitudeScaling((1, 1))],
    )
    np.testing.assert_allclose(losses(given), losses(plain), rtol=1e-5)
    varied = fitted("varied")
    assert losses(varied) != losses(published) and np.isfinite(losses(varied)).all()
    assert losses(varied) == losses(fitted("varied"))
    with pytest.raises(ValueError, match="augmentation"):
        fitted("strong")


def test_forecast_targets_are_not_cropped():
    kinds = [LeftRightReflection, AmplitudeScaling, FrequencyStretch, ElectrodeDropout]
    assert [type(t) for t in varied_augmentation(ELECTRODES, 200)] == [*kinds, TimeCrop]
    pretrainer = ASGPFPretrainer(augmentation="varied", **TRAINING | {"max_epochs": 1})
    pretrainer.fit(windows(n=4, seconds=4)[0].numpy())
    assert [type(t) for t in pretrainer.transforms_] == kinds
    assert np.isfinite(losses(pretrainer)).all()
