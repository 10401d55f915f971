"""Contrast between neighbours: a clip and the next one should be alike."""

from typing import TYPE_CHECKING

from .contrastive import Contrastive

if TYPE_CHECKING:
    from ..signals_to_graphs import Measured


class Neighbours(Contrastive):
    """A view of each clip is to be found by a view of the clip that follows it.

    As in :class:`Contrastive`, but for what is paired: a brain changes more slowly than
    from one clip to the next, and differs from other brains.

    Parameters
    ----------
    backbone : Backbone
        The model whose encoder learns.
    """

    takes_neighbours = True

    def pair(self, clips: "tuple[Measured, ...]") -> "tuple[Measured, ...]":
        """Choose what should be alike, before it is varied.

        Parameters
        ----------
        clips : tuple of Measured
            The clips, and those that follow them.

        Returns
        -------
        pair : tuple of Measured
            The same.
        """
        return clips
