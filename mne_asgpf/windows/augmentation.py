"""Training windows varied at random, as transforms that compose with braindecode's own."""

import torch
from braindecode.augmentation import ChannelsSymmetry, Transform
from mne.utils import logger
from sklearn.utils import check_random_state

from ..channels import electrode, mirror
from ..errors import InputError


class LeftRightReflection(ChannelsSymmetry):
    """Swap the electrodes of the left and the right hemisphere.

    Parameters
    ----------
    ch_names : sequence of str
        The windows' channels in order, in any known spelling.
    probability : float
        How often a window is reflected.
    random_state : int | numpy.random.RandomState | None
        Where the draws start from.

    Raises
    ------
    InputError
        If channels are no electrodes or have no mirror images among the channels.

    Notes
    -----
    The released scripts leave P3 and P4 where they are and do not reflect the graph.
    Here all pairs are swapped, and ASGPF makes its graph of the swapped signals. As
    nothing in its weights depends on the order of channels, its logits and losses
    stay what they were: the reflection is for models that know channels by their place.
    """

    def __init__(self, ch_names, probability=0.5, random_state=None):
        names = [electrode(name) for name in ch_names]
        others = [name for name, known in zip(ch_names, names, strict=True) if known is None]
        lonely = [name for name in names if name and mirror(name) not in names]
        if others or lonely or not names:
            raise InputError(
                "ch_names",
                f"there is no mirror image of {', '.join(others + lonely) or 'unnamed channels'}",
                "name both electrodes of each pair, or leave the reflection out",
            )
        super().__init__(probability, names, random_state)


class AmplitudeScaling(Transform):
    """Multiply all of a window by one factor, which adds its logarithm to the log spectra.

    Parameters
    ----------
    interval : tuple of float
        The smallest and the largest factor; the draw is uniform between them.
    probability : float
        How often a window is scaled.
    random_state : int | numpy.random.RandomState | None
        Where the draws start from.

    Notes
    -----
    :class:`braindecode.augmentation.AmplitudeScale` draws a factor for each channel.
    """

    def __init__(self, interval=(0.8, 1.2), probability=1.0, random_state=None):
        super().__init__(probability, random_state)
        self.interval = interval

    def get_augmentation_params(self, X, y):
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
    def operation(X, y, factors):
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
            The scaled windows, and the targets as they were.
        """
        return X * factors, y


def published_augmentation(ch_names, random_state=None):
    """Give the transforms of the published training.

    Parameters
    ----------
    ch_names : sequence of str
        The windows' channels in order, in any known spelling; empty where they have
        no names.
    random_state : int | numpy.random.RandomState | None
        Where the draws start from.

    Returns
    -------
    transforms : list of braindecode.augmentation.Transform
        Every other window is reflected, each is scaled by 0.8 to 1.2. Channels
        without mirror images are scaled only, and the log says so.
    """
    rng = check_random_state(random_state)  # one stream, or both would draw the same numbers
    transforms = [AmplitudeScaling(random_state=rng)]
    try:
        return [LeftRightReflection(ch_names, random_state=rng), *transforms]
    except InputError as error:
        logger.info("Training windows are not reflected: %s.", error.problem)
        return transforms
