"""Random transforms of training windows, which compose with those of braindecode."""

from collections.abc import Sequence

import numpy as np
import torch
from braindecode.augmentation import ChannelsDropout, ChannelsSymmetry, Transform
from mne.utils import logger, verbose
from sklearn.utils import check_random_state

from ..channels import electrode, mirror
from ..errors import InputError
from ..type_aliases import RandomState, Verbose


class LeftRightReflection(ChannelsSymmetry):
    """Swap the electrodes of the left and the right hemisphere.

    Parameters
    ----------
    ch_names : sequence of str
        The channels of the windows in order, in any known spelling.
    probability : float
        Probability that a window is reflected.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.

    Raises
    ------
    InputError
        If channels are not electrodes or have no mirror images among the channels.

    Notes
    -----
    The released scripts do not swap P3 and P4 and do not reflect the graph. Here all pairs
    are swapped, and ASGPF computes its graph from the swapped signals. Variants without
    electrode positions return the same logits for a window and its reflection.
    """

    def __init__(
        self, ch_names: Sequence[str], probability: float = 0.5, random_state: RandomState = None
    ) -> None:
        names = [electrode(name) for name in ch_names]
        others = [name for name, known in zip(ch_names, names, strict=True) if known is None]
        lonely = [name for name in names if name and mirror(name) not in names]
        if others or lonely or not names:
            raise InputError(
                "ch_names",
                f"there is no mirror image of {', '.join(others + lonely) or 'unnamed channels'}",
                "name both electrodes of each pair, or do not use the reflection",
            )
        super().__init__(probability, names, random_state)


class AmplitudeScaling(Transform):
    """Multiply a window by one factor, which adds its logarithm to the log-spectra.

    Parameters
    ----------
    interval : tuple of float
        The smallest and the largest factor; the draw is uniform between them.
    probability : float
        Probability that a window is scaled.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.

    Notes
    -----
    :class:`braindecode.augmentation.AmplitudeScale` draws one factor per channel.
    """

    def __init__(
        self,
        interval: tuple[float, float] = (0.8, 1.2),
        probability: float = 1.0,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(probability, random_state)
        self.interval = interval

    def get_augmentation_params(self, X: torch.Tensor, y: torch.Tensor) -> dict:
        """Draw the factors.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows.
        y : torch.Tensor
            Their targets.

        Returns
        -------
        params : dict
            ``factors``, a tensor of shape (batch, 1, 1).
        """
        factors = self.rng.uniform(*self.interval, size=(len(X), 1, 1))
        return {"factors": torch.as_tensor(factors, dtype=X.dtype, device=X.device)}

    @staticmethod
    def operation(
        X: torch.Tensor, y: torch.Tensor, factors: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Scale windows.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows.
        y : torch.Tensor
            Their targets.
        factors : torch.Tensor, shape (batch, 1, 1)
            The factors.

        Returns
        -------
        X, y : torch.Tensor
            The scaled windows, and the unchanged targets.
        """
        return X * factors, y


class FrequencyStretch(Transform):
    """Stretch the log-spectrum of each second along frequency, by one factor per window.

    A rhythm of 10 Hz becomes one of 10 times the factor, as if the patient's rhythms were
    faster or slower. Log-amplitudes are interpolated between bins of 1 Hz, phases are those of the
    nearest bin, so that channels keep their phase differences. Time is unchanged. Seconds
    are counted from the start of the window; beyond the highest frequency, its amplitude
    is repeated.

    Parameters
    ----------
    sfreq : float
        Sampling rate in Hz, a whole number.
    interval : tuple of float
        The smallest and the largest factor; its logarithm is drawn uniformly.
    probability : float
        Probability that a window is stretched.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.
    """

    def __init__(
        self,
        sfreq: float,
        interval: tuple[float, float] = (0.85, 1.18),
        probability: float = 1.0,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(probability, random_state)
        self.sfreq = sfreq
        self.interval = interval

    def get_augmentation_params(self, X: torch.Tensor, y: torch.Tensor) -> dict:
        """Draw the factors.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows.
        y : torch.Tensor
            Their targets.

        Returns
        -------
        params : dict
            ``factors``, a tensor of shape (batch,), and ``step``, samples per second.
        """
        factors = np.exp(self.rng.uniform(*np.log(self.interval), size=len(X)))
        return {"factors": torch.as_tensor(factors, device=X.device), "step": int(self.sfreq)}

    @staticmethod
    def operation(
        X: torch.Tensor, y: torch.Tensor, factors: torch.Tensor, step: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Stretch windows.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows. A second with NaN becomes NaN.
        y : torch.Tensor
            Their targets.
        factors : torch.Tensor, shape (batch,)
            The factors by which frequencies are multiplied.
        step : int
            Samples per second.

        Returns
        -------
        X, y : torch.Tensor
            The stretched windows, and the unchanged targets.
        """
        n_whole = X.shape[-1] // step * step
        spectra = torch.fft.rfft(X[..., :n_whole].unflatten(-1, (-1, step)))
        highest = spectra.shape[-1] - 1
        bins = torch.arange(highest + 1, device=X.device)
        source = (bins / factors[:, None]).clamp(max=highest)[:, None, None]
        below = source.floor().long()

        def taken(values, index):
            return values.take_along_dim(index.expand(*values.shape[:-1], -1), -1)

        power = torch.view_as_real(spectra).square().sum(-1)  # torch's abs is much slower
        log_amplitude = power.clamp(min=torch.finfo(X.dtype).tiny).log() / 2
        weight = (source - below).to(X.dtype)
        stretched = torch.lerp(
            taken(log_amplitude, below),
            taken(log_amplitude, (below + 1).clamp(max=highest)),
            weight,
        )
        nearest = source.round().long()
        gain = (stretched - taken(log_amplitude, nearest)).exp()
        seconds = torch.fft.irfft(taken(spectra, nearest) * gain, n=step)
        return torch.cat([seconds.flatten(-2), X[..., n_whole:]], -1), y


class ElectrodeDropout(ChannelsDropout):
    """Set electrodes of a window to NaN, like missing ones.

    Parameters
    ----------
    probability : float
        Probability that electrodes of a window are dropped.
    p_drop : float
        Probability that each electrode of such a window is dropped; never all of them.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.

    Notes
    -----
    :class:`braindecode.augmentation.ChannelsDropout` sets them to zero, which is a
    signal for models that handle missing channels.
    """

    def __init__(
        self, probability: float = 1.0, p_drop: float = 0.15, random_state: RandomState = None
    ) -> None:
        super().__init__(probability, p_drop, random_state)

    @staticmethod
    def operation(
        X: torch.Tensor, y: torch.Tensor, p_drop: float, random_state: np.random.RandomState
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Drop electrodes.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows.
        y : torch.Tensor
            Their targets.
        p_drop : float
            Probability that each electrode is dropped.
        random_state : numpy.random.RandomState
            The random number generator.

        Returns
        -------
        X, y : torch.Tensor
            The windows, and the unchanged targets.
        """
        luck = torch.as_tensor(random_state.uniform(size=X.shape[:2]), device=X.device)
        present = X[..., 0].isfinite()  # missing electrodes are all NaN
        best = luck.masked_fill(~present, -1).amax(1, keepdim=True)
        lost = (luck < p_drop) & (luck != best)
        return X.masked_fill(lost[..., None], torch.nan), y


class TimeCrop(Transform):
    """Keep some consecutive seconds of a window and set the rest to NaN.

    They are moved to the start of the window, as in a shorter clip.

    Parameters
    ----------
    sfreq : float
        Sampling rate in Hz, a whole number.
    least : float
        The minimum share of the observed seconds of a window to keep.
    probability : float
        Probability that a window is cropped.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.
    """

    def __init__(
        self,
        sfreq: float,
        least: float = 0.5,
        probability: float = 0.5,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(probability, random_state)
        self.sfreq = sfreq
        self.least = least

    def get_augmentation_params(self, X: torch.Tensor, y: torch.Tensor) -> dict:
        """Draw the starts and lengths of the crops.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows.
        y : torch.Tensor
            Their targets.

        Returns
        -------
        params : dict
            ``first`` and ``n_samples``, tensors of int64 of shape (batch, 1, 1), in samples.
        """
        step = int(self.sfreq)
        whole = X[..., step - 1 :: step].isfinite().any(1).cpu().numpy()
        seconds = (whole * np.arange(1, whole.shape[1] + 1)).max(1)
        seconds = seconds.clip(min=1)  # for a window without data
        least = np.ceil(self.least * seconds).astype(int).clip(min=1)
        kept = self.rng.randint(least, seconds + 1)
        first = self.rng.randint(0, seconds - kept + 1)
        first, n_samples = torch.as_tensor(np.stack([first, kept]) * step, device=X.device)
        return {"first": first[:, None, None], "n_samples": n_samples[:, None, None]}

    @staticmethod
    def operation(
        X: torch.Tensor, y: torch.Tensor, first: torch.Tensor, n_samples: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Crop windows.

        Parameters
        ----------
        X : torch.Tensor, shape (batch, n_channels, n_times)
            The windows.
        y : torch.Tensor
            Their targets.
        first, n_samples : torch.Tensor of int64, shape (batch, 1, 1)
            The start and length of the part to keep.

        Returns
        -------
        X, y : torch.Tensor
            The windows, and the unchanged targets.
        """
        samples = torch.arange(X.shape[-1], device=X.device)
        source = (first + samples).clamp(max=X.shape[-1] - 1).expand_as(X)
        return X.take_along_dim(source, -1).masked_fill(samples >= n_samples, torch.nan), y


@verbose
def published_augmentation(
    ch_names: Sequence[str], random_state: RandomState = None, *, verbose: Verbose = None
) -> list[Transform]:
    """Return the transforms of the published training.

    Parameters
    ----------
    ch_names : sequence of str
        The channels of the windows in order, in any known spelling; empty if they
        have no names.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.
    %(verbose)s

    Returns
    -------
    transforms : list of braindecode.augmentation.Transform
        Reflection with probability 0.5 and scaling by 0.8 to 1.2. Without mirror images
        of all channels, windows are only scaled, which is logged.
    """
    rng = check_random_state(random_state)  # shared, or both would draw the same numbers
    transforms = [AmplitudeScaling(random_state=rng)]
    try:
        return [LeftRightReflection(ch_names, random_state=rng), *transforms]
    except InputError as error:
        logger.info("Training windows are not reflected: %s.", error.problem)
        return transforms


@verbose
def varied_augmentation(
    ch_names: Sequence[str],
    sfreq: float,
    *,
    crop_time: bool = True,
    random_state: RandomState = None,
    verbose: Verbose = None,
) -> list[Transform]:
    """Return the transforms of the published training and additional ones.

    Parameters
    ----------
    ch_names : sequence of str
        As in :func:`published_augmentation`.
    sfreq : float
        Sampling rate in Hz, a whole number.
    crop_time : bool
        Whether to crop windows in time.
    random_state : int | numpy.random.RandomState | None
        Seed of the random draws.
    %(verbose)s

    Returns
    -------
    transforms : list of braindecode.augmentation.Transform
        Those of :func:`published_augmentation`; stretching in frequency by 0.85 to
        1.18, dropout of 15 %% of the electrodes and, with probability 0.5, cropping to at
        least half of the seconds.
    """
    rng = check_random_state(random_state)
    return [
        *published_augmentation(ch_names, rng),
        FrequencyStretch(sfreq, random_state=rng),
        ElectrodeDropout(random_state=rng),
        *([TimeCrop(sfreq, random_state=rng)] if crop_time else []),
    ]
