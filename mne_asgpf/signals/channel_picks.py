"""Picking channels by name, with a log of missing and bad ones."""

from mne.utils import logger

from ..channels import canonical_name, match_channels
from ..corpora.recording_check import refuse_channels


def pick_channels(where, labels, bads, *, channels, max_missing):
    """Find the required channels, in any order and spelling, and log missing ones.

    Parameters
    ----------
    where : path-like | str
        The recording, for messages.
    labels : sequence of str
        The labels of the recording.
    bads : sequence of str
        Labels marked as bad.
    channels : sequence of str
        The required channels, in any known spelling.
    max_missing : int
        Number of them that may be missing or bad.

    Returns
    -------
    picks : dict of str to str | None
        Canonical name -> label, in the required order; None for channels that
        are missing or bad.

    Raises
    ------
    InputError
        If more than ``max_missing`` channels are missing or bad, or all are, or if
        the others have different references.
    """
    match = match_channels(labels, channels)
    refuse_channels(where, match, max_missing, bads)
    found = {name: label for name, label in match.found.items() if label not in bads}
    picks = {canonical_name(name): found.get(name) for name in channels}
    logger.info(
        "Channels missing or bad: %s. Channels left out: %s.",
        ", ".join(name for name, label in picks.items() if label is None) or "none",
        ", ".join(match.extra) or "none",
    )
    return picks
