"""Channels by name: which of those wanted are at hand and good, and an account of it."""

from mne.utils import logger

from ..channels import derivation, electrode, match_channels
from ..errors import InputError


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
        If more than ``max_missing`` channels are missing or bad, or all are.
    """
    match = match_channels(labels, channels)
    check_channels(where, match, bads, max_missing=max_missing)
    found = {name: label for name, label in match.found.items() if label not in bads}
    picks = {electrode(name) or name: found.get(name) for name in channels}
    logger.info(
        "Channels missing or bad: %s. Channels left out: %s.",
        ", ".join(name for name, label in picks.items() if label is None) or "none",
        ", ".join(match.extra) or "none",
    )
    return picks


def check_channels(where, match, bads=(), *, max_missing):
    """Raise unless enough of the channels wanted are at hand and good.

    Parameters
    ----------
    where : path-like | str
        What the channels belong to, for the message.
    match : ChannelMatch
        How the channels at hand meet the channels wanted.
    bads : sequence of str
        The labels that are marked as bad.
    max_missing : int
        How many of the channels wanted may be missing or bad.

    Raises
    ------
    InputError
        If more than ``max_missing`` channels are missing or bad, or all are.
    """
    unusable = [*match.missing, *(name for name, label in match.found.items() if label in bads)]
    n_wanted = len(match.found) + len(match.missing)
    if len(unusable) <= max_missing and len(unusable) < n_wanted:
        return
    bipolar = [label for label in match.extra if derivation(label)]
    if bipolar and not match.found:
        raise InputError(
            where,
            f"the channels are bipolar ({', '.join(bipolar)})",
            "give referential channels, each electrode against one reference: "
            "single electrodes cannot be computed from differences",
        )
    raise InputError(
        where,
        f"{len(unusable)} of the {n_wanted} channels wanted are missing or bad "
        f"({', '.join(unusable)}); also at hand: {', '.join(match.extra) or 'nothing'}",
        f"rename the channels, or allow more than max_missing={max_missing} missing ones",
    )
