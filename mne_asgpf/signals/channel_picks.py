"""Channels by name: which of those wanted are at hand and good, and an account of it."""

from mne.utils import logger

from ..channels import canonical_name, match_channels
from ..corpora.recording_check import refuse_channels


def pick_channels(where, labels, bads, *, channels, max_missing):
    """Find the channels wanted, in whatever order and spelling, and log the account.

    Parameters
    ----------
    where : path-like | str
        What the channels belong to, for messages.
    labels : sequence of str
        The labels at hand.
    bads : sequence of str
        Those of them that are marked as bad.
    channels : sequence of str
        The channels wanted, in any known spelling.
    max_missing : int
        How many of them may be missing or bad.

    Returns
    -------
    picks : dict of str to str | None
        Canonical name -> label at hand, in the order wanted; None for channels that
        are missing or bad.

    Raises
    ------
    InputError
        If more than ``max_missing`` channels are missing or bad, or all are, or if
        those at hand have different references.
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
