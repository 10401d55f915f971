"""Picking channels by name, with a log of missing and bad ones."""

from mne.utils import logger

from ..channels import canonical_name, match_channels
from ..corpora.recording_check import refuse_channels


def pick_channels(where, labels, bads, *, channels, max_missing):
    """Find the required channels, in any spelling, and log missing ones: name -> label or None."""
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
