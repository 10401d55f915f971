"""Training windows varied at random: what changes, what must not."""

import numpy as np
import pytest
import torch
from braindecode.augmentation import AugmentedDataLoader, Compose, IdentityTransform
from sklearn.base import clone
from vectors import read_vectors, vector_files

from mne_asgpf import ASGPF, ASGPFClassifier, InputError
from mne_asgpf.channels import ELECTRODES, mirror
from mne_asgpf.models.spectra import LogSpectra
from mne_asgpf.windows.augmentation import (
    AmplitudeScaling,
    LeftRightReflection,
    published_augmentation,
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
def test_what_has_no_mirror_image_is_refused_and_only_scaled_by_the_recipe(names):
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
@pytest.mark.parametrize("path", vector_files("pipeline*.npz"), ids=lambda path: path.stem)
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
    defined = (published > np.log(1e-2))[:, swapped]  # single precision of the signal
    error = np.abs(spectra - published)[:, swapped][defined]
    assert defined.mean() > 0.8
    assert np.median(error) < 1e-4 and error.max() < 0.05


def test_both_stand_in_braindecodes_loader():
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


def test_asgpf_sees_no_left_and_right():
    torch.manual_seed(0)
    model = ASGPF(n_outputs=4, n_chans=19, sfreq=200, n_units=8, chs_info=None).eval()
    model.signals_to_graphs.fit_normalisation([windows()[0]])
    x, y = windows()
    reflected, _ = LeftRightReflection(ELECTRODES, probability=1)(x, y)
    with torch.no_grad():
        torch.testing.assert_close(model(reflected), model(x), atol=1e-5, rtol=1e-5)


SMALL = {"module__n_units": 4, "module__n_layers": 1, "verbose": 0, "train_split": None}


def fitted(augmentation, seed=0, **options):
    x, _ = windows(n=8)
    options = SMALL | {"max_epochs": 2, "lr": 1e-2, "random_state": seed} | options
    classifier = ASGPFClassifier(augmentation=augmentation, **options)
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
    with pytest.raises(ValueError, match="augmentation"):
        fitted("strong")
