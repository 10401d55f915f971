"""Contrastive objectives on neighbours: a clip and the next one are similar."""

from typing import TYPE_CHECKING

from .contrastive import Contrastive

if TYPE_CHECKING:
    from ..signals_to_graphs import Measured


class Neighbours(Contrastive):
    """Match a view of each clip with a view of the following clip.

    As in :class:`Contrastive`, except for the pairs: a brain changes little from
    one clip to the next, and differs from other brains.

    Parameters
    ----------
    backbone : Backbone
        The model whose encoder is trained.
    """

    takes_neighbours = True

    def pair(self, clips: "tuple[Measured, ...]") -> "tuple[Measured, ...]":
        """Return the pairs that should be similar, before augmentation.

        Parameters
        ----------
        clips : tuple of Measured
            The clips, and the following ones.

        Returns
        -------
        pair : tuple of Measured
            The same.
        """
        return clips


class WithinPatient(Neighbours):
    """Match a view of each clip with a view of the following clip, among those of its patient.

    As in :class:`Neighbours`, but what tells patients apart (skull, electrodes, age) does not
    help: the encoder must learn what changes within a patient, as in the temporal tasks of
    Banville et al. (2021, doi:10.1088/1741-2552/abca18).

    Parameters
    ----------
    backbone : Backbone
        The model whose encoder is trained.
    """

    within_patients = True
