"""Contrastive objective on neighbours: a clip and the next one are similar."""

from .contrastive import Contrastive


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

    def pair(self, clips):
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
